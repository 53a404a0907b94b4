import KubeCore

/// The description of an object: its fields and the rules between them.
public struct ObjectSchema<Root: Sendable>: Sendable {
    /// What the object is, for `kubectl explain`.
    public let description: String
    /// Its fields, in the order in which they are documented.
    public let fields: [Field<Root>]
    /// Rules over several fields.
    public let constraints: [Constraint<Root>]

    /// A description.
    public init(_ description: String, fields: [Field<Root>], constraints: [Constraint<Root>] = []) {
        self.description = description
        self.fields = fields
        self.constraints = constraints
    }
}

/// A struct that describes itself as an object. Its initial values are its defaults.
public protocol SchemaObject: SchemaValue {
    /// The object with every default.
    init()
    /// Its description.
    static var schema: ObjectSchema<Self> { get }
}

extension SchemaObject {
    /// Reads the object field by field; unknown fields are refused where the decoder is strict.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Self? {
        guard case .object(let object) = json else {
            decoder.refuse(path, json, expected: "an object")
            return nil
        }
        var root = Self()
        let before = decoder.problems.count
        let schema = Self.schema
        for field in schema.fields { field.decode(object[field.name], path.field(field.name), &root, &decoder) }
        if decoder.isStrict {
            let known = schema.fields.map(\.name)
            for key in object.keys where !known.contains(key) {
                decoder.refuse(path.field(key), Self.unknownField(key, known: known))
            }
        }
        // A rule between fields is only worth checking where each of them could be read.
        if decoder.problems.count == before {
            for message in schema.constraints.lazy.compactMap({ $0.problem(root) }) { decoder.refuse(path, message) }
        }
        return root
    }

    /// The object as JSON, its fields in the order of the description.
    public var encoded: JSONValue {
        var object = JSONObject()
        for field in Self.schema.fields {
            if let value = field.encode(self) { object[field.name] = value }
        }
        return .object(object)
    }

    /// The object's structural schema.
    public static var openAPI: JSONObject {
        let schema = Self.schema
        let root = Self()
        var properties = JSONObject()
        for field in schema.fields { properties[field.name] = .object(field.schema(root)) }
        var openAPI: JSONObject = ["description": .string(schema.description), "type": "object"]
        let required = schema.fields.filter { $0.presence == .required }.map(\.name)
        if !required.isEmpty { openAPI["required"] = JSONValue(required) }
        openAPI["properties"] = .object(properties)
        return openAPI.adding(schema.constraints)
    }

    private static func unknownField(_ key: String, known: [String]) -> String {
        let near = known.map { ($0, editDistance(key.lowercased(), $0.lowercased())) }.min { $0.1 < $1.1 }
        guard let near, near.1 <= max(1, key.count / 3) else { return "unknown field" }
        return "unknown field: did you mean \"\(near.0)\"?"
    }
}

/// How many single-character edits lead from one word to another (Levenshtein); long words count as far apart.
func editDistance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    guard a.count <= 64, b.count <= 64 else { return max(a.count, b.count) }
    var row = Array(0...b.count)
    for i in a.indices {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
        }
    }
    return row[b.count]
}
