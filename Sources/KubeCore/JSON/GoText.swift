/// Values as Go's `fmt` prints them, since the real server's messages contain such text.
package enum GoText {
    /// `%v` of a pointer to a struct that holds the value.
    package static func pointer(_ value: JSONValue) -> String { "&{\(plain(value))}" }

    /// `%v` of the value.
    package static func plain(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .string(let text): text
        case .array(let items): "[" + items.map(plain).joined(separator: " ") + "]"
        case .object(let object):
            "map[" + object.sorted.map { "\($0.key):\(plain($0.value))" }.joined(separator: " ") + "]"
        default: value.serialized()
        }
    }

    /// `%T` of the value.
    package static func typeName(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool: "bool"
        case .integer: "int64"
        case .double, .decimal: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// `%#v` of the value.
    package static func syntax(_ value: JSONValue) -> String {
        switch value {
        case .null: "interface {}(nil)"
        case .array(let items): "[]interface {}{" + items.map(syntax).joined(separator: ", ") + "}"
        case .object(let object):
            "map[string]interface {}{"
                + object.sorted.map { "\(JSONValue.string($0.key).serialized()):\(syntax($0.value))" }
                .joined(separator: ", ") + "}"
        default: value.serialized()
        }
    }
}
