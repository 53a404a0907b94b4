import KubeCore

/// Which object a write is about, and how it is written.
struct WriteTarget: Sendable {
    var resource: ServedResource
    var namespace: String?
    var name: String?
    var subresource: String?
    var options: WriteOptions

    init(_ context: RequestContext, _ options: WriteOptions) {
        self.init(
            resource: context.resource, namespace: context.namespace, name: context.name,
            subresource: context.subresource, options: options)
    }

    init(
        resource: ServedResource, namespace: String?, name: String?, subresource: String? = nil,
        options: WriteOptions
    ) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.subresource = subresource
        self.options = options
    }

    var type: ResourceType { resource.type }
    var key: String { StoredObject.key(namespace: namespace, name: name ?? "") }

    /// The entry of the history for this write.
    func record(_ revision: UInt64, name: String) -> WriteRecord {
        WriteRecord(
            resourceVersion: revision, verb: options.verb, group: resource.storage.group,
            resource: resource.storage.resource, subresource: subresource, namespace: namespace, name: name,
            userAgent: options.userAgent)
    }
}

extension APIServer {
    /// What strategies may know.
    func writeContext(_ target: WriteTarget) -> WriteContext {
        let (store, registry) = (store, registry)
        return WriteContext(
            now: environment.now(), type: target.type, isDryRun: target.options.isDryRun,
            objects: { type, namespace in
                let storage =
                    registry.find(type.groupVersion, type.plural)?.storage
                    ?? StorageKey(group: type.group, resource: type.plural)
                return store.list(storage, namespace: namespace).objects.map(\.object)
            }, random: environment.random)
    }

    /// A new unique identifier (RFC 9562, version 4).
    func newIdentifier() -> String {
        var bytes = (0..<16).map { _ in UInt8(environment.random(256)) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (position, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(position) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    /// The part of a generated name that the server adds.
    func nameSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet[environment.random(alphabet.count)] })
    }
}
