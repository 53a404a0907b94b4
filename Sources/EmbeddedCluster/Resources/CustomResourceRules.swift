import KubeCore

/// What the schema of a custom resource does to its objects.
enum CustomResourceRules {
    /// Shows a stored object in a version: it gets the defaults of the version that it was stored in, and loses what the
    /// other does not know. That one's own defaults are for what clients send.
    static func converted(_ object: inout KubeObject, storedAs apiVersion: String, to version: CustomResourceVersion) {
        let name = GroupVersion(apiVersion: apiVersion)?.version ?? ""
        if let stored = version.definition.version(name) {
            object = CustomResourcePruning.applyDefaults(object, stored.schema)
        }
        object = CustomResourcePruning.prune(object, version.schema)
    }

    /// Readies an object to be stored: what the current schema does not know is pruned, what is missing
    /// defaulted.
    static func readied(_ object: inout KubeObject, _ version: CustomResourceVersion) {
        object = CustomResourcePruning.applyDefaults(
            CustomResourcePruning.prune(object, version.schema), version.schema)
    }
}
