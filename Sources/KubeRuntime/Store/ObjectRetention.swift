/// What a store keeps of each object. Less is cheaper: an average pod is 10 KB, its metadata under 1 KB.
public enum ObjectRetention: Sendable, Hashable {
    /// All but `metadata.managedFields` and the last-applied annotation.
    case full
    /// Type and metadata, without the same two.
    case metadata
    /// Type, metadata without annotations, and the fields at these paths of member names; arrays are looked into, so
    /// that `["spec", "containers", "image"]` keeps the image of every container. Annotations are most of a pod's
    /// metadata: name those that are wanted, as `["metadata", "annotations", "istio.io/rev"]`.
    case fields([[String]])

    /// The filter that leaves this over.
    var filter: FieldFilter {
        switch self {
        case .full: .withoutBookkeeping
        case .metadata: .metadata
        case .fields(let paths): .only(Self.identityPaths + paths)
        }
    }

    private static let identityPaths: [[String]] =
        [["apiVersion"], ["kind"]]
        + [
            "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generateName", "labels", "ownerReferences", "finalizers",
        ].map { ["metadata", $0] }
}
