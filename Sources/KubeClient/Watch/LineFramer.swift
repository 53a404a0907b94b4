import Glibc

/// Cuts a stream of bytes into lines. A value: feed it what arrived, then take lines until there are none.
struct LineFramer {
    /// The longest line that is accepted. Objects in etcd are limited to 1.5 MiB by default.
    static let maximumLine = 64 << 20

    private static let newline = Int32(UInt8(ascii: "\n"))

    /// The start of a line whose end has not arrived.
    private var partial: [UInt8] = []
    private var piece: [UInt8] = []
    private var position = 0

    /// Whether bytes are left that no newline has ended.
    var hasPartialLine: Bool { !partial.isEmpty || position < piece.count }
    /// Whether the line under way is over the limit.
    var isTooLong: Bool { partial.count > Self.maximumLine }

    /// Takes what arrived, after all lines of what arrived before were taken.
    mutating func feed(_ bytes: [UInt8]) {
        precondition(position == piece.count, "lines are taken before more is fed")
        piece = bytes
        position = 0
    }

    /// The next line without its end; nil when more bytes are needed. Empty lines are skipped.
    mutating func next() -> [UInt8]? {
        while position < piece.count {
            let end = piece.withUnsafeBytes { bytes -> Int? in
                guard let start = bytes.baseAddress else { return nil }
                let rest = start + position
                return memchr(rest, Self.newline, bytes.count - position).map { UnsafeRawPointer($0) - start }
            }
            guard let end else {
                partial.append(contentsOf: piece[position...])
                position = piece.count
                return nil
            }
            let line: [UInt8]
            if partial.isEmpty {
                line = Array(piece[position..<end])
            } else {
                partial.append(contentsOf: piece[position..<end])
                line = partial
                partial = []
            }
            position = end + 1
            if !line.isEmpty { return line }
        }
        return nil
    }
}
