import KubeCore

/// What a watch tells of one object: `meta/v1` WatchEvent.
public enum WatchEvent: Sendable {
    /// The object is new, or new to the watch's selection.
    case added(KubeObject)
    /// The object has changed.
    case modified(KubeObject)
    /// The object is gone, or has left the watch's selection; in the state it was last in.
    case deleted(KubeObject)
    /// Everything up to the object's resource version has been told; the object holds nothing else.
    case bookmark(KubeObject)
    /// The watch has failed and ends, for example because its resource version is too old.
    case error(Status)

    /// Reads an event.
    ///
    /// - Throws: ``KubeClientError/decoding(_:)``.
    public init(parsing line: [UInt8]) throws(KubeClientError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line)
        } catch {
            throw .decoding("a watch event: \(error)")
        }
        let type = value["type"]?.stringValue ?? ""
        guard let member = value["object"], let object = KubeObject(member) else {
            throw .decoding("a watch event of type \"\(type)\" without an object")
        }
        switch type {
        case "ADDED": self = .added(object)
        case "MODIFIED": self = .modified(object)
        case "DELETED": self = .deleted(object)
        case "BOOKMARK": self = .bookmark(object)
        case "ERROR":
            self = .error(
                Status(member)
                    ?? Status(code: 500, reason: .internalError, message: "the watch failed without giving a Status"))
        default: throw .decoding("a watch event of unknown type \"\(type)\"")
        }
    }

    /// The resource version that a reader has reached with this event; nil for errors.
    public var resourceVersion: String? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object), .bookmark(let object):
            object.resourceVersion
        case .error: nil
        }
    }

    /// Whether this bookmark ends the initial events that ``ListOptions/sendInitialEvents`` asks for.
    public var isEndOfInitialEvents: Bool {
        guard case .bookmark(let object) = self else { return false }
        return object[path: "metadata", "annotations", "k8s.io/initial-events-end"]?.stringValue == "true"
    }
}
