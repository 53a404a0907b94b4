/// The messages of ``ProtobufTable``, ready for decoding.
struct ProtobufSchema: Sendable {
    /// How a field shows in JSON.
    enum Shape: Sendable {
        case single
        case list
        case map
        /// Its own fields stand in its place.
        case inlined
    }

    enum FieldType: Sendable {
        case string
        case bytes
        case bool
        case integer
        case double
        case message(Int)
    }

    struct Field: Sendable {
        var name: String
        var shape: Shape
        var type: FieldType
    }

    struct Message: Sendable {
        /// The full name, `k8s.io.api.core.v1.Pod`.
        var name: String
        var fields: [Int: Field]
    }

    let messages: [Message]
    private let indexes: [String: Int]

    /// Read from the table at the first protobuf body: a server that only JSON clients use never pays for it.
    static let shared = ProtobufSchema(ProtobufTable.text)

    init(_ table: String) {
        messages = table.split(separator: "\n").map { Self.message($0) }
        var indexes: [String: Int] = [:]
        for (index, message) in messages.enumerated() { indexes[message.name] = index }
        self.indexes = indexes
    }

    /// The message of a kind, by what its body says of itself. DeleteOptions come in the version of what is deleted.
    func message(apiVersion: String, kind: String) -> Int? {
        if kind == "DeleteOptions" { return indexes["k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions"] }
        let parts = apiVersion.split(separator: "/")
        guard let version = parts.last else { return nil }
        // `apps/v1`, `rbac.authorization.k8s.io/v1` and `v1` are the packages apps, rbac and core.
        let group = parts.count == 2 ? parts[0].split(separator: ".").first.map(String.init) ?? "" : "core"
        return indexes["k8s.io.api.\(group).\(version).\(kind)"]
    }

    private static func message(_ line: Substring) -> Message {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var fields: [Int: Field] = [:]
        for entry in parts.count > 1 ? parts[1].split(separator: ";") : [] {
            let words = entry.split(separator: " ")
            guard words.count == 3, let number = Int(words[0]) else { continue }
            var type = words[2]
            let shape: Shape
            switch type.first {
            case "[": shape = .list
            case "{": shape = .map
            case "=": shape = .inlined
            default: shape = .single
            }
            if shape != .single { type = type.dropFirst() }
            fields[number] = Field(name: String(words[1]), shape: shape, type: fieldType(type))
        }
        return Message(name: String(parts[0]), fields: fields)
    }

    private static func fieldType(_ text: Substring) -> FieldType {
        switch text {
        case "s": .string
        case "b": .bytes
        case "o": .bool
        case "d": .double
        case "i": .integer
        default: Int(text).map { .message($0) } ?? .bytes
        }
    }
}
