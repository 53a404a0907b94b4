import KubeClient
import KubeCore
import KubeRuntime
import MeshAPI
import Synchronization

/// Brings one mesh from what it is to what its spec says: gathers what there is, decides the next step, acts, and says
/// in status what it saw. May end after any write; whoever comes next goes on from what the cluster holds.
package final class MeshReconciler: Reconciler {
    /// The name of a Mesh.
    package typealias Key = ObjectKey

    let client: KubeClient
    let caches: MeshCaches
    let charts: ChartSources
    let renderer: any ComponentRenderer
    let mapper: ResourceMapper
    let events: MeshEvents
    let metrics: MeshMetrics
    let memories = Mutex<[String: MeshMemory]>([:])
    let recent = Mutex(RecentWrites())
    private let capabilities = Mutex<ClusterCapabilities?>(nil)

    /// How many objects are written at once.
    static let writesAtOnce = 8
    /// How long a reconcile waits for caches that it has just started.
    static let cachePatience = Duration.seconds(10)

    package init(
        client: KubeClient, caches: MeshCaches, charts: ChartSources, renderer: any ComponentRenderer,
        mapper: ResourceMapper, events: MeshEvents, metrics: MeshMetrics
    ) {
        self.client = client
        self.caches = caches
        self.charts = charts
        self.renderer = renderer
        self.mapper = mapper
        self.events = events
        self.metrics = metrics
    }

    /// Makes one mesh right, or says when to look again.
    package func reconcile(_ key: ObjectKey, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        let now = context.clock.wallNow
        let cached = try caches.meshes.store.get(key)?.object()
        let identity = ObjectIdentity(Mesh.type.groupVersionKind.groupKind, key)
        guard var object = recent.withLock({ $0.newest(identity, cached: cached, at: now) }) else {
            forget(key.name)
            return .done
        }
        begin(object)
        switch Finalizers.phase(of: object, Labels.finalizer) {
        case .nothing: return .done
        case .cleanUp: return try await remove(object, context)
        case .add:
            object = try await Finalizers.add(Labels.finalizer, to: object, type: Mesh.type, client: client)
            note(object, at: now)
        case .apply: break
        }
        let mesh: Mesh
        do throws(InvalidDocument) {
            mesh = try Mesh(object)
        } catch {
            try await stall(object, "InvalidSpec", error.description, context)
            return .done
        }
        guard !mesh.spec.suspend else {
            let status = StatusReport.suspended(previous: mesh.status, generation: object.generation, now: now)
            try await write(status, of: object, context)
            return .done
        }
        let outcome: ReconcileOutcome
        do {
            outcome = try await install(mesh, context)
        } catch let problem as ResolutionProblem {
            outcome = try await keep(mesh, problem.reason, problem.description, problem.isTransient, context)
        } catch let problem as ChartProblem {
            outcome = try await keep(mesh, "ChartFailed", problem.description, problem.isTransient, context)
        }
        // Repositories do not tell of new versions: whoever wants them has to ask.
        if case .done = outcome, let refresh = charts.refreshes(mesh.spec.charts) { return .requeue(after: refresh) }
        return outcome
    }

    /// Goes on with what the mesh was made from last, as long as its spec is the same and the trouble may pass; else says
    /// that the spec cannot be carried out, and leaves what runs as it is.
    private func keep(
        _ mesh: Mesh, _ reason: String, _ message: String, _ isTransient: Bool, _ context: ReconcileContext
    ) async throws -> ReconcileOutcome {
        if isTransient, let known = memory(mesh.name, \.intents), known.generation == mesh.object.generation {
            _ = try await carryOut(
                known.value, known.key.resolved, mesh, context,
                notice: "\(message) The mesh is kept with the charts that it was made from.")
            return .retry
        }
        try await stall(mesh.object, reason, message, isRetried: isTransient, context)
        return isTransient ? .retry : .done
    }

    private func install(_ mesh: Mesh, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        let revisions = try caches.revisions(of: mesh.object)
        if let other = revisions.first(where: { $0.spec.namespace != mesh.spec.namespace }) {
            throw ResolutionProblem(
                reason: "NamespaceChanged",
                description: "spec.namespace: the mesh is installed in \(other.spec.namespace) and cannot move: set it "
                    + "back, or delete the mesh and create it anew")
        }
        let source = try await charts.source(
            mesh.spec.charts, namespace: mesh.spec.namespace, now: { context.clock.wallNow },
            secret: { name in
                try await client.getIfPresent(.secrets, namespace: mesh.spec.namespace, name: name)
            })
        var resolved = try Resolution.resolve(
            mesh.spec, charts: await source.catalogue(of: Resolution.chartNames(for: mesh.spec)))
        for index in resolved.components.indices where resolved.components[index].chart.digest.isEmpty {
            // A repository lists what it has not shown yet; what counts from here on is what really came.
            resolved.components[index].chart = try await source.files(of: resolved.components[index].chart).description
        }
        let intents = try await intents(of: mesh, resolved, source)
        return try await carryOut(intents, resolved, mesh, context, notice: source.notice)
    }

    // MARK: What is wanted

    private func intents(
        of mesh: Mesh, _ resolved: ResolvedMesh, _ source: any ChartSource
    ) async throws -> MeshMemory.Intents {
        let isNew = mesh.object.generation != mesh.status.observedGeneration
        let key = MeshMemory.IntentKey(resolved: resolved, capabilities: try await capabilities(isRefreshed: isNew))
        if let known = memory(mesh.name, \.intents), known.key == key {
            update(mesh.name) { $0.intents?.generation = mesh.object.generation }
            return known.value
        }

        var rendered: [(ResolvedComponent, [KubeObject])] = []
        for component in resolved.components {
            let files = try await source.files(of: component.chart)
            let objects = try renderer.render(component, files, key.capabilities)
            rendered.append((component, try ObjectCustomization.customize(objects, of: component)))
        }
        let objects = rendered.flatMap(\.1)
        let types = try await resources(of: objects)
        let autoscaled = CoWriters.autoscaled(
            by: rendered.flatMap { component, objects in
                objects.map { object in
                    var placed = object
                    placed.namespace = object.namespace ?? component.namespace
                    return placed
                }
            })
        let preparation = Preparation(mesh: mesh.name, applySet: applySet(of: mesh.name).identifier) { types[$0] }
        var components: [InstallPlan.Intent] = []
        for (component, objects) in rendered {
            let desired = try preparation.prepare(objects, of: component, autoscaled: autoscaled)
            for identity in [ComponentIdentity(.definitions), component.identity] {
                let own = desired.filter { $0.component.kind == identity.kind }
                guard !own.isEmpty || identity == component.identity else { continue }
                components.append(InstallPlan.Intent(identity: identity, objects: own))
            }
        }
        try Self.refuseCollisions(components)
        let intents = MeshMemory.Intents(components)
        update(mesh.name) { memory in
            memory.intents = (key, intents, mesh.object.generation)
            // What failed before was another intent.
            memory.failures = [:]
        }
        return intents
    }

    /// Two components must not want the same object.
    private static func refuseCollisions(_ components: [InstallPlan.Intent]) throws(ResolutionProblem) {
        var owners: [ObjectIdentity: ComponentIdentity] = [:]
        for component in components {
            for object in component.objects {
                if let other = owners.updateValue(component.identity, forKey: object.identity) {
                    throw ResolutionProblem(
                        reason: "ComponentsCollide",
                        description: "spec.components: \(other) and \(component.identity) both contain "
                            + "\(object.identity): give one of them another name or namespace")
                }
            }
        }
    }

    private func resources(of objects: [KubeObject]) async throws -> [GroupVersionKind: ResourceType] {
        var types = Dictionary(
            KnownResources.defined(by: objects).map { ($0.groupVersionKind, $0) },
            uniquingKeysWith: { first, _ in first })
        for kind in Set(objects.compactMap(\.groupVersionKind)) where types[kind] == nil {
            if let known = KnownResources.type(for: kind) {
                types[kind] = known
            } else {
                do throws(KubeClientError) {
                    types[kind] = try await mapper.type(for: kind)
                } catch {
                    // A kind that the server does not have is told with the object that needs it.
                    guard error.isNoMatch else { throw error }
                }
            }
        }
        return types
    }

    private func capabilities(isRefreshed: Bool) async throws -> ClusterCapabilities {
        if !isRefreshed, let known = capabilities.withLock({ $0 }) { return known }
        let version = try await client.serverVersion()["gitVersion"]?.stringValue ?? "v1.34.0"
        var versions: Set<String> = []
        for resource in try await mapper.resources().resources {
            versions.insert(resource.type.apiVersion)
            // Definitions come and go with the mesh itself; its charts do not ask for them.
            if ListSemantics.isBuiltIn(resource.type.group) {
                versions.insert("\(resource.type.apiVersion)/\(resource.type.kind)")
            }
        }
        versions = versions.filter { !$0.contains("istio.io/") && !$0.contains("boltrope.dev/") }
        let found = ClusterCapabilities(kubeVersion: version, apiVersions: versions)
        capabilities.withLock { $0 = found }
        return found
    }

    func applySet(of mesh: String) -> ApplySet {
        ApplySet(
            parentName: mesh, parentKind: Mesh.type.groupVersionKind.groupKind,
            tooling: "\(Labels.manager)/\(KubeCore.version)")
    }

    // MARK: Memory

    private func begin(_ object: KubeObject) {
        memories.withLock { memories in
            // A mesh of the same name is another mesh.
            if memories[object.name]?.uid != object.uid { memories[object.name] = MeshMemory(uid: object.uid) }
        }
    }

    func forget(_ name: String) {
        memories.withLock { $0[name] = nil }
        caches.forget(name)
        metrics.forget(name)
    }

    func memory<Value: Sendable>(_ name: String, _ read: (MeshMemory) -> Value?) -> Value? {
        let memory = memories.withLock { $0[name] }
        return memory.flatMap(read)
    }

    func update(_ name: String, _ change: (inout MeshMemory) -> Void) {
        memories.withLock { change(&$0[name, default: MeshMemory()]) }
    }

    /// Notes what the server stored, until the caches have it too.
    func note(_ object: KubeObject, at now: Timestamp) { recent.withLock { $0.stored(object, at: now) } }

    /// Hears of every change that the caches see.
    package func observed(_ change: ObjectChange) {
        guard case .deleted(let last, _) = change else { return }
        let identity = ObjectIdentity(last.type.groupVersionKind.groupKind, last.key)
        recent.withLock {
            $0.observedDeletion(of: identity, uid: last.uid, resourceVersion: last.resourceVersion)
        }
    }
}
