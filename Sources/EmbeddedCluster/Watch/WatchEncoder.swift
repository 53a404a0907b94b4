import KubeCore

/// Turns the events of the store into the lines of one watch.
struct WatchEncoder: Sendable {
    let server: APIServer
    let context: RequestContext
    let filter: ObjectFilter

    /// The version that the client is pinned to, past which it hears of nothing; nil if it sees the present.
    var limit: UInt64? { server.pinned(context, isCached: true) }

    /// One line for an object that was there at the beginning; nil if the watch is not about it.
    func added(_ object: StoredObject, isFirst: Bool) -> [UInt8]? {
        filter.matches(object) ? encode("ADDED", object, isFirst: isFirst) : nil
    }

    /// One line for an event; nil if the watch is not about it.
    func line(for event: StoreEvent, isFirst: Bool) -> [UInt8]? {
        selection(of: event).flatMap { encode($0.type, $0.object, isFirst: isFirst) }
    }

    /// What an event is to this watch; nil if the watch is not about it.
    ///
    /// An object that leaves the selection is deleted as far as this watch goes, and shown as it last was in it.
    func selection(of event: StoreEvent) -> (type: String, object: StoredObject)? {
        let wasSelected = event.previous.map(filter.matches) ?? false
        if event.isRemoval { return wasSelected ? ("DELETED", event.current) : nil }
        switch (wasSelected, filter.matches(event.current)) {
        case (false, true): return ("ADDED", event.current)
        case (true, true): return ("MODIFIED", event.current)
        case (true, false):
            guard let previous = event.previous else { return nil }
            var object = previous.object
            object.resourceVersion = String(event.revision)
            let last = StoredObject(
                object, resourceVersion: event.revision, schemaIdentity: previous.schemaIdentity)
            return ("DELETED", last)
        case (false, false): return nil
        }
    }

    /// A bookmark: nothing but a version.
    func bookmark(_ revision: UInt64, endsInitialEvents: Bool) -> [UInt8] {
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let members: JSONObject = [
            "kind": .string(context.type.kind), "apiVersion": .string(context.type.apiVersion),
            "metadata": .object(metadata),
        ]
        let object = KubeObject(members)
        var value = object.value
        switch context.representation.shape {
        case .plain: break
        case .table:
            value =
                (try? server.table(
                    [], context, metadata: ["resourceVersion": .string(String(revision))], hasColumns: false)) ?? value
        case .partialMetadata, .partialMetadataList:
            value = APIServer.partialMetadata(object, context)
        }
        return Self.line("BOOKMARK", value.serializedBytes())
    }

    func encode(_ type: String, _ stored: StoredObject, isFirst: Bool) -> [UInt8]? {
        let resource = context.resource
        switch context.representation.shape {
        case .plain:
            return Self.line(type, server.bytesOf(stored, resource))
        case .partialMetadata, .partialMetadataList:
            let view = VersionConversion.view(stored, as: resource)
            return Self.line(type, APIServer.partialMetadata(view, context).serializedBytes())
        case .table:
            let view = VersionConversion.view(stored, as: resource)
            guard
                let table = try? server.table(
                    [view], context, metadata: ["resourceVersion": .string(String(stored.resourceVersion))],
                    hasColumns: isFirst)
            else { return nil }
            return Self.line(type, table.serializedBytes())
        }
    }

    /// One event as one line.
    static func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(object.count + 40)
        bytes += Array("{\"type\":\"\(type)\",\"object\":".utf8)
        bytes += object
        bytes += [UInt8(ascii: "}"), 0x0A]
        return bytes
    }
}
