import Foundation
import KubeCore
import Testing

/// An embedded cluster in a process of its own, and the real kubectl pointed at it.
final class Cluster {
    /// How clients reach it.
    enum Access: CaseIterable {
        /// As it listens, over HTTP without TLS.
        case direct
        /// Through a ``Front``.
        case front
    }

    let folder: URL
    /// The way in for the operators and for kubectl.
    let kubeconfig: URL
    /// What stands before the cluster, if anything.
    let front: Front?
    private let directKubeconfig: URL
    private let process: ChildProcess
    private var operators: [ChildProcess] = []

    /// Starts `boltrope cluster` on a free port and waits until it answers.
    init(nodes: Int = 2, controllers: String = "simulated", access: Access = .direct) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("boltrope-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let direct = folder.appendingPathComponent("kubeconfig")
        directKubeconfig = direct
        process = try ChildProcess(
            Tools.boltrope,
            [
                "cluster", "--port", "0", "--kubeconfig", direct.path, "--nodes", String(nodes), "--controllers",
                controllers,
            ], logFile: folder.appendingPathComponent("cluster.log"))
        try await eventually("the cluster is there", within: 30) {
            FileManager.default.fileExists(atPath: direct.path)
        }
        switch access {
        case .direct: (front, kubeconfig) = (nil, direct)
        case .front:
            let server = try run(
                Tools.kubectl, ["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"],
                environment: ["KUBECONFIG": direct.path])
            let front = try await Front(server: server.standardOutput, folder: folder)
            (self.front, kubeconfig) = (front, front.kubeconfig)
        }
        try await eventually("the cluster answers", within: 30) {
            try self.kubectl("get", "--raw", "/readyz").succeeded
        }
    }

    deinit {
        for child in operators { child.killNow() }
        process.killNow()
        // Logs of a failed run are worth more than a tidy temporary folder.
        if ProcessInfo.processInfo.environment["BOLTROPE_KEEP_LOGS"] == nil {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// Runs the real kubectl.
    @discardableResult
    func kubectl(_ arguments: String..., input: String? = nil) throws -> CommandResult {
        try kubectl(arguments, input: input)
    }

    /// Runs the real kubectl.
    @discardableResult
    func kubectl(_ arguments: [String], input: String? = nil) throws -> CommandResult {
        try kubectl(arguments, input: input, through: kubeconfig)
    }

    /// Runs the real kubectl past the front.
    @discardableResult
    func kubectlDirectly(_ arguments: String...) throws -> CommandResult {
        try kubectl(arguments, input: nil, through: directKubeconfig)
    }

    private func kubectl(_ arguments: [String], input: String?, through kubeconfig: URL) throws -> CommandResult {
        try run(
            Tools.kubectl, arguments, input: input,
            environment: [
                "KUBECONFIG": kubeconfig.path, "KUBECACHEDIR": folder.appendingPathComponent("cache").path,
                "KUBECTL_KUBERC": "false",
            ])
    }

    /// Applies a manifest with kubectl and expects it to be accepted.
    func apply(_ manifest: String) throws {
        let result = try kubectl("apply", "-f", "-", input: manifest)
        #expect(result.succeeded, "\(result)")
    }

    /// One object as the server has it, or nil where there is none.
    func object(_ resource: String, _ name: String, namespace: String? = nil) throws -> KubeObject? {
        try object(resource, name, namespace, through: kubeconfig)
    }

    /// One object as the server has it, asked past the front.
    func objectDirectly(_ resource: String, _ name: String, namespace: String? = nil) throws -> KubeObject? {
        try object(resource, name, namespace, through: directKubeconfig)
    }

    private func object(
        _ resource: String, _ name: String, _ namespace: String?, through kubeconfig: URL
    ) throws -> KubeObject? {
        let scope = namespace.map { ["-n", $0] } ?? []
        let arguments = ["get", resource, name, "-o", "json", "--ignore-not-found"] + scope
        let result = try kubectl(arguments, input: nil, through: kubeconfig)
        guard result.succeeded, !result.standardOutput.isEmpty else { return nil }
        return KubeObject(try JSONValue(parsing: result.standardOutput))
    }

    /// The objects of some kinds, in all namespaces, that carry these labels.
    func objects(_ resources: String, selector: String) throws -> [KubeObject] {
        let result = try kubectl("get", resources, "-A", "-l", selector, "-o", "json")
        guard result.succeeded else { throw Failure("\(result)") }
        return (try JSONValue(parsing: result.standardOutput)["items"]?.arrayValue ?? []).compactMap { KubeObject($0) }
    }

    /// A JSON document of the server.
    func raw(_ path: String) throws -> JSONValue {
        let result = try kubectl("get", "--raw", path)
        guard result.succeeded else { throw Failure("\(result)") }
        return try JSONValue(parsing: result.standardOutput)
    }

    /// Starts an operator, as one replica of the chart's Deployment runs it.
    func startOperator(_ name: String, _ arguments: [String] = []) throws -> ChildProcess {
        let child = try ChildProcess(
            Tools.boltrope,
            [
                "operator", "--kubeconfig", kubeconfig.path, "--leader-election-identity", name,
                "--metrics-address", "127.0.0.1:0", "--probe-address", "127.0.0.1:0",
            ] + arguments, logFile: folder.appendingPathComponent("\(name).log"))
        operators.append(child)
        return child
    }

    /// Who holds the operator's lease; empty where nobody does.
    func leader() throws -> String {
        try object("lease", "boltrope", namespace: "boltrope-system")?[path: "spec", "holderIdentity"]?.stringValue
            ?? ""
    }

    /// The status of a condition of an object: `True`, `False`, `Unknown`, or nil where it has none.
    func condition(_ type: String, of resource: String, _ name: String, namespace: String? = nil) throws -> String? {
        let conditions = try object(resource, name, namespace: namespace)?[path: "status", "conditions"]?.arrayValue
        return conditions?.first { $0["type"]?.stringValue == type }?["status"]?.stringValue
    }
}

/// A reason for a test to stop.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits for something that a cluster does in its own time; fails the test, and stops it, where it does not.
func eventually(
    _ what: String, within seconds: TimeInterval = 60, _ holds: () async throws -> Bool
) async throws {
    let deadline = Date().addingTimeInterval(seconds)
    var last: (any Error)?
    while Date() < deadline {
        do {
            if try await holds() { return }
            last = nil
        } catch {
            last = error
        }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure("not within \(Int(seconds)) s: \(what)\(last.map { ": \($0)" } ?? "")")
}
