import KubeCore

/// A patch in one of the forms that the API server understands.
public enum PatchBody: Sendable {
    /// A list of operations (RFC 6902).
    case json(JSONValue)
    /// A partial object (RFC 7386): null removes, lists are replaced.
    case merge(JSONValue)
    /// A partial object whose lists merge by the kind's rules; for built-in kinds only.
    case strategic(JSONValue)
    /// The full intent of one field manager (server-side apply, KEP-555). With `force`, fields that others own are
    /// taken over; without, they are a conflict.
    case apply(KubeObject, fieldManager: String, force: Bool)

    // JSON is YAML, and the server knows no JSON form of this type before 1.34.
    static let applyContentType = "application/apply-patch+yaml"

    var contentType: String {
        switch self {
        case .json: "application/json-patch+json"
        case .merge: "application/merge-patch+json"
        case .strategic: "application/strategic-merge-patch+json"
        case .apply: Self.applyContentType
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .json(let value), .merge(let value), .strategic(let value): value.serializedBytes()
        case .apply(let object, _, _): object.value.serializedBytes()
        }
    }
}
