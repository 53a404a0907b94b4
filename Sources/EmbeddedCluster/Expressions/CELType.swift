/// The type of an expression.
indirect enum CELType: Sendable, Hashable {
    case null, bool, int, uint, double, string, bytes, duration, timestamp, dyn
    case list(CELType)
    case map(CELType, CELType)
    case type(CELType)
    case optional(CELType)
    /// A type of a function library: `net.IP`, `kubernetes.Quantity`.
    case opaque(String)
    /// An object with the declared properties of a schema.
    case object(CELObjectType)
    /// A type variable of a function's signature.
    case variable(String)

    /// The type as error messages name it.
    var description: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .dyn: "dyn"
        case .list(let element): "list(\(element.description))"
        case .map(let key, let value): "map(\(key.description), \(value.description))"
        case .type(let type): "type(\(type.description))"
        case .optional(let type): "optional_type(\(type.description))"
        case .opaque(let name): name
        case .object(let object): object.name
        case .variable(let name): name
        }
    }
}

/// The type of objects of a schema node.
struct CELObjectType: Sendable, Hashable {
    let schema: Schema
    /// The name in error messages.
    let name: String

    static func == (left: CELObjectType, right: CELObjectType) -> Bool { left.schema === right.schema }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(schema)) }
}

extension CELType {
    /// The type of the values of a schema node, as rules see them.
    init(_ schema: Schema, name: String = "selfType1") {
        if schema.isIntOrString {
            self = .dyn
            return
        }
        switch schema.type {
        case "object":
            if let value = schema.additionalPropertiesSchema {
                self = .map(.string, CELType(value, name: "\(name).@values"))
            } else {
                self = .object(CELObjectType(schema: schema, name: name))
            }
        case "array": self = .list(schema.items.map { CELType($0, name: "\(name).@idx") } ?? .dyn)
        case "integer": self = .int
        case "number": self = .double
        case "boolean": self = .bool
        case "string":
            switch schema.format {
            case "byte": self = .bytes
            case "date-time", "date": self = .timestamp
            case "duration": self = .duration
            default: self = .string
            }
        default: self = .dyn
        }
    }
}

/// Names of properties as expressions spell them: what CEL's identifiers cannot hold is escaped.
enum CELNames {
    private static let keywords: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// The property's name in an expression; nil if it cannot be named.
    static func escaped(_ name: String) -> String? {
        if keywords.contains(name) { return "__\(name)__" }
        var result = ""
        var rest = name.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "_" where rest.first == "_":
                rest.removeFirst()
                result += "__underscores__"
            case ".": result += "__dot__"
            case "-": result += "__dash__"
            case "/": result += "__slash__"
            case "a"..."z", "A"..."Z", "0"..."9", "_": result.unicodeScalars.append(scalar)
            default: return nil
            }
        }
        return result.isEmpty || ("0"..."9").contains(result.unicodeScalars.first ?? "0") ? nil : result
    }

    /// The property that an expression's name stands for.
    static func property(_ name: String, of schema: Schema) -> String? {
        if schema.properties[name] != nil, escaped(name) == name { return name }
        return schema.propertyNames.first { escaped($0) == name }
    }
}
