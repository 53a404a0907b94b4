import EmbeddedCluster
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import MeshAPI
import Synchronization
import Testing

@testable import MeshOperator

/// Scenarios run one after the other: each has a whole cluster to itself, and its time-outs are for one at a time.
@Suite("Scenarios", .serialized, .timeLimit(.minutes(5)))
enum Scenarios {}

/// A cluster with controllers and nodes, on which an operator runs.
struct Scenario: Sendable {
    let cluster: EmbeddedCluster
    let client: KubeClient
    let renderer: any ComponentRenderer

    /// Runs a cluster with the CRDs in it, for as long as the body takes.
    ///
    /// - Parameter injects: whether istiod injects proxies, as real gateways need; without it pods start faster.
    static func run(
        renderer: any ComponentRenderer = FixtureRenderer(), injects: Bool = false, hooks: RequestHooks = .none,
        _ body: @escaping @Sendable (Scenario) async throws -> Void
    ) async throws {
        var options = EmbeddedCluster.Options()
        options.hooks = hooks
        options.controllers = .simulated
        options.logger.logLevel = .error
        let cluster = EmbeddedCluster(options: options)
        let client = KubeClient(
            configuration: ClientConfiguration(server: "http://cluster"), exchange: InProcessExchange(cluster: cluster))
        var settings = SimulationSettings()
        settings.startDelay = .milliseconds(5)
        settings.readinessDelay = .milliseconds(5)
        settings.terminationDelay = .milliseconds(5)
        let quick = SimulatedControllers(
            .simulated, access: { cluster.access(userAgent: $0) }, settings: settings,
            now: { RuntimeClock.continuous.wallNow })
        let scenario = Scenario(cluster: cluster, client: client, renderer: renderer)
        for definition in CustomResourceDefinitions.all {
            _ = try await client.create(.customResourceDefinitions, definition)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                if injects {
                    try await cluster.runControllers()
                } else {
                    try await quick.run()
                }
            }
            try await scenario.until("the definitions are served") {
                try await client.getIfPresent(.customResourceDefinitions, name: Mesh.type.qualifiedName)
                    .map { ObjectHealth.of($0) == .ready } ?? false
            }
            try await body(scenario)
            group.cancelAll()
        }
    }

    /// Runs an operator for as long as the body takes; ends it as a crash would, between any two of its steps.
    func operating(
        gate: (any WriteGate)? = nil, charts: ChartSources = ChartSources(embedded: EmbeddedCharts.charts),
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        var client = client.guarded(by: gate)
        client.userAgent = "boltrope-under-test"
        var configuration = MeshOperatorConfiguration()
        configuration.backoff = Backoff(base: .milliseconds(20), cap: .milliseconds(200))
        var logger = Logger(label: "scenario")
        logger.logLevel = .critical
        let service = MeshOperatorService(
            client: client, configuration: configuration, charts: charts, renderer: renderer, clock: .continuous,
            random: .system, metrics: MetricsRegistry(), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in service.shared + service.leaderElected { group.addTask { try await part.service.run() } }
            group.addTask { try await body() }
            // The parts run until they are cancelled, so the first that ends is the body, or a failure.
            try await group.next()
            group.cancelAll()
        }
    }

    // MARK: What a person does

    func apply(_ spec: JSONValue, name: String = "default") async throws {
        var mesh = KubeObject(type: Mesh.type, name: name)
        mesh["spec"] = spec
        _ = try await client.apply(Mesh.type, mesh, fieldManager: "person")
    }

    func deleteMesh(_ name: String = "default") async throws {
        try await client.delete(Mesh.type, name: name)
    }

    func deployment(_ name: String, _ namespace: String = "istio-system") async throws -> KubeObject? {
        try await client.getIfPresent(.deployments, namespace: namespace, name: name)
    }

    func status(_ name: String = "default") async throws -> MeshStatus? {
        try await client.getIfPresent(Mesh.type, name: name).map { Mesh.status(of: $0) }
    }

    func condition(_ type: String, _ name: String = "default") async throws -> Condition? {
        guard let mesh = try await client.getIfPresent(Mesh.type, name: name) else { return nil }
        // A condition of an older generation says nothing of this one.
        return Mesh.status(of: mesh).conditions[type].flatMap { $0.observedGeneration == mesh.generation ? $0 : nil }
    }

    func untilReady(_ name: String = "default") async throws {
        try await until("mesh \(name) is Ready") { try await condition("Ready", name)?.status == .true }
    }

    /// The operator's writes since a version: verb, resource and name, without leases and events.
    func writes(since version: UInt64) -> [String] {
        cluster.history.filter {
            $0.resourceVersion > version && $0.userAgent.hasPrefix("boltrope-under-test") && $0.resource != "events"
        }
        .map { "\($0.verb) \($0.resource)\($0.subresource.map { "/\($0)" } ?? "") \($0.name)" }
    }

    /// Returns when the operator has written nothing for a while.
    func settle() async throws {
        var last = writes(since: 0).count
        var quiet = 0
        while quiet < 15 {
            try await Task.sleep(for: .milliseconds(10))
            let now = writes(since: 0).count
            quiet = now == last ? quiet + 1 : 0
            last = now
        }
    }

    func until(
        _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now.advanced(by: limit)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                let mesh = try await client.getIfPresent(Mesh.type, name: "default")
                throw NeverHappened(what: what, status: mesh?["status"]?.description ?? "no status")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    struct NeverHappened: Error {
        var what: String
        var status: String
    }
}

