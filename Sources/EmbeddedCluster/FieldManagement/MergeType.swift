import KubeCore

/// How a value is shared by its writers: the view of a schema that field management works with.
///
/// The rules are those of the real server's conversion of OpenAPI schemas: a list is atomic unless the schema says
/// otherwise, an object is granular unless it says otherwise, and what has no schema is taken as its value shows.
enum MergeType: Sendable {
    /// As this schema says.
    case schema(Schema)
    /// No schema: objects are granular, lists atomic.
    case deduced
    /// No schema, and the whole value is one: objects, lists and scalars are atomic.
    case atomic
    /// Not declared at all, in an object that allows only declared members.
    case undeclared

    /// What one value is under a merge type.
    enum Shape: Sendable {
        case scalar(Scalar)
        case list(List)
        case map(Map)
        case undeclared
    }

    /// The kinds of scalars that are told apart.
    enum Scalar: Sendable { case numeric, string, boolean, untyped }

    /// How a list is shared.
    struct List: Sendable {
        var element: MergeType
        var isAtomic: Bool
        /// The key members of a `map` list; empty for a `set`.
        var keys: [String] = []
    }

    /// How an object is shared.
    struct Map: Sendable {
        var schema: Schema?
        /// What undeclared members are.
        var element: MergeType
        var isAtomic: Bool

        /// Whether the schema declares this member.
        func declares(_ name: String) -> Bool {
            guard let schema else { return false }
            if schema.properties[name] != nil { return true }
            return schema.carriesObjectMetadata && ["apiVersion", "kind", "metadata"].contains(name)
        }

        /// The type of a member.
        func type(of name: String) -> MergeType {
            guard let schema else { return element }
            if schema.carriesObjectMetadata {
                switch name {
                case "apiVersion", "kind": return .schema(Self.text)
                case "metadata": return BuiltInSchemas.objectMetadata.map { .schema($0) } ?? .deduced
                default: break
                }
            }
            return schema.properties[name].map { .schema($0) } ?? element
        }

        private static let text = Schema(openAPIV3Schema: ["type": "string"])
    }
}

extension MergeType {
    /// What a value is under this type. An absent or null value takes whatever form the type has.
    func shape(of value: JSONValue?) -> Shape {
        switch self {
        case .undeclared: return .undeclared
        case .deduced, .atomic:
            var isAtomic = false
            if case .atomic = self { isAtomic = true }
            switch value {
            case .array: return .list(List(element: .atomic, isAtomic: true))
            case .object: return .map(Map(schema: nil, element: isAtomic ? .atomic : .deduced, isAtomic: isAtomic))
            default: return .scalar(.untyped)
            }
        case .schema(let node):
            let schema = node.resolved
            switch schema.type {
            case "object": return .map(Self.map(node, schema))
            case "array": return .list(Self.list(node, schema))
            case "integer", "number": return .scalar(.numeric)
            case "boolean": return .scalar(.boolean)
            case "string":
                return .scalar(["date-time", "int-or-string"].contains(schema.format) ? .untyped : .string)
            default:
                if schema.isIntOrString || !schema.constraints.oneOf.isEmpty { return .scalar(.untyped) }
                if schema.preservesUnknownFields { return MergeType.deduced.shape(of: value) }
                if schema.propertyNames.isEmpty, schema.additionalPropertiesSchema == nil {
                    return MergeType.atomic.shape(of: value)
                }
                return .map(Self.map(node, schema))
            }
        }
    }

    private static func map(_ node: Schema, _ schema: Schema) -> Map {
        let element: MergeType
        switch schema.additionalProperties {
        case .schema(let schema): element = .schema(schema)
        case .allowed(true): element = .deduced
        case .allowed(false): element = .undeclared
        case .unspecified:
            element = schema.preservesUnknownFields || schema.propertyNames.isEmpty ? .deduced : .undeclared
        }
        return Map(schema: schema, element: element, isAtomic: (node.mapType ?? schema.mapType) == "atomic")
    }

    private static func list(_ node: Schema, _ schema: Schema) -> List {
        let element: MergeType = schema.items.map { .schema($0) } ?? .atomic
        switch schema.listType {
        case "set": return List(element: element, isAtomic: false)
        case "map": return List(element: element, isAtomic: false, keys: schema.listMapKeys)
        case nil where schema.patchStrategies.contains("merge"):
            return List(element: element, isAtomic: false, keys: schema.patchMergeKey.map { [$0] } ?? [])
        default: return List(element: element, isAtomic: true)
        }
    }
}

extension MergeType.List {
    /// The step that names an element of a list that is not atomic.
    func pathElement(of item: JSONValue, at index: Int) throws(TypedValueError) -> PathElement {
        guard !keys.isEmpty else {
            switch item {
            case .array, .object, .null:
                if item.isNull {
                    throw TypedValueError("associative list without keys has an element that's an explicit null")
                }
                throw TypedValueError(
                    "associative list without keys has an element that's a \(item.isArray ? "list" : "map type")")
            default: return .value(item)
            }
        }
        guard case .object(let object) = item else {
            if item.isNull { throw TypedValueError("associative list with keys may not have a null element") }
            throw TypedValueError("associative list with keys may not have non-map elements")
        }
        var fields: [PathElement.KeyField] = []
        for key in keys {
            if let value = object[key] {
                fields.append(PathElement.KeyField(name: key, value: value))
            } else if let value = defaultValue(of: key) {
                fields.append(PathElement.KeyField(name: key, value: value))
            }
        }
        guard !fields.isEmpty else {
            throw TypedValueError(
                "associative list with keys has an element that omits all key fields \(goList(keys)) (and doesn't have default values for any key fields)"
            )
        }
        return .key(fields.sorted { $0.name.utf8Less(than: $1.name) })
    }

    private func defaultValue(of key: String) -> JSONValue? {
        guard case .schema(let node) = element else { return nil }
        return node.resolved.properties[key]?.defaultValue
    }

    private func goList(_ strings: [String]) -> String {
        "[" + strings.map { JSONValue.string($0).serialized() }.joined(separator: " ") + "]"
    }
}

extension JSONValue {
    fileprivate var isArray: Bool { if case .array = self { true } else { false } }
}

/// Why a value does not fit its type, and where.
struct TypedValueError: Error {
    /// What is wrong, without the path.
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
