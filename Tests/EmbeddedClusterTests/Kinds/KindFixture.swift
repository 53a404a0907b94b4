import KubeCore

@testable import EmbeddedCluster

/// A kind on its own: what its strategy makes of objects, among others that exist.
struct KindFixture {
    let strategy: any KindStrategy
    let type: ResourceType
    var existing: [KubeObject] = []
    var now = Timestamp(seconds: 1_600_000_000)

    init(_ type: ResourceType, existing: [KubeObject] = []) {
        self.type = type
        self.existing = existing
        strategy = KindStrategies.strategy(
            for: GroupKind(group: type.group, kind: type.kind), hasStatus: false)
    }

    init(_ apiVersion: String, _ plural: String, _ kind: String) {
        let version = GroupVersion(apiVersion: apiVersion) ?? GroupVersion(group: "", version: "v1")
        self.init(
            ResourceType(
                group: version.group, version: version.version, plural: plural, kind: kind, isNamespaced: true))
    }

    var context: WriteContext {
        let existing = existing
        return WriteContext(
            now: now, type: type, isDryRun: false, objects: { _, _ in existing }, random: { $0 / 2 })
    }

    /// The object as it would be stored.
    func created(_ text: String, name: String = "x") throws -> KubeObject {
        var object = try parsed(text, name)
        strategy.applyDefaults(&object)
        try strategy.prepareForCreate(&object, context)
        return object
    }

    /// The object as it would be stored over another.
    func updated(_ old: KubeObject, _ text: String, subresource: String? = nil) throws -> KubeObject {
        var object = try parsed(text, old.name)
        strategy.applyDefaults(&object)
        try strategy.prepareForUpdate(&object, old: old, subresource: subresource, context)
        return object
    }

    /// What is wrong with a new object, as `field: message`.
    func faults(_ text: String, name: String = "x") throws -> [String] {
        try faults(created(text, name: name), old: nil)
    }

    func faults(_ object: KubeObject, old: KubeObject?, subresource: String? = nil) -> [String] {
        strategy.validate(object, old: old, subresource: subresource, context).map { "\($0.field): \($0.message)" }
    }

    private func parsed(_ text: String, _ name: String) throws -> KubeObject {
        var object = KubeObject(try JSONValue(parsing: text)) ?? KubeObject([:])
        object.apiVersion = type.apiVersion
        object.kind = type.kind
        object.name = name
        object.namespace = "team"
        object.uid = "uid-of-\(name)"
        return object
    }
}
