/// The methods of Helm's `common.Values`, the type of `.Values` before a template replaces it.
enum ValuesMethods {
    static func parameters(of method: String) -> [ParameterType]? {
        switch method {
        case "YAML", "AsMap": []
        case "Table", "PathValue": [.string]
        default: nil
        }
    }

    static func call(_ method: String, on values: MapObject, _ arguments: Arguments) throws(GoError) -> Value {
        switch method {
        case "YAML": return .text(YAMLEncoding.bytes(.map(values)) ?? [])
        case "AsMap":
            return .map(values.viewed(as: .plain))
        case "Table":
            var current = values
            for key in arguments.string(0).split(separator: ".").map(String.init) {
                guard case .map(let next) = current.members[key] else {
                    throw GoError("\(GoQuoting.quote(key)) is not a table")
                }
                current = next
            }
            return .map(current.viewed(as: .values))
        default:
            var current: Value = .map(values)
            let path = arguments.string(0)
            for key in path.split(separator: ".").map(String.init) {
                guard case .map(let map) = current, let next = map.members[key] else {
                    throw GoError("\(GoQuoting.quote(path)) is not a value")
                }
                current = next
            }
            return current
        }
    }
}
