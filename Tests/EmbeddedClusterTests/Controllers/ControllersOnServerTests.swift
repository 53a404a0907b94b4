import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// The controllers on the real server: its defaulting, validation, admission and watches, on virtual time.
struct ServedCluster {
    let server: APIServer
    let clock = FakeCluster()
    let controllers: SimulatedControllers
    let changes: ChangeBuffer
    let failures = FailureLog()
    var access: InProcessAccess { InProcessAccess(server: server, userAgent: "test") }

    init(_ set: ControllerSet = .simulated) async throws {
        let clock = clock
        let failures = failures
        // Unique identifiers are made of it.
        let counter = Counter()
        let server = APIServer(
            environment: APIServer.Environment(
                clock: ContinuousClock(), now: { clock.now }, random: { Int(counter.next() % UInt64($0)) },
                version: "1.36.0"),
            limits: Store.Limits(), seams: ClusterSeams(random: { _ in 0 }))
        server.bootstrap()
        self.server = server
        controllers = SimulatedControllers(
            set, access: { InProcessAccess(server: server, userAgent: $0) }, now: { clock.now },
            random: { counter.next() }, onFailure: { failures.record("\($0): \($1)") })
        changes = ChangeBuffer(
            InProcessAccess(server: server, userAgent: "test").changes(), after: server.store.revision)
        try await controllers.start()
        try await settle()
    }

    /// Lets everything happen that can happen within a time.
    func settle(for duration: Duration = .seconds(60)) async throws {
        let end = clock.now.advanced(by: duration)
        var steps = 0
        while true {
            for change in await changes.read(upTo: server.store.revision) { await controllers.observe(change) }
            if await controllers.step() {
                steps += 1
                try #require(steps < 50_000, "the controllers do not come to rest: \(failures.all.suffix(5))")
                continue
            }
            if await changes.position < server.store.revision { continue }
            guard let deadline = await controllers.nextDeadline, deadline <= end else { break }
            clock.state.withLock { $0.now = max($0.now, deadline) }
        }
        clock.state.withLock { $0.now = max($0.now, end) }
    }

    @discardableResult
    func create(_ type: ResourceType, _ json: JSONValue) async throws -> KubeObject {
        var object = try #require(KubeObject(json))
        object.apiVersion = type.apiVersion
        object.kind = type.kind
        if type.isNamespaced, object.namespace == nil { object.namespace = "default" }
        return try await access.create(type, object)
    }

    func get(_ type: ResourceType, _ name: String) async throws -> KubeObject {
        try await access.get(type, namespace: type.isNamespaced ? "default" : nil, name: name)
    }

    func list(_ type: ResourceType) async throws -> [KubeObject] {
        try await access.list(type, namespace: nil, labelSelector: nil)
    }
}

/// Reads a stream of changes as far as the store has written.
actor ChangeBuffer {
    private var iterator: AsyncStream<ClusterChange>.AsyncIterator
    private(set) var position: UInt64

    /// - Parameter position: the version at which the stream begins.
    init(_ stream: AsyncStream<ClusterChange>, after position: UInt64) {
        iterator = stream.makeAsyncIterator()
        self.position = position
    }

    func read(upTo version: UInt64) async -> [ClusterChange] {
        var changes: [ClusterChange] = []
        while position < version {
            var copy = iterator
            guard let change = await copy.next(isolation: self) else { break }
            iterator = copy
            position = change.resourceVersion
            changes.append(change)
        }
        return changes
    }
}

/// What failed.
final class FailureLog: Sendable {
    private let failures = Mutex<[String]>([])
    var all: [String] { failures.withLock { $0 } }
    func record(_ failure: String) { failures.withLock { $0.append(failure) } }
}

