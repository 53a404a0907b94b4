import KubeCore

/// The labels of an object. Objects that carry the same labels share one, as the pods of a deployment do: it is read and
/// stored once, and a selector is asked once. Equal are only sets that are one.
final class LabelSet: Sendable, Hashable {
    /// In the order of the object's JSON.
    let labels: [(key: String, value: String)]

    init(_ labels: [(key: String, value: String)]) { self.labels = labels }

    static let none = LabelSet([])

    /// The value of a label; nil where it is missing.
    func value(_ key: String) -> String? { labels.first { $0.key == key }?.value }

    /// Whether the labels meet a selector; builds no dictionary.
    func matches(_ selector: LabelSelector) -> Bool {
        selector.requirements.allSatisfy { $0.matches(value($0.key)) }
    }

    /// The labels that an object's JSON says, reading from the opening brace of `metadata.labels`.
    static func read(
        _ bytes: borrowing Span<UInt8>, _ scanner: inout JSONScanner, _ strings: inout StringInterner
    ) throws(JSONScanner.Failure) -> LabelSet {
        var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
        var found: [(key: String, value: String)] = []
        while isMore {
            let key = try scanner.key(bytes)
            if try scanner.peek(bytes) == UInt8(ascii: "\"") {
                let value = try scanner.string(bytes)
                found.append(
                    (
                        strings.intern(ObjectHeader.decode(bytes, key)),
                        strings.intern(ObjectHeader.decode(bytes, value))
                    ))
            } else {
                try scanner.skipValue(bytes)
            }
            isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
        }
        // To size: arrays that grew have room to spare.
        return LabelSet(Array(found[...]))
    }

    static func == (left: LabelSet, right: LabelSet) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

    /// Whether a JSON object says just these labels, in this order and without escapes; if not sure, no.
    fileprivate func isSpelt(_ bytes: borrowing Span<UInt8>) -> Bool {
        var scanner = JSONScanner()
        do throws(JSONScanner.Failure) {
            var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
            for label in labels {
                guard isMore else { return false }
                let key = try scanner.key(bytes)
                guard try scanner.peek(bytes) == UInt8(ascii: "\"") else { return false }
                let value = try scanner.string(bytes)
                guard Self.equals(bytes, key, label.key), Self.equals(bytes, value, label.value) else { return false }
                isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
            }
            return !isMore
        } catch {
            return false
        }
    }

    private static func equals(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ text: String) -> Bool {
        let utf8 = text.utf8
        guard utf8.count == range.count else { return false }
        var position = range.lowerBound
        for byte in utf8 {
            guard bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }
}

/// Finds the ``LabelSet`` that another object of the store has already.
struct LabelSetTable {
    private var sets: [Int: LabelSet] = [:]
    private var purgeSize = LabelSetTable.leastPurgeSize

    private static let leastPurgeSize = 1024

    /// How many sets there are, those included that no object uses any more.
    var count: Int { sets.count }

    /// Reads the value of `metadata.labels`, which is next.
    mutating func read(
        _ bytes: borrowing Span<UInt8>, _ scanner: inout JSONScanner, _ strings: inout StringInterner
    ) throws(JSONScanner.Failure) -> LabelSet {
        guard try scanner.peek(bytes) == UInt8(ascii: "{") else {
            try scanner.skipValue(bytes)
            return .none
        }
        let start = scanner.position
        try scanner.skipValue(bytes)
        let text = bytes.extracting(start..<scanner.position)
        let hash = Self.hash(text)
        if let set = sets[hash], set.isSpelt(text) { return set }
        var again = JSONScanner()
        let set = try LabelSet.read(text, &again, &strings)
        if sets.count >= purgeSize { purge() }
        sets[hash] = set
        return set
    }

    private static func hash(_ text: borrowing Span<UInt8>) -> Int {
        text.withUnsafeBytes { bytes in
            var hasher = Hasher()
            hasher.combine(bytes: bytes)
            return hasher.finalize()
        }
    }

    /// Forgets sets that no object uses, so that labels that are ever new (a pod's own name) do not pile up.
    private mutating func purge() {
        for hash in Array(sets.keys) {
            guard let index = sets.index(forKey: hash) else { continue }
            if isKnownUniquelyReferenced(&sets.values[index]) { sets.remove(at: index) }
        }
        purgeSize = max(Self.leastPurgeSize, 2 * sets.count)
    }
}
