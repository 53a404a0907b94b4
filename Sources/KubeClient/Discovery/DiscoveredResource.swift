import KubeCore

/// A resource as the server describes it.
public struct DiscoveredResource: Sendable, Hashable {
    /// Names, kind and scope.
    public var type: ResourceType
    /// The singular in lower case.
    public var singular: String
    /// Abbreviations, such as `deploy`.
    public var shortNames: [String]
    /// Groups that it belongs to for people, such as `all`.
    public var categories: [String]
    /// What can be done with it, in the words of RBAC.
    public var verbs: [String]
    /// Its subresources, such as `status`.
    public var subresources: [String]

    /// A resource.
    public init(
        type: ResourceType, singular: String = "", shortNames: [String] = [], categories: [String] = [],
        verbs: [String] = [], subresources: [String] = []
    ) {
        self.type = type
        self.singular = singular
        self.shortNames = shortNames
        self.categories = categories
        self.verbs = verbs
        self.subresources = subresources
    }
}

/// What a server has, as far as it could be found out.
public struct ServerResources: Sendable {
    /// The resources; groups in the server's order, versions of a group by preference.
    public var resources: [DiscoveredResource] = []
    /// The groups and versions that could not be read, because the server behind them is down, with the reason. Nothing
    /// is known of their resources: they are neither there nor absent.
    public var failures: [GroupVersion: String] = [:]

    /// Nothing yet.
    public init() {}
}
