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

    /// Appends the line for an object that was there at the beginning.
    ///
    /// - Returns: false if the watch is not about it.
    func append(added object: StoredObject, isFirst: Bool, to piece: inout [UInt8]) -> Bool {
        filter.matches(object) && append("ADDED", object, isFirst: isFirst, to: &piece)
    }

    /// Appends the line for an event.
    ///
    /// - Returns: false if the watch is not about it.
    func append(_ event: StoreEvent, isFirst: Bool, to piece: inout [UInt8]) -> Bool {
        selection(of: event).map { append($0.type, $0.object, isFirst: isFirst, to: &piece) } ?? false
    }

    /// The stored bytes are copied once; any other form is made once for all watchers that want it.
    private func append(_ type: String, _ stored: StoredObject, isFirst: Bool, to piece: inout [UInt8]) -> Bool {
        if context.representation.shape == .plain, VersionConversion.isIdentity(stored, as: context.resource) {
            Self.append(type, stored.bytes, to: &piece)
            return true
        }
        guard !isFirst else {
            guard let line = encode(type, stored, isFirst: true) else { return false }
            piece += line
            return true
        }
        let form = EventLines.Form(
            type: type, representation: context.representation, kind: context.type.groupVersionKind,
            includes: context.request.value(of: "includeObject") ?? "", second: server.environment.now().seconds)
        guard let line = server.eventLines.line(of: stored, form, make: { encode(type, stored, isFirst: false) })
        else { return false }
        piece += line
        return true
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
            return Self.line(type, APIServer.bytesOf(stored, resource))
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
        append(type, object, to: &bytes)
        return bytes
    }

    private static func append(_ type: String, _ object: [UInt8], to bytes: inout [UInt8]) {
        bytes += "{\"type\":\"".utf8
        bytes += type.utf8
        bytes += "\",\"object\":".utf8
        bytes += object
        bytes += "}\n".utf8
    }
}
