import KubeCore

/// What a store reads from each object as it comes in: the metadata that keys, selectors and comparisons need.
struct ObjectHeader {
    var name = ""
    var namespace: String?
    /// Where the identifier is in the kept bytes: few ask for it, and its string would weigh as much as a short label set.
    var uid = 0..<0
    var resourceVersion = ""
    var generation: Int64 = 0
    var isBeingDeleted = false
    var labels = LabelSet.none

    private static let metadata = Array("metadata".utf8)

    /// Reads `metadata` of an object, and skips all else.
    mutating func read(
        _ bytes: borrowing Span<UInt8>, _ shared: inout SharedParts
    ) throws(JSONScanner.Failure) {
        var scanner = JSONScanner()
        guard try scanner.peek(bytes) == UInt8(ascii: "{") else { throw scanner.failure("expected an object") }
        var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
        while isMore {
            let key = try scanner.key(bytes)
            if JSONScanner.equals(bytes, key, Self.metadata) {
                try readMetadata(bytes, &scanner, &shared)
                // What follows was walked over when it was copied.
                return
            }
            try scanner.skipValue(bytes)
            isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
        }
    }

    private mutating func readMetadata(
        _ bytes: borrowing Span<UInt8>, _ scanner: inout JSONScanner, _ shared: inout SharedParts
    ) throws(JSONScanner.Failure) {
        guard try scanner.peek(bytes) == UInt8(ascii: "{") else { throw scanner.failure("expected an object") }
        var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
        while isMore {
            let key = try scanner.key(bytes)
            let start = scanner.position
            switch Field(bytes, key) {
            case .name: name = try Self.text(bytes, &scanner)
            case .namespace: namespace = shared.strings.intern(try Self.text(bytes, &scanner))
            case .uid: uid = try scanner.string(bytes)
            case .resourceVersion: resourceVersion = try Self.text(bytes, &scanner)
            case .generation:
                try scanner.skipValue(bytes)
                generation = Self.integer(bytes, start..<scanner.position)
            case .deletionTimestamp:
                isBeingDeleted = try scanner.peek(bytes) == UInt8(ascii: "\"")
                try scanner.skipValue(bytes)
            case .labels: labels = try shared.labels.read(bytes, &scanner, &shared.strings)
            case nil: try scanner.skipValue(bytes)
            }
            isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
        }
        if namespace?.isEmpty == true { namespace = nil }
    }

    private enum Field {
        case name, namespace, uid, resourceVersion, generation, deletionTimestamp, labels

        private static let names: [([UInt8], Field)] = [
            (Array("name".utf8), .name), (Array("namespace".utf8), .namespace), (Array("uid".utf8), .uid),
            (Array("resourceVersion".utf8), .resourceVersion), (Array("generation".utf8), .generation),
            (Array("deletionTimestamp".utf8), .deletionTimestamp), (Array("labels".utf8), .labels),
        ]

        init?(_ bytes: borrowing Span<UInt8>, _ key: Range<Int>) {
            for (name, field) in Self.names where JSONScanner.equals(bytes, key, name) {
                self = field
                return
            }
            return nil
        }
    }

    private static func text(
        _ bytes: borrowing Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONScanner.Failure) -> String {
        decode(bytes, try scanner.string(bytes))
    }

    /// The string whose raw text is here; with escapes, as the parser reads it.
    static func decode(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> String {
        let raw = bytes.extracting(range)
        let hasEscapes = raw.withUnsafeBufferPointer { $0.contains(UInt8(ascii: "\\")) }
        guard hasEscapes else { return raw.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
        let quoted = bytes.extracting(range.lowerBound - 1..<range.upperBound + 1)
        return (try? JSONValue(parsing: quoted))?.stringValue ?? ""
    }

    private static func integer(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Int64 {
        Int64(bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }) ?? 0
    }
}

/// What the objects of a store have in common, and hold once.
struct SharedParts {
    /// The resource of the objects, behind one reference.
    let type: SharedType
    var strings = StringInterner()
    var labels = LabelSetTable()

    init(type: ResourceType) { self.type = SharedType(type) }
}

/// A resource type that many objects refer to.
final class SharedType: Sendable {
    let value: ResourceType
    init(_ value: ResourceType) { self.value = value }
}

/// Keeps one copy of strings that many objects share: namespaces, label keys and values.
struct StringInterner {
    private var strings: Set<String> = []
    /// Strings of this size are stored within the value itself and gain nothing.
    private static let inlineCapacity = 15
    /// Label values such as pod template hashes are endless; past this many the table begins anew.
    private static let limit = 50_000

    mutating func intern(_ string: String) -> String {
        guard string.utf8.count > Self.inlineCapacity else { return string }
        if strings.count >= Self.limit { strings.removeAll(keepingCapacity: true) }
        return strings.insert(string).memberAfterInsert
    }
}
