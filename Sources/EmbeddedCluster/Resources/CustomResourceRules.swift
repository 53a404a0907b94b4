import KubeCore

/// What the schema of a custom resource does to its objects.
enum CustomResourceRules {
    /// Readies an object to be stored or read: what the current schema does not know is pruned, what is missing
    /// defaulted.
    static func readied(_ object: inout KubeObject, _ version: CustomResourceVersion) {
    }

    /// The faults of an object, and on updates of the change.
    static func errors(
        _ object: KubeObject, old: KubeObject?, _ version: CustomResourceVersion, subresource: String?
    ) -> [FieldError] {
        []
    }
}
