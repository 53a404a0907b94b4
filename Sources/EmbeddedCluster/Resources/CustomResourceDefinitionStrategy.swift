import KubeCore

/// Definitions of custom resources.
package struct CustomResourceDefinitionStrategy: KindStrategy {
    package init() {}

    package var hasStatus: Bool { true }
    package var generationMembers: [String]? { ["spec"] }
    package var allowsUnconditionalUpdate: Bool { false }
    package var returnsDeletedObject: Bool { true }

    package func applyDefaults(_ object: inout KubeObject) {
        object = CustomResourceDefinition.prepared(object, old: object)
    }

    package func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = nil
        object = CustomResourceDefinition.prepared(object, old: nil)
    }

    package func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        object = CustomResourceDefinition.prepared(object, old: old)
    }

    package func prepareForDeletion(_ object: inout KubeObject, now: Timestamp) {
        object = CustomResourceDefinition(object).withTerminating(now: now)
        if !object.finalizers.contains(CustomResourceDefinition.cleanupFinalizer) {
            object.finalizers.append(CustomResourceDefinition.cleanupFinalizer)
        }
    }

    package var recordsGracePeriod: Bool { false }

    package func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        CustomResourceDefinition.validate(object, old: old)
    }

    package var columns: [TableColumn] {
        [
            .name,
            TableColumn(
                "Created At", type: "date",
                description: TableColumn.age.description),
        ]
    }

    package func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [.string(object.name), .string(object.creationTimestamp?.description ?? "<unknown>")]
    }
}
