import Foundation
import HTTPTransport
import KubeClient
import KubeCore

/// `boltrope cluster` in a process of its own, a client of it, and operators beside it; gone when the body returns.
final class TestCluster {
    /// `meshes.boltrope.dev`.
    static let meshes = ResourceType(
        group: "boltrope.dev", version: "v1", plural: "meshes", kind: "Mesh", isNamespaced: false)
    /// The name of the mesh.
    static let mesh = "default"
    private static let manager = "boltrope-benchmarks"

    let client: KubeClient
    private let folder: URL
    private let kubeconfig: URL
    private let boltrope: URL
    private let process: ChildProcess
    private var operators: [ChildProcess] = []

    /// Runs a body with a cluster that has the operator's definitions and namespace.
    static func with<Result>(
        controllers: String = "simulated", _ body: (TestCluster) async throws -> Result
    ) async throws -> Result {
        let cluster = try await TestCluster(controllers: controllers)
        defer { cluster.end() }
        do {
            try await cluster.prepare()
            return try await body(cluster)
        } catch {
            throw BenchmarkFailure("\(error)\n\(cluster.operators.map(\.lastWords).joined(separator: "\n"))")
        }
    }

    private init(controllers: String) async throws {
        boltrope = try Programs.boltrope()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("boltrope-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        kubeconfig = folder.appendingPathComponent("kubeconfig")
        process = try ChildProcess(
            boltrope,
            ["cluster", "--port", "0", "--kubeconfig", kubeconfig.path, "--nodes", "2", "--controllers", controllers],
            logFile: folder.appendingPathComponent("cluster.log"))
        let (process, kubeconfig) = (process, kubeconfig)
        try await until("the cluster listens") {
            guard process.isRunning else { throw BenchmarkFailure("the cluster ended: \(process.lastWords)") }
            return FileManager.default.fileExists(atPath: kubeconfig.path)
        }
        client = KubeClient(
            configuration: try ClientConfiguration.load(kubeconfig: kubeconfig.path), exchange: LibcurlTransport(),
            logger: .silent)
    }

    private func end() {
        for child in operators { child.kill() }
        process.kill()
        // Nothing but logs; a temporary folder that stays does no harm.
        try? FileManager.default.removeItem(at: folder)
    }

    private func prepare() async throws {
        try await makeNamespace("boltrope-system")
        let definitions = try YAML.documents(in: ChildProcess.output(of: boltrope, ["crds"])).compactMap {
            KubeObject($0)
        }
        for definition in definitions {
            _ = try await client.apply(.customResourceDefinitions, definition, fieldManager: Self.manager)
        }
        for definition in definitions {
            try await until("\(definition.name) is established") {
                let live = try await self.client.get(.customResourceDefinitions, name: definition.name)
                return Self.holds("Established", in: live)
            }
        }
    }

    func makeNamespace(_ name: String) async throws {
        _ = try await client.create(.namespaces, KubeObject(type: .namespaces, name: name))
    }

    /// Starts an operator, with what the chart gives it.
    func startOperator() throws -> ChildProcess {
        let child = try ChildProcess(
            boltrope,
            [
                "operator", "--kubeconfig", kubeconfig.path, "--metrics-address", "127.0.0.1:0", "--probe-address",
                "127.0.0.1:0",
            ], logFile: folder.appendingPathComponent("operator-\(operators.count).log"))
        operators.append(child)
        return child
    }

    /// Asks for a mesh of a control plane and a gateway.
    @discardableResult
    func makeMesh() async throws -> KubeObject {
        var mesh = KubeObject(type: Self.meshes, name: Self.mesh)
        mesh["spec"] = [
            "components": ["ingressGateways": [["name": "istio-ingressgateway", "namespace": "istio-ingress"]]]
        ]
        return try await client.create(Self.meshes, mesh)
    }

    /// Returns once the mesh is ready.
    func waitUntilReady() async throws {
        try await until("the mesh is ready") {
            Self.holds("Ready", in: try await self.client.get(Self.meshes, name: Self.mesh))
        }
    }

    private static func holds(_ condition: String, in object: KubeObject) -> Bool {
        (object[path: "status", "conditions"]?.arrayValue ?? []).contains {
            $0["type"]?.stringValue == condition && $0["status"]?.stringValue == "True"
        }
    }
}

/// Waits for something that other processes do in their own time; not for what is measured.
func until(_ what: String, within limit: Duration = .seconds(120), _ holds: () async throws -> Bool) async throws {
    let start = ContinuousClock.now
    while try await !holds() {
        guard ContinuousClock.now - start < limit else { throw BenchmarkFailure("not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(25))
    }
}
