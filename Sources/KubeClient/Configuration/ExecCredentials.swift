import Foundation
import HTTPTransport
import KubeCore
import Synchronization

/// What an exec plugin printed.
struct ExecCredential: Sendable {
    var token: String?
    var clientCertificate: [UInt8]?
    var clientKey: [UInt8]?
    /// Nil for as long as the process lives, or until the server refuses it.
    var expiration: Timestamp?
    /// Which run of the plugin it comes from.
    var run = 0

    /// Reads an ExecCredential object.
    init(parsing bytes: [UInt8], apiVersion: String) throws(KubeClientError) {
        guard let value = try? JSONValue(parsing: bytes), value["kind"]?.stringValue == "ExecCredential" else {
            throw .configuration("its output is no ExecCredential")
        }
        let answered = value["apiVersion"]?.stringValue ?? ""
        guard answered == apiVersion else {
            throw .configuration("it answered with apiVersion \"\(answered)\" in place of \"\(apiVersion)\"")
        }
        token = value[path: "status", "token"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        clientCertificate = value[path: "status", "clientCertificateData"]?.stringValue.map { Array($0.utf8) }
        clientKey = value[path: "status", "clientKeyData"]?.stringValue.map { Array($0.utf8) }
        expiration = value[path: "status", "expirationTimestamp"]?.stringValue.flatMap { Timestamp($0) }
        guard (clientCertificate == nil) == (clientKey == nil) else {
            throw .configuration("it gave only one of clientCertificateData and clientKeyData")
        }
        guard token != nil || clientCertificate != nil else {
            throw .configuration("it gave neither a token nor a client certificate")
        }
    }
}

/// Credentials from an exec plugin, kept until they expire or are refused. However many requests wait for them, the
/// plugin runs once at a time.
final class ExecCredentials: Sendable {
    static let apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    /// How long before its expiration a credential is renewed.
    private static let leeway: Duration = .seconds(10)

    private typealias Waiter = CheckedContinuation<Result<ExecCredential, KubeClientError>?, Never>

    private struct State {
        var credential: ExecCredential?
        /// Those who wait for the run that is under way; nil while there is none.
        var waiters: [Waiter]?
        var runs = 0
    }

    private let plugin: ExecPlugin
    private let configuration: ClientConfiguration
    private let now: @Sendable () -> Timestamp
    private let hasTerminal: @Sendable () -> Bool
    private let state = Mutex(State())

    init(
        _ plugin: ExecPlugin, _ configuration: ClientConfiguration,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) },
        hasTerminal: @escaping @Sendable () -> Bool = { isatty(STDIN_FILENO) == 1 }
    ) {
        self.plugin = plugin
        self.configuration = configuration
        self.now = now
        self.hasTerminal = hasTerminal
    }

    /// The credential for a request that is sent now.
    func current() async throws(KubeClientError) -> ExecCredential {
        enum Step {
            case use(ExecCredential)
            case run
            case wait
        }
        let limit = now().advanced(by: Self.leeway)
        let step = state.withLock { state -> Step in
            if let credential = state.credential, credential.expiration.map({ $0 > limit }) ?? true {
                return .use(credential)
            }
            if state.waiters != nil { return .wait }
            state.waiters = []
            return .run
        }
        switch step {
        case .use(let credential): return credential
        case .run:
            var result = await run()
            let waiters = state.withLock { state in
                state.runs += 1
                result = result.map { credential in
                    var credential = credential
                    credential.run = state.runs
                    return credential
                }
                state.credential = try? result.get()
                defer { state.waiters = nil }
                return state.waiters ?? []
            }
            for waiter in waiters { waiter.resume(returning: result) }
            return try result.get()
        case .wait:
            let result = await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    state.waiters?.append(continuation)
                    return state.waiters != nil
                }
                if !isWaiting { continuation.resume(returning: nil) }
            }
            // Without a result the run has ended in between, or its task was cancelled: ours was not.
            guard let result else { return try await current() }
            if case .failure(let error) = result, error.isCancellation, !Task.isCancelled { return try await current() }
            return try result.get()
        }
    }

    /// The server refused the credential of a run: the next request gets another, unless there is one already.
    func refuse(_ run: Int) {
        state.withLock { state in
            if state.credential?.run == run { state.credential = nil }
        }
    }

    private func run() async -> Result<ExecCredential, KubeClientError> {
        var environment = ProcessInfo.processInfo.environment
        environment.merge(plugin.environment) { _, own in own }
        let isInteractive = plugin.interaction != .never && hasTerminal()
        do throws(KubeClientError) {
            if plugin.interaction == .always, !isInteractive {
                throw .configuration("it has to ask a person, and standard input is no terminal")
            }
            environment["KUBERNETES_EXEC_INFO"] = try information(isInteractive: isInteractive)
            let output = try await ProgramOutput.run(
                plugin.command, arguments: plugin.arguments, environment: environment, isInteractive: isInteractive)
            return .success(try ExecCredential(parsing: output, apiVersion: plugin.apiVersion))
        } catch {
            if error.isCancellation { return .failure(error) }
            var message = "the exec plugin \(plugin.command) gave no credentials: \(error)"
            if let hint = plugin.installHint { message += "\n\(hint)" }
            return .failure(.configuration(message))
        }
    }

    /// What the plugin is told: ExecCredential with its `spec`.
    private func information(isInteractive: Bool) throws(KubeClientError) -> String {
        var spec: JSONValue = ["interactive": .bool(isInteractive)]
        if plugin.providesClusterInfo {
            spec.set(.string(configuration.server), at: "cluster", "server")
            if let name = configuration.trust.serverName { spec.set(.string(name), at: "cluster", "tls-server-name") }
            if configuration.trust.acceptsAnyCertificate {
                spec.set(true, at: "cluster", "insecure-skip-tls-verify")
            }
            if let authority = configuration.trust.certificateAuthority {
                let encoded = Data(try bytes(authority)).base64EncodedString()
                spec.set(.string(encoded), at: "cluster", "certificate-authority-data")
            }
            if case .url(let proxy) = configuration.proxy { spec.set(.string(proxy), at: "cluster", "proxy-url") }
            if let own = plugin.clusterConfiguration { spec.set(own, at: "cluster", "config") }
        }
        let object: JSONValue = ["apiVersion": .string(plugin.apiVersion), "kind": "ExecCredential", "spec": spec]
        return object.serialized()
    }

    private func bytes(_ source: CredentialSource) throws(KubeClientError) -> [UInt8] {
        switch source {
        case .data(let bytes): return bytes
        case .file(let path):
            var file = WatchedFile(path: path)
            return try file.read()
        }
    }
}
