import KubeCore

/// Changes of nested values in place, for defaulting.
extension JSONValue {
    /// Changes a member, if it is there and not null.
    mutating func edit(_ key: String, _ body: (inout JSONValue) -> Void) {
        guard case .object(var object) = self else { return }
        self = .null
        object.update(key) { slot in
            guard var value = slot, !value.isNull else { return }
            slot = .null
            body(&value)
            slot = value
        }
        self = .object(object)
    }

    /// Changes every element of a member that is a list.
    mutating func editEach(_ key: String, _ body: (inout JSONValue) -> Void) {
        edit(key) { list in
            guard case .array(var elements) = list else { return }
            list = .null
            for index in elements.indices { body(&elements[index]) }
            list = .array(elements)
        }
    }

    /// Sets a member that is missing.
    mutating func setDefault(_ key: String, _ value: JSONValue) {
        guard case .object(var object) = self, object[key] == nil else { return }
        self = .null
        object[key] = value
        self = .object(object)
    }

    /// Sets a member that is missing or an empty string, which Go does not tell apart.
    mutating func setDefaultText(_ key: String, _ value: String) {
        guard (self[key]?.stringValue ?? "").isEmpty else { return }
        set(.string(value), at: key)
    }

    /// Whether a member is missing, null, or an empty string, list or map.
    func lacks(_ key: String) -> Bool {
        switch self[key] {
        case nil, .null: true
        case .string(let text): text.isEmpty
        case .array(let list): list.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }

    /// The text of a member; empty if there is none.
    func text(_ key: String) -> String { self[key]?.stringValue ?? "" }

    /// The elements of a member; none if it is no list.
    func list(_ key: String) -> [JSONValue] { self[key]?.arrayValue ?? [] }

    /// The number of a member; 0 if there is none.
    func number(_ key: String) -> Int64 { self[key]?.integerValue ?? 0 }
}

extension KubeObject {
    /// Changes a member, if it is there and not null.
    mutating func edit(_ key: String, _ body: (inout JSONValue) -> Void) {
        json.update(key) { slot in
            guard var value = slot, !value.isNull else { return }
            slot = .null
            body(&value)
            slot = value
        }
    }

    /// Changes a member, making it an empty object if it is missing.
    mutating func editMaking(_ key: String, _ body: (inout JSONValue) -> Void) {
        if json[key]?.objectValue == nil { json[key] = [:] }
        edit(key, body)
    }

    /// Changes every element of a member that is a list.
    mutating func editEach(_ key: String, _ body: (inout JSONValue) -> Void) {
        guard case .array(var elements)? = json[key] else { return }
        for index in elements.indices { body(&elements[index]) }
        json[key] = .array(elements)
    }

    /// The `spec`, or an empty object.
    var specification: JSONValue { self["spec"] ?? [:] }
    /// The `status`, or an empty object.
    var observed: JSONValue { self["status"] ?? [:] }
}

/// Times of conditions, which Go writes as null where they are not set.
enum ConditionTimes {
    /// Adds the missing ones to the conditions of a status.
    static func fill(_ object: inout KubeObject, _ members: String...) {
        object.edit("status") { status in
            status.editEach("conditions") { condition in
                for member in members { condition.setDefault(member, .null) }
            }
        }
    }
}
