/// What a store keeps of each object. Less is cheaper: an average pod is 10 KB, its metadata under 1 KB.
public enum ObjectRetention: Sendable, Hashable {
    /// All but `metadata.managedFields` and the last-applied annotation.
    case full
    /// Type and metadata, without the same two.
    case metadata
    /// Type, metadata, and the fields at these paths of member names; arrays are looked into, so that
    /// `["spec", "containers", "image"]` keeps the image of every container.
    case fields([[String]])

    /// The filter that leaves this over.
    var filter: FieldFilter {
        switch self {
        case .full: .withoutBookkeeping
        case .metadata: .only(Self.metadataPaths)
        case .fields(let paths): .only(Self.metadataPaths + paths)
        }
    }

    private static let metadataPaths: [[String]] =
        [["apiVersion"], ["kind"]]
        + [
            "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generateName", "labels", "ownerReferences", "finalizers", "annotations",
        ].map { ["metadata", $0] }
}
