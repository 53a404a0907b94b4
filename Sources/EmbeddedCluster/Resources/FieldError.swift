import KubeCore

/// One fault of one field, in the words of the API server (`field.Error` of apimachinery).
///
/// Several of them make a 422 answer; ``message`` has the form `Invalid value: "x": must be …`, without the path.
package struct FieldError: Sendable, Hashable {
    /// The reason in a Status cause, such as `FieldValueInvalid`.
    package var reason: String
    /// The path of the field, such as `spec.ports[0].port`.
    package var field: String
    /// What is wrong, beginning with the kind of the fault.
    package var message: String

    /// A fault in words of one's own.
    package init(reason: String, field: String, message: String) {
        self.reason = reason
        self.field = field
        self.message = message
    }

    /// The field is missing.
    package static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(reason: "FieldValueRequired", field: field, message: joined("Required value", detail))
    }

    /// The field has a value that it may not have.
    package static func invalid(_ field: String, _ value: JSONValue?, _ detail: String) -> FieldError {
        .invalid(field, showing: printed(value), detail)
    }

    /// The field has a value that it may not have, which the real server prints as one of Go's structures.
    package static func invalid(_ field: String, showing text: String, _ detail: String) -> FieldError {
        FieldError(reason: "FieldValueInvalid", field: field, message: joined("Invalid value: \(text)", detail))
    }

    /// The field has a value of the wrong JSON type.
    package static func typeInvalid(_ field: String, _ value: JSONValue?, _ detail: String) -> FieldError {
        FieldError(
            reason: "FieldValueTypeInvalid", field: field, message: joined("Invalid value: \(printed(value))", detail))
    }

    /// The field's value is none of those that are supported.
    package static func notSupported(_ field: String, _ value: JSONValue?, _ supported: [String]) -> FieldError {
        let quoted = supported.map { JSONValue.string($0).serialized() }.joined(separator: ", ")
        return FieldError(
            reason: "FieldValueNotSupported", field: field,
            message: "Unsupported value: \(printed(value))" + (quoted.isEmpty ? "" : ": supported values: \(quoted)"))
    }

    /// The field may not be set here.
    package static func forbidden(_ field: String, _ detail: String) -> FieldError {
        FieldError(reason: "FieldValueForbidden", field: field, message: joined("Forbidden", detail))
    }

    /// The value occurs twice where it must be unique.
    package static func duplicate(_ field: String, _ value: JSONValue?) -> FieldError {
        FieldError(reason: "FieldValueDuplicate", field: field, message: "Duplicate value: \(printed(value))")
    }

    /// The text is too long.
    package static func tooLong(_ field: String, maximumBytes: Int) -> FieldError {
        FieldError(
            reason: "FieldValueTooLong", field: field, message: "Too long: may not be more than \(maximumBytes) bytes")
    }

    /// There are too many items.
    package static func tooMany(_ field: String, count: Int, maximum: Int) -> FieldError {
        FieldError(
            reason: "FieldValueTooMany", field: field,
            message: "Too many: \(count): must have at most \(maximum) items")
    }

    /// Something that the field refers to is not there.
    package static func notFound(_ field: String, _ value: JSONValue?) -> FieldError {
        FieldError(reason: "FieldValueNotFound", field: field, message: "Not found: \(printed(value))")
    }

    private static func joined(_ head: String, _ detail: String) -> String {
        detail.isEmpty ? head : "\(head): \(detail)"
    }

    /// A bad value as messages show it: strings quoted, missing ones as `null`, the rest as JSON.
    private static func printed(_ value: JSONValue?) -> String {
        (value ?? .null).serialized(.canonical)
    }
}
