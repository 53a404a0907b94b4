import KubeCore

/// A list, or a page of one.
public struct ObjectList: Sendable {
    /// The objects, each with its type even where the server leaves that to the list.
    public var items: [KubeObject]
    /// The version of the list as a whole: where a watch can begin.
    public var resourceVersion: String
    /// Where the next page begins; nil on the last.
    public var continueToken: String?
    /// How many objects follow this page, where the server says.
    public var remainingItemCount: Int?

    /// A list.
    public init(
        items: [KubeObject], resourceVersion: String, continueToken: String? = nil, remainingItemCount: Int? = nil
    ) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remainingItemCount = remainingItemCount
    }

    /// Reads a list of any kind; nil if the value is none.
    public init?(_ value: JSONValue) {
        guard case .object(let object) = value, let kind = object["kind"]?.stringValue, kind.hasSuffix("List") else {
            return nil
        }
        // Go leaves out the items of an empty list of some kinds, or writes null.
        let items = object["items"]?.arrayValue ?? []
        let itemKind = String(kind.dropLast(4))
        let apiVersion = object["apiVersion"]?.stringValue ?? ""
        self.items = items.compactMap { item in
            guard var member = KubeObject(item) else { return nil }
            if member.json["kind"] == nil, !itemKind.isEmpty {
                member.kind = itemKind
                member.apiVersion = apiVersion
            }
            return member
        }
        guard self.items.count == items.count else { return nil }
        resourceVersion = value[path: "metadata", "resourceVersion"]?.stringValue ?? ""
        continueToken = value[path: "metadata", "continue"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        remainingItemCount = value[path: "metadata", "remainingItemCount"]?.intValue
    }
}
