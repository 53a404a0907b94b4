/// An API group and one of its versions; the core group is the empty string.
public struct GroupVersion: Sendable, Hashable, CustomStringConvertible {
    /// The API group, for example `apps`; empty for the core group.
    public var group: String
    /// The version, for example `v1`.
    public var version: String

    /// A group and version.
    public init(group: String, version: String) {
        self.group = group
        self.version = version
    }

    /// Reads an `apiVersion` field: `apps/v1`, or `v1` for the core group. Nil if it is empty or has two slashes.
    public init?(apiVersion: String) {
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1 where !parts[0].isEmpty: self.init(group: "", version: String(parts[0]))
        case 2 where !parts[0].isEmpty && !parts[1].isEmpty:
            self.init(group: String(parts[0]), version: String(parts[1]))
        default: return nil
        }
    }

    /// The value of an `apiVersion` field.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// The value of an `apiVersion` field.
    public var description: String { apiVersion }
    /// Where the group is served: `/api/v1` or `/apis/apps/v1`.
    public var path: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }
}

/// The type of an object: what `apiVersion` and `kind` say.
public struct GroupVersionKind: Sendable, Hashable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public var group: String
    /// The version within the group.
    public var version: String
    /// The kind, in upper camel case.
    public var kind: String

    /// A group, version and kind.
    public init(group: String, version: String, kind: String) {
        self.group = group
        self.version = version
        self.kind = kind
    }

    /// Reads `apiVersion` and `kind`; nil if either is missing or malformed.
    public init?(apiVersion: String, kind: String) {
        guard let groupVersion = GroupVersion(apiVersion: apiVersion), !kind.isEmpty else { return nil }
        self.init(group: groupVersion.group, version: groupVersion.version, kind: kind)
    }

    /// The group and version without the kind.
    public var groupVersion: GroupVersion { GroupVersion(group: group, version: version) }
    /// The value of an `apiVersion` field.
    public var apiVersion: String { groupVersion.apiVersion }
    /// The group and kind without the version.
    public var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
    /// `apps/v1, Kind=Deployment`, as Kubernetes prints it.
    public var description: String { "\(apiVersion), Kind=\(kind)" }
}

/// A kind in any of its versions; printed as `Deployment.apps`.
public struct GroupKind: Sendable, Hashable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public var group: String
    /// The kind, in upper camel case.
    public var kind: String

    /// A group and kind.
    public init(group: String, kind: String) {
        self.group = group
        self.kind = kind
    }

    /// `Deployment.apps`, or `Pod` for the core group, as ApplySet annotations spell it.
    public var description: String { group.isEmpty ? kind : "\(kind).\(group)" }
}

/// A resource as a URL names it: group, version and plural.
public struct GroupVersionResource: Sendable, Hashable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public var group: String
    /// The version within the group.
    public var version: String
    /// The plural in lower case, for example `deployments`.
    public var resource: String

    /// A group, version and plural.
    public init(group: String, version: String, resource: String) {
        self.group = group
        self.version = version
        self.resource = resource
    }

    /// The group and version without the resource.
    public var groupVersion: GroupVersion { GroupVersion(group: group, version: version) }
    /// `apps/v1, Resource=deployments`, as Kubernetes prints it.
    public var description: String { "\(groupVersion), Resource=\(resource)" }
}