@Suite("The controllers on the embedded server")
struct ControllersOnServerTests {
    @Test("A Deployment with a Service, a budget and an autoscaler settles without one refused write")
    func settles() async throws {
        let cluster = try await ServedCluster()
        #expect(try await cluster.list(.nodes).count == 3)
        try await cluster.create(.deployments, deployment("web", replicas: 2))
        try await cluster.create(
            .services,
            [
                "metadata": ["name": "web"],
                "spec": [
                    "type": "LoadBalancer", "selector": ["app": "web"],
                    "ports": [["name": "http", "port": 80, "targetPort": "http"]],
                ],
            ])
        try await cluster.create(
            .podDisruptionBudgets,
            [
                "metadata": ["name": "web"],
                "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "web"]]],
            ])
        try await cluster.create(
            .horizontalPodAutoscalers,
            [
                "metadata": ["name": "web"],
                "spec": [
                    "minReplicas": 3, "maxReplicas": 5,
                    "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
                    "metrics": [
                        [
                            "type": "Resource",
                            "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                        ]
                    ],
                ],
            ])
        try await cluster.create(
            .daemonSets,
            [
                "metadata": ["name": "agent"],
                "spec": [
                    "selector": ["matchLabels": ["app": "agent"]],
                    "template": [
                        "metadata": ["labels": ["app": "agent"]],
                        "spec": ["containers": [["name": "agent", "image": "agent:1"]]],
                    ],
                ],
            ])
        try await cluster.create(
            .statefulSets,
            [
                "metadata": ["name": "db"],
                "spec": [
                    "replicas": 2, "serviceName": "db", "selector": ["matchLabels": ["app": "db"]],
                    "template": [
                        "metadata": ["labels": ["app": "db"]],
                        "spec": ["containers": [["name": "db", "image": "db:1"]]],
                    ],
                ],
            ])
        try await cluster.create(
            .jobs,
            [
                "metadata": ["name": "batch"],
                "spec": [
                    "template": [
                        "spec": ["restartPolicy": "Never", "containers": [["name": "batch", "image": "batch:1"]]]
                    ]
                ],
            ])
        try await cluster.settle()
        #expect(try await cluster.get(.deployments, "web").statusCount("availableReplicas") == 3)
        #expect(try await cluster.get(.daemonSets, "agent").statusCount("numberAvailable") == 3)
        #expect(try await cluster.get(.statefulSets, "db").statusCount("readyReplicas") == 2)
        #expect(try await cluster.get(.jobs, "batch").condition("Complete")?["status"] == "True")
        #expect(try await cluster.get(.podDisruptionBudgets, "web").statusCount("disruptionsAllowed") == 2)
        let slices = try await cluster.list(.endpointSlices).filter { $0.label("kubernetes.io/service-name") == "web" }
        #expect(slices.flatMap { $0["endpoints"]?.arrayValue ?? [] }.count == 3)
        #expect(cluster.failures.all == [])
        let revision = cluster.server.store.revision
        try await cluster.settle(for: .seconds(3600))
        #expect(cluster.server.store.revision == revision)
    }

    @Test("A namespace with everything in it goes")
    func namespaceGoes() async throws {
        let cluster = try await ServedCluster()
        _ = try await cluster.access.create(.namespaces, KubeObject(type: .namespaces, name: "team"))
        try await cluster.create(
            .deployments, deployment("web", replicas: 2) { $0.set("team", at: "metadata", "namespace") })
        try await cluster.settle()
        #expect(try await cluster.list(.pods).count == 2)
        try await cluster.access.delete(.namespaces, namespace: nil, name: "team", DeleteOptions())
        try await cluster.settle()
        #expect(try await !cluster.list(.namespaces).contains { $0.name == "team" })
        #expect(try await cluster.list(.pods).isEmpty)
    }

    @Test(
        "Each propagation policy does what it says",
        arguments: [
            (DeleteOptions.PropagationPolicy.background, 0), (.foreground, 0), (.orphan, 1),
        ])
    func propagation(policy: DeleteOptions.PropagationPolicy, left: Int) async throws {
        let cluster = try await ServedCluster()
        try await cluster.create(.deployments, deployment("web", replicas: 1))
        try await cluster.settle()
        try await cluster.access.delete(
            .deployments, namespace: "default", name: "web", DeleteOptions(propagationPolicy: policy))
        try await cluster.settle()
        #expect(try await cluster.list(.deployments).isEmpty)
        #expect(try await cluster.list(.replicaSets).count == left)
        #expect(try await cluster.list(.pods).count == left)
        #expect(cluster.failures.all == [])
    }
}