/// Renders a few objects for each component: one of every kind that the operator treats in its own way.
struct FixtureRenderer: ComponentRenderer {
    func render(
        _ component: ResolvedComponent, _ files: ChartFiles, _ capabilities: ClusterCapabilities
    ) throws(ChartProblem) -> [KubeObject] {
        let name = component.release
        let message = component.values["meshConfig"]?["message"]?.stringValue ?? "hello"
        if component.values["meshConfig"]?["fail"] == true { throw ChartProblem("chart istiod fails: line 7") }
        switch component.identity.kind {
        case .base:
            return [
                object("ServiceAccount", "istio-reader"),
                object(
                    "CustomResourceDefinition", "widgets.istio.io", apiVersion: "apiextensions.k8s.io/v1",
                    [
                        "spec": [
                            "group": "istio.io", "scope": "Namespaced",
                            "names": [
                                "kind": "Widget", "plural": "widgets", "listKind": "WidgetList", "singular": "widget",
                            ],
                            "versions": [
                                [
                                    "name": "v1", "served": true, "storage": true,
                                    "schema": ["openAPIV3Schema": ["type": "object"]],
                                ]
                            ],
                        ]
                    ]),
            ]
        case .pilot:
            return [
                object("ConfigMap", "istio", ["data": ["mesh": .string(message)]]),
                object(
                    "MutatingWebhookConfiguration", "injector", apiVersion: "admissionregistration.k8s.io/v1",
                    [
                        "webhooks": [
                            [
                                "name": "a.istio.io", "sideEffects": "None", "admissionReviewVersions": ["v1"],
                                "failurePolicy": "Ignore",
                                "clientConfig": [
                                    "service": ["name": "none", "namespace": "istio-system", "path": "/x"]
                                ],
                                "rules": [
                                    [
                                        "operations": ["CREATE"], "apiGroups": ["example.com"], "apiVersions": ["v1"],
                                        "resources": ["none"],
                                    ]
                                ],
                            ]
                        ]
                    ]),
                Self.workload("Deployment", "istiod", image: component.values["global"]?["tag"]?.stringValue ?? "1"),
            ]
        case .cni, .ztunnel: return [Self.workload("DaemonSet", name)]
        default:
            return [
                Self.workload("Deployment", name),
                object(
                    "Service", name,
                    [
                        "spec": [
                            "type": "LoadBalancer", "selector": ["app": .string(name)],
                            "ports": [["name": "http", "port": 80, "targetPort": 8080]],
                        ]
                    ]),
            ]
        }
    }

    private static func workload(_ kind: String, _ name: String, image: String = "1") -> KubeObject {
        object(
            kind, name, apiVersion: "apps/v1",
            [
                "spec": [
                    "selector": ["matchLabels": ["app": .string(name)]],
                    "template": [
                        "metadata": ["labels": ["app": .string(name)]],
                        "spec": [
                            "containers": [
                                [
                                    "name": "main", "image": .string("example.com/\(name):\(image)"),
                                    "resources": ["requests": ["cpu": "1000m", "memory": "1024Mi"]],
                                    "ports": [["containerPort": 8080]],
                                ]
                            ]
                        ],
                    ],
                ]
            ])
    }
}
