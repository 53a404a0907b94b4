import KubeCore

/// What a custom resource definition says of one of its versions, ready for use.
package struct CustomResourceVersion: Sendable {
    /// The name of the definition.
    package var definition: String
    /// Changes whenever the definition's specification does: objects written under another are converted when read.
    package var identity: UInt64
    /// The root of the version's schema.
    package var schema: Schema?
    /// The schema as the definition has it.
    package var schemaJSON: JSONValue?
    /// Where `scale` finds its figures; nil if there is no such subresource.
    package var scale: ScalePaths?
    /// Whether the status is a subresource.
    package var hasStatus: Bool
    /// The JSON paths that field selectors may name.
    package var selectableFields: [String]
    /// The warning that goes with every answer in this version.
    package var deprecationWarning: String?
    /// The columns that the definition adds to tables, with their JSON paths.
    package var columns: [PrinterColumn]

    /// Where the figures of a `Scale` are in a custom resource.
    package struct ScalePaths: Sendable, Hashable {
        package var replicas: [String]
        package var statusReplicas: [String]
        package var labelSelector: [String]?
    }

    /// A column of a definition.
    package struct PrinterColumn: Sendable {
        package var column: TableColumn
        package var path: String
    }
}
