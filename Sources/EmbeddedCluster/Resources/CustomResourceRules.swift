import KubeCore

/// What the schema of a custom resource does to its objects.
enum CustomResourceRules {
    /// Readies an object to be stored or read: what the current schema does not know is pruned, what is missing
    /// defaulted.
    static func readied(_ object: inout KubeObject, _ version: CustomResourceVersion) {
        object = CustomResourcePruning.applyDefaults(
            CustomResourcePruning.prune(object, version.schema), version.schema)
    }
}
