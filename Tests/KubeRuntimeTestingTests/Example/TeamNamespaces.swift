import KubeClient
import KubeCore
import KubeRuntime
import Logging

/// Gives every namespace that is labelled with a team a ConfigMap that names the team, and keeps it so.
struct TeamNamespaces: Reconciler {
    static let label = "example.dev/team"

    let client: KubeClient
    let namespaces: Informer
    let maps: Informer

    func reconcile(_ key: ObjectKey, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        // Gather: what there is, from the caches.
        guard let namespace = namespaces.store.get(key), !namespace.isBeingDeleted,
            let team = namespace.label(Self.label)
        else { return .done }
        let map = maps.store.get(namespace: key.name, name: "team")

        // Decide: what is wanted, and whether it is there already.
        var wanted = KubeObject(type: .configMaps, namespace: key.name, name: "team")
        wanted.labels = [Self.label: team]
        wanted["data"] = ["team": .string(team)]
        if map?.label(Self.label) == team, map?.value(at: "data", "team")?.stringValue == team { return .done }

        // Act: one write, that may be repeated.
        _ = try await client.apply(.configMaps, wanted, fieldManager: "team-namespaces")
        context.logger.info("Told the namespace its team", metadata: ["team": "\(team)"])
        return .done
    }

    /// Runs the controller until the task is cancelled.
    static func run(
        client: KubeClient, clock: RuntimeClock = .continuous, random: RandomSource = .system, logger: Logger
    ) async throws {
        let caches = InformerCache(client: client, clock: clock, random: random, logger: logger)
        let labelled = LabelSelector([LabelSelector.Requirement(key: label, comparison: .exists)])
        let reconciler = TeamNamespaces(
            client: client,
            namespaces: caches.informer(for: InformerScope(type: .namespaces, retention: .metadata)),
            maps: caches.informer(for: InformerScope(type: .configMaps, labels: labelled)))
        let controller = Controller(
            name: "team-namespaces", reconciler: reconciler, caches: [caches], clock: clock, random: random,
            logger: logger)
        controller.watch(reconciler.namespaces) { [ObjectKey(name: $0.name)] }
        controller.watch(reconciler.maps) { $0.namespace.map { [ObjectKey(name: $0)] } ?? [] }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await caches.run() }
            group.addTask { try await controller.run() }
            // Both run until they are cancelled; the first to end has failed, and ends the other.
            try await group.next()
            group.cancelAll()
        }
    }
}
