import KubeCore

/// A set of objects that are applied and pruned together, marked in the way that KEP-3659 defines, so that `kubectl`
/// and other tools know who owns them.
///
/// The parent object carries the set's identifier and where its members may be; each member carries the identifier as a
/// label. Pure: computes labels, annotations and what to prune, and writes nothing.
public struct ApplySet: Sendable, Hashable {
    /// The label of the parent that holds the set's identifier.
    public static let identifierLabel = "applyset.kubernetes.io/id"
    /// The label of members that holds the identifier of their set.
    public static let memberLabel = "applyset.kubernetes.io/part-of"
    /// The annotation of the parent that names the tool and its version.
    public static let toolingAnnotation = "applyset.kubernetes.io/tooling"
    /// The annotation of the parent that lists the kinds of members.
    public static let groupKindsAnnotation = "applyset.kubernetes.io/contains-group-kinds"
    /// The annotation of the parent that lists the namespaces of members besides its own.
    public static let namespacesAnnotation = "applyset.kubernetes.io/additional-namespaces"

    /// The parent's name.
    public var parentName: String
    /// The parent's namespace; nil if it is cluster-scoped.
    public var parentNamespace: String?
    /// The parent's kind.
    public var parentKind: GroupKind
    /// The tool that manages the set, as `name/version`.
    public var tooling: String

    /// A set with this parent.
    public init(parentName: String, parentNamespace: String? = nil, parentKind: GroupKind, tooling: String) {
        self.parentName = parentName
        self.parentNamespace = parentNamespace
        self.parentKind = parentKind
        self.tooling = tooling
    }

    /// The set's identifier: `applyset-<base64(sha256(<name>.<namespace>.<kind>.<group>))>-v1`.
    public var identifier: String {
        let text = "\(parentName).\(parentNamespace ?? "").\(parentKind.kind).\(parentKind.group)"
        return "applyset-\(SHA256.base64URL(Array(text.utf8)))-v1"
    }

    /// Selects the set's members.
    public var memberSelector: LabelSelector { LabelSelector(matching: [Self.memberLabel: identifier]) }

    /// The labels of the parent.
    public var parentLabels: [String: String] { [Self.identifierLabel: identifier] }

    /// The annotations of the parent of these members.
    ///
    /// While members are added and pruned, give the members of before and after together, so that at no moment a member
    /// is where nobody looks for it.
    public func parentAnnotations(members: some Sequence<KubeObject>) -> [String: String] {
        var kinds: Set<String> = []
        var namespaces: Set<String> = []
        for member in members {
            guard let type = member.groupVersionKind else { continue }
            kinds.insert(type.groupKind.description)
            if let namespace = member.namespace, namespace != parentNamespace { namespaces.insert(namespace) }
        }
        return [
            Self.toolingAnnotation: tooling,
            Self.groupKindsAnnotation: kinds.sorted().joined(separator: ","),
            Self.namespacesAnnotation: namespaces.sorted().joined(separator: ","),
        ]
    }

    /// Marks an object as a member.
    public func mark(_ object: inout KubeObject) {
        object.set(.string(identifier), at: "metadata", "labels", Self.memberLabel)
    }

    /// The kinds and namespaces that a parent says its members are in.
    public static func contents(of parent: KubeObject) -> (kinds: [GroupKind], namespaces: [String]) {
        func list(_ annotation: String) -> [String] {
            (parent.annotations[annotation] ?? "").split(separator: ",").map {
                String($0).trimmingSpaces()
            }.filter { !$0.isEmpty }
        }
        let kinds = list(groupKindsAnnotation).map { text in
            let parts = text.split(separator: ".", maxSplits: 1)
            return GroupKind(group: parts.count > 1 ? String(parts[1]) : "", kind: parts.first.map(String.init) ?? "")
        }
        return (kinds, list(namespacesAnnotation))
    }

    /// Why another tool's set must not be touched; nil if the parent is ours or nobody's.
    public func conflict(with parent: KubeObject) -> String? {
        if let other = parent.labels[Self.identifierLabel], other != identifier {
            return "\(parent.kind) \(parent.key) has the ApplySet identifier \(other), expected \(identifier)"
        }
        let name = tooling.prefix { $0 != "/" }
        if let other = parent.annotations[Self.toolingAnnotation], other.prefix(while: { $0 != "/" }) != name {
            return "\(parent.kind) \(parent.key) is the parent of an ApplySet that \(other) manages, not \(tooling)"
        }
        return nil
    }

    /// What tells members apart, whichever version of their API they are read in.
    private struct Identity: Hashable {
        let kind: GroupKind
        let key: ObjectKey
    }

    /// Which live members to delete: those that are no longer wanted.
    ///
    /// - Parameters:
    ///   - live: objects as read from the API server; those that are no members are left alone.
    ///   - wanted: what is applied, in any version of its API.
    ///   - isProtected: what must never be pruned, for example custom resource definitions and claims of volumes.
    /// - Returns: references with unique identifier and version, to be used as preconditions of the deletion.
    public func prune(
        live: some Sequence<KubeObject>, wanted: some Sequence<KubeObject>,
        isProtected: (KubeObject) -> Bool = { _ in false }
    ) -> [ObjectReference] {
        var kept: Set<Identity> = []
        for object in wanted {
            guard let type = object.groupVersionKind else { continue }
            kept.insert(Identity(kind: type.groupKind, key: object.key))
        }
        return live.compactMap { object in
            guard let type = object.groupVersionKind, object.labels[Self.memberLabel] == identifier,
                !object.isBeingDeleted, !kept.contains(Identity(kind: type.groupKind, key: object.key)),
                !isProtected(object)
            else { return nil }
            return ObjectReference(object)
        }
    }
}

extension String {
    /// The string without spaces at its ends.
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
