import Foundation
import HTTPTransport
import KubeCore

/// A kubeconfig, merged from its files as kubectl merges them: the first file to name a cluster, user, context or the
/// current context has it; relative paths are relative to the file that they stand in.
public struct Kubeconfig: Sendable {
    /// A named entry with the directory of its file.
    private struct Entry: Sendable {
        let value: JSONValue
        let directory: String
    }

    private var clusters: [String: Entry] = [:]
    private var users: [String: Entry] = [:]
    private var contexts: [String: Entry] = [:]
    private var origins: [String] = []
    /// The context to use where none is asked for.
    public private(set) var currentContext: String?

    /// The names of the contexts, sorted.
    public var contextNames: [String] { contexts.keys.sorted() }

    /// A kubeconfig without entries.
    public init() {}

    /// Reads one kubeconfig.
    ///
    /// - Parameters:
    ///   - bytes: YAML or JSON.
    ///   - directory: what relative paths in it are relative to.
    ///   - origin: how messages call it.
    /// - Throws: ``KubeClientError/configuration(_:)``.
    public init(parsing bytes: [UInt8], directory: String, origin: String = "kubeconfig") throws(KubeClientError) {
        let value: JSONValue
        do {
            value = try YAML.value(in: bytes)
        } catch {
            throw .configuration("\(origin) is not valid YAML: \(error)")
        }
        guard value.isNull || value.objectValue != nil else {
            throw .configuration("\(origin) is no kubeconfig: it holds a \(value.typeName)")
        }
        origins = [origin]
        clusters = Self.entries(value, "clusters", "cluster", directory)
        users = Self.entries(value, "users", "user", directory)
        contexts = Self.entries(value, "contexts", "context", directory)
        currentContext = value["current-context"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads the kubeconfig that a program should use: the one at `path`, else those of `KUBECONFIG`, else
    /// `~/.kube/config`. Of a list, files that do not exist are skipped.
    public static func load(
        path: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(KubeClientError) -> Kubeconfig {
        if let path, !path.isEmpty {
            return try read(path)
        }
        let list = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        let home = environment["HOME"] ?? NSHomeDirectory()
        let paths = list.isEmpty ? ["\(home)/.kube/config"] : list
        var merged = Kubeconfig()
        for path in paths where FileManager.default.fileExists(atPath: path) {
            merged.merge(try read(path))
        }
        guard !merged.origins.isEmpty else {
            throw .configuration(
                "there is no kubeconfig at \(paths.joined(separator: ", ")): give one with --kubeconfig or KUBECONFIG")
        }
        return merged
    }

    /// Adds what another kubeconfig has and this one does not.
    public mutating func merge(_ other: Kubeconfig) {
        clusters.merge(other.clusters) { own, _ in own }
        users.merge(other.users) { own, _ in own }
        contexts.merge(other.contexts) { own, _ in own }
        origins += other.origins
        currentContext = currentContext ?? other.currentContext
    }

    /// The configuration for a context; nil for the current one.
    ///
    /// - Throws: ``KubeClientError/configuration(_:)`` naming what is missing.
    public func configuration(context name: String? = nil) throws(KubeClientError) -> ClientConfiguration {
        let origin = origins.joined(separator: ", ")
        guard let name = name ?? currentContext else {
            throw .configuration("\(origin) has no current context: choose one of \(listed(contextNames))")
        }
        guard let context = contexts[name]?.value else {
            throw .configuration("\(origin) has no context \"\(name)\", only \(listed(contextNames))")
        }
        let clusterName = context["cluster"]?.stringValue ?? ""
        guard let cluster = clusters[clusterName] else {
            throw .configuration(
                "context \"\(name)\" of \(origin) names the cluster \"\(clusterName)\", which is not there")
        }
        guard let server = cluster.value["server"]?.stringValue, !server.isEmpty else {
            throw .configuration("cluster \"\(clusterName)\" of \(origin) has no server")
        }
        let trust = try trust(cluster, "cluster \"\(clusterName)\" of \(origin)")
        var authentication = Authentication()
        if let userName = context["user"]?.stringValue, !userName.isEmpty {
            guard let user = users[userName] else {
                throw .configuration(
                    "context \"\(name)\" of \(origin) names the user \"\(userName)\", which is not there")
            }
            authentication = try self.authentication(user, "user \"\(userName)\" of \(origin)")
        }
        authentication.exec?.clusterConfiguration =
            cluster.value["extensions"]?.arrayValue?
            .first { $0["name"]?.stringValue == "client.authentication.k8s.io/exec" }?["extension"]
        var configuration = ClientConfiguration(
            server: server, trust: trust, authentication: authentication, contextName: name)
        if let proxy = cluster.value["proxy-url"]?.stringValue, !proxy.isEmpty {
            guard ["http", "https", "socks5", "socks5h"].contains(proxy.prefix { $0 != ":" }), proxy.contains("://")
            else {
                throw .configuration(
                    "cluster \"\(clusterName)\" of \(origin): proxy-url must be an http, https or socks5 URL")
            }
            configuration.proxy = .url(proxy)
        }
        if let namespace = context["namespace"]?.stringValue, !namespace.isEmpty { configuration.namespace = namespace }
        return configuration
    }

    private func trust(_ cluster: Entry, _ subject: String) throws(KubeClientError) -> ServerTrust {
        let trust = ServerTrust(
            certificateAuthority: try source(cluster, "certificate-authority", subject),
            serverName: cluster.value["tls-server-name"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 },
            acceptsAnyCertificate: cluster.value["insecure-skip-tls-verify"]?.boolValue ?? false)
        guard trust.certificateAuthority == nil || !trust.acceptsAnyCertificate else {
            throw .configuration(
                "\(subject) sets both a certificate authority and insecure-skip-tls-verify: remove one of them")
        }
        return trust
    }

    private func authentication(_ user: Entry, _ subject: String) throws(KubeClientError) -> Authentication {
        let value = user.value
        func text(_ field: String) -> String? { value[field]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
        var authentication = Authentication(
            username: text("username"), password: text("password"),
            clientCertificate: try source(user, "client-certificate", subject),
            clientKey: try source(user, "client-key", subject),
            impersonatedUser: text("as"), impersonatedGroups: value["as-groups"]?.stringArrayValue ?? [],
            impersonatedUID: text("as-uid"),
            impersonatedExtra: (value["as-user-extra"]?.objectValue ?? JSONObject()).reduce(into: [:]) {
                extra, member in
                extra[member.key] = member.value.stringArrayValue ?? []
            })
        // As in client-go, the file wins, since it can be renewed.
        if let file = text("tokenFile") {
            authentication.token = .file(resolve(file, user.directory))
        } else if let token = text("token") {
            authentication.token = .data(Array(token.utf8))
        }
        guard (authentication.clientCertificate == nil) == (authentication.clientKey == nil) else {
            throw .configuration("\(subject) must have both client-certificate and client-key, or neither")
        }
        if let exec = value["exec"], !exec.isNull {
            authentication.exec = try plugin(exec, directory: user.directory, subject)
        }
        if let provider = value[path: "auth-provider", "name"]?.stringValue {
            throw .configuration(
                "\(subject) uses the auth-provider \"\(provider)\", gone since Kubernetes 1.26: use an exec plugin"
            )
        }
        return authentication
    }

    private func plugin(_ value: JSONValue, directory: String, _ subject: String) throws(KubeClientError) -> ExecPlugin
    {
        let apiVersion = value["apiVersion"]?.stringValue ?? ""
        guard ExecCredentials.apiVersions.contains(apiVersion) else {
            let supported = listed(ExecCredentials.apiVersions)
            throw .configuration(
                "the exec plugin of \(subject) has the apiVersion \"\(apiVersion)\": supported are \(supported)")
        }
        guard let command = value["command"]?.stringValue, !command.isEmpty else {
            throw .configuration("the exec plugin of \(subject) has no command")
        }
        // Required in v1; a plugin of v1beta1 that does not say may ask.
        let mode = value["interactiveMode"]?.stringValue ?? ""
        let isRequired = apiVersion.hasSuffix("/v1")
        guard let interaction = mode.isEmpty && !isRequired ? .ifAvailable : ExecPlugin.Interaction(rawValue: mode)
        else {
            throw .configuration(
                "the exec plugin of \(subject) must have an interactiveMode of Never, IfAvailable or Always")
        }
        var environment: [String: String] = [:]
        for entry in value["env"]?.arrayValue ?? [] {
            if let name = entry["name"]?.stringValue { environment[name] = entry["value"]?.stringValue ?? "" }
        }
        return ExecPlugin(
            apiVersion: apiVersion,
            // A bare name is looked up in the path; anything else is a file.
            command: command.contains("/") ? resolve(command, directory) : command,
            arguments: value["args"]?.stringArrayValue ?? [], environment: environment,
            installHint: value["installHint"]?.stringValue,
            providesClusterInfo: value["provideClusterInfo"]?.boolValue ?? false, interaction: interaction)
    }

    /// A credential by data (which wins, as in client-go) or by file.
    private func source(
        _ entry: Entry, _ field: String, _ subject: String
    ) throws(KubeClientError) -> CredentialSource? {
        if let text = entry.value["\(field)-data"]?.stringValue, !text.isEmpty {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                throw .configuration("\(subject): \(field)-data is not base64")
            }
            return .data([UInt8](data))
        }
        guard let path = entry.value[field]?.stringValue, !path.isEmpty else { return nil }
        return .file(resolve(path, entry.directory))
    }

    private func resolve(_ path: String, _ directory: String) -> String {
        path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }

    private func listed(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.map { "\"\($0)\"" }.joined(separator: ", ")
    }

    private static func read(_ path: String) throws(KubeClientError) -> Kubeconfig {
        var file = WatchedFile(path: path)
        let bytes = try file.read()
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return try Kubeconfig(parsing: bytes, directory: directory, origin: path)
    }

    private static func entries(
        _ value: JSONValue, _ list: String, _ member: String, _ directory: String
    ) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for entry in value[list]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue, entries[name] == nil else { continue }
            entries[name] = Entry(value: entry[member] ?? .null, directory: directory)
        }
        return entries
    }
}
