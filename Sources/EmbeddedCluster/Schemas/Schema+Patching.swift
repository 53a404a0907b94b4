import KubeCore

extension Schema: PatchSchema {
    package func field(_ name: String) -> Schema? {
        let schema = resolved
        return schema.properties[name] ?? schema.additionalPropertiesSchema
    }

    package var element: Schema? { items }

    package var mergesLists: Bool { patchStrategies.contains("merge") }

    package var replacesMaps: Bool { patchStrategies.contains("replace") }

    package var mergeKey: String? { patchMergeKey }
}
