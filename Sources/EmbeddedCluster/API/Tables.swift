import KubeCore

/// Tables: what `kubectl get` prints (`meta/v1` Table).
extension APIServer {
    /// A table of objects.
    ///
    /// - Parameter hasColumns: false for the later events of a watch, which leave the definitions out.
    func table(
        _ objects: [KubeObject], _ context: RequestContext, metadata: JSONObject, hasColumns: Bool = true
    ) throws(Status) -> JSONValue {
        let (resource, representation) = (context.resource, context.representation)
        let includes = context.request.value(of: "includeObject") ?? "Metadata"
        guard ["None", "Metadata", "Object"].contains(includes) else {
            throw .badRequest(
                """
                Unable to convert to Table as requested: includeObject: Invalid value: \
                \(JSONValue.string(includes).serialized()): must be 'Metadata', 'Object', 'None', or empty
                """)
        }
        let now = environment.now()
        let rows = objects.map { object -> JSONValue in
            var row: JSONObject = ["cells": .array(cells(of: object, resource, now))]
            switch includes {
            case "None": row["object"] = .null
            case "Object": row["object"] = object.typeFirst
            default: row["object"] = Self.partialMetadata(object, context)
            }
            let conditions = resource.strategy.rowConditions(of: object)
            if !conditions.isEmpty { row["conditions"] = .array(conditions) }
            return .object(row)
        }
        return [
            "kind": "Table", "apiVersion": .string(representation.metaAPIVersion), "metadata": .object(metadata),
            "columnDefinitions": hasColumns ? .array(columns(of: resource).map(\.value)) : .null,
            "rows": .array(rows),
        ]
    }

    private func columns(of resource: ServedResource) -> [TableColumn] {
        guard let custom = resource.custom else { return resource.strategy.columns }
        return [.name] + PrinterColumns.columns(of: custom.version).map(PrinterColumns.tableColumn)
    }

    private func cells(of object: KubeObject, _ resource: ServedResource, _ now: Timestamp) -> [JSONValue] {
        guard let custom = resource.custom else {
            return resource.strategy.cells(of: VersionConversion.toStorage(object, from: resource), now: now)
        }
        return [.string(object.name)]
            + PrinterColumns.columns(of: custom.version).map { PrinterColumns.cell($0, of: object, now: now) }
    }
}

extension TableColumn {
    /// The definition as the API writes it.
    var value: JSONValue {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": .integer(Int64(priority)),
        ]
    }
}
