import KubeCore

/// Something that a person would want to know about an object: `events.k8s.io/v1` Event before it is written.
public struct EventRecord: Sendable, Hashable {
    /// The two types of events.
    public enum Kind: String, Sendable, Hashable {
        /// Something happened as it should.
        case normal = "Normal"
        /// Something went wrong, or may.
        case warning = "Warning"
    }

    /// What it is about.
    public var regarding: ObjectReference
    /// A second object that has to do with it.
    public var related: ObjectReference?
    /// Whether it is good or bad news.
    public var kind: Kind
    /// Why, as one word in upper camel case, for example `RolloutFinished`; at most 128 bytes.
    public var reason: String
    /// What was done, as one word in upper camel case, for example `Installing`; at most 128 bytes.
    public var action: String
    /// What happened, in words; at most 1024 bytes. Never anything secret.
    public var note: String

    /// An event.
    public init(
        _ kind: Kind, regarding: ObjectReference, related: ObjectReference? = nil, reason: String, action: String,
        note: String
    ) {
        self.kind = kind
        self.regarding = regarding
        self.related = related
        self.reason = reason
        self.action = action
        self.note = note
    }

    /// The record within the limits of the API, cut at a character.
    var limited: EventRecord {
        var record = self
        record.reason = Self.cut(reason, to: 128)
        record.action = Self.cut(action.isEmpty ? reason : action, to: 128)
        record.note = Self.cut(note, to: 1024)
        return record
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var cut = ""
        var size = 0
        for character in text {
            size += character.utf8.count
            guard size <= limit - 3 else { break }
            cut.append(character)
        }
        return cut + "…"
    }
}
