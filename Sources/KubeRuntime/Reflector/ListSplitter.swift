/// Cuts a list's JSON into its items while it arrives, so that a list is never in memory as a whole.
///
/// What is not an item (`kind`, `metadata`, …) is left over as ``envelope``.
struct ListSplitter {
    /// Why a list was given up.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private enum Mode {
        /// Outside `items`.
        case envelope
        /// In `items`, between two of them.
        case between
        /// Within an item.
        case item
    }

    /// A list's own metadata is small; more means that this is no list.
    private static let maximumEnvelope = 4 << 20
    /// Objects in etcd are limited to 1.5 MiB by default.
    private static let maximumItem = 64 << 20

    /// The list without its items: JSON once all has been fed.
    private(set) var envelope: [UInt8] = []
    private var partial: [UInt8] = []
    private var mode = Mode.envelope
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Where the last string of the envelope began and ended.
    private var stringStart = 0
    private var lastString = 0..<0

    private static let items = Array("items".utf8)

    /// Takes a piece, and hands over the items that are complete.
    mutating func feed(_ piece: [UInt8], item: (ArraySlice<UInt8>) throws -> Void) throws {
        var start = 0
        var position = 0
        let span = piece.span
        let count = span.count
        while position < count {
            let byte = span[position]
            position += 1
            switch mode {
            case .item:
                if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    guard depth == 2 else { continue }
                    if partial.isEmpty {
                        try item(piece[start..<position])
                    } else {
                        partial.append(contentsOf: piece[start..<position])
                        try item(partial[...])
                        partial.removeAll(keepingCapacity: true)
                    }
                    mode = .between
                default: continue
                }
            case .between:
                switch byte {
                case UInt8(ascii: "{"):
                    depth += 1
                    start = position - 1
                    mode = .item
                case UInt8(ascii: "]"):
                    depth -= 1
                    envelope.append(byte)
                    mode = .envelope
                case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09: continue
                default: throw Failure(description: "an item of the list is no object")
                }
            case .envelope: try feedEnvelope(byte)
            }
        }
        if mode == .item {
            partial.append(contentsOf: piece[start...])
            guard partial.count <= Self.maximumItem else {
                throw Failure(description: "an item of the list is over \(Self.maximumItem) bytes")
            }
        }
    }

    private mutating func feedEnvelope(_ byte: UInt8) throws {
        envelope.append(byte)
        guard envelope.count <= Self.maximumEnvelope else {
            throw Failure(description: "the answer is no list of objects")
        }
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                lastString = stringStart..<envelope.count - 1
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            stringStart = envelope.count
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "["):
            depth += 1
            if depth == 2, envelope[lastString].elementsEqual(Self.items) { mode = .between }
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: return
        }
    }
}
