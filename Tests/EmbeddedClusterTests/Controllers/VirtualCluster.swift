import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// The controllers over a fake cluster, on virtual time: everything that can happen now happens, then time passes to
/// when something is due.
struct VirtualCluster {
    let cluster = FakeCluster()
    let controllers: SimulatedControllers
    let injector = InjectorState()
    var access: FakeAccess { cluster.access() }

    init(_ set: ControllerSet = .simulated, settings: SimulationSettings = SimulationSettings()) {
        let cluster = cluster
        let counter = Counter()
        controllers = SimulatedControllers(
            set, access: { cluster.access($0) }, settings: settings, injector: injector, now: { cluster.now },
            random: { counter.next() })
    }

    /// Starts the controllers in a cluster with the `default` namespace, and settles.
    func start() async throws {
        _ = try await access.create(.namespaces, KubeObject(type: .namespaces, name: "default"))
        try await controllers.start()
        try await settle()
    }

    /// Lets everything happen that can happen within a time.
    func settle(for duration: Duration = .seconds(60)) async throws {
        let end = cluster.now.advanced(by: duration)
        var steps = 0
        while true {
            await deliver()
            if await controllers.step() {
                steps += 1
                try #require(steps < 200_000, "the controllers do not come to rest")
                continue
            }
            if cluster.state.withLock({ !$0.pending.isEmpty }) { continue }
            guard let deadline = await controllers.nextDeadline, deadline <= end else { break }
            cluster.state.withLock { $0.now = max($0.now, deadline) }
        }
        cluster.state.withLock { $0.now = max($0.now, end) }
    }

    private func deliver() async {
        let changes = cluster.state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
        for change in changes { await controllers.observe(change) }
    }

    /// Creates an object from JSON text.
    @discardableResult
    func create(_ type: ResourceType, _ json: JSONValue) async throws -> KubeObject {
        var object = try #require(KubeObject(json))
        object.apiVersion = type.apiVersion
        object.kind = type.kind
        if type.isNamespaced, object.namespace == nil { object.namespace = "default" }
        return try await access.create(type, object)
    }

    /// Changes an object by a merge patch.
    func patch(_ type: ResourceType, _ name: String, namespace: String? = "default", _ patch: JSONValue) async throws {
        _ = try await access.patch(
            type, namespace: type.isNamespaced ? namespace : nil, name: name, patch, subresource: nil)
    }

    func get(_ type: ResourceType, _ name: String, namespace: String? = "default") throws -> KubeObject {
        try #require(cluster.object(type, type.isNamespaced ? namespace : nil, name))
    }
}

/// Numbers that look random and are the same in every run.
final class Counter: Sendable {
    private let state = Mutex<UInt64>(0)

    /// SplitMix64: well mixed in every bit, so that remainders are too.
    func next() -> UInt64 {
        state.withLock {
            $0 &+= 0x9E37_79B9_7F4A_7C15
            var mixed = $0
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

/// A Deployment of one container.
func deployment(_ name: String, replicas: Int, image: String = "app:1", _ change: (inout JSONValue) -> Void = { _ in })
    -> JSONValue
{
    var value: JSONValue = [
        "metadata": ["name": .string(name), "namespace": "default"],
        "spec": [
            "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": ["app": .string(name)]],
            "template": [
                "metadata": ["labels": ["app": .string(name)]],
                "spec": [
                    "containers": [
                        ["name": "app", "image": .string(image), "ports": [["containerPort": 8080, "name": "http"]]]
                    ]
                ],
            ],
        ],
    ]
    change(&value)
    return value
}
