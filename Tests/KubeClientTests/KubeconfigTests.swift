import Foundation
import HTTPTransport
import KubeCore
import Testing

@testable import KubeClient

/// A directory that goes with its test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "boltrope-client-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String, isProgram: Bool = false) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        if isProgram {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
            // A program that another test starts at this moment may hold the file open, as of before its own start, and
            // an open file cannot be run ("text file busy").
            usleep(100_000)
        }
        return file
    }
}

@Suite("Kubeconfig")
struct KubeconfigTests {
    static let text = """
        apiVersion: v1
        kind: Config
        current-context: prod
        clusters:
        - name: prod
          cluster:
            server: https://prod.example:6443/
            certificate-authority-data: Q0E=
            tls-server-name: api.prod
            proxy-url: socks5://proxy:1080
        - name: dev
          cluster: {server: "http://127.0.0.1:8080"}
        - name: lax
          cluster: {server: "https://lax", insecure-skip-tls-verify: true, certificate-authority: pki/ca.crt}
        - {name: ftp, cluster: {server: "https://a", proxy-url: "ftp://proxy"}}
        - {name: bare, cluster: {server: "10.0.0.1:8080"}}
        - {name: bare-tls, cluster: {server: "10.0.0.1:6443", certificate-authority-data: Q0E=}}
        - name: told
          cluster:
            server: https://told
            extensions:
            - {name: other, extension: {a: 1}}
            - {name: client.authentication.k8s.io/exec, extension: {audience: x}}
        contexts:
        - name: prod
          context: {cluster: prod, user: certificate, namespace: shop}
        - {name: dev, context: {cluster: dev, user: token}}
        - {name: basic, context: {cluster: dev, user: basic}}
        - {name: file, context: {cluster: dev, user: file}}
        - {name: exec, context: {cluster: dev, user: exec}}
        - {name: nobody, context: {cluster: dev}}
        - {name: lost, context: {cluster: gone}}
        - {name: ghost, context: {cluster: dev, user: gone}}
        - {name: lax, context: {cluster: lax}}
        - {name: half, context: {cluster: dev, user: half}}
        - {name: told, context: {cluster: told, user: exec}}
        - {name: mute, context: {cluster: dev, user: mute}}
        - {name: old, context: {cluster: dev, user: old}}
        - {name: ftp, context: {cluster: ftp}}
        - {name: bare, context: {cluster: bare}}
        - {name: bare-tls, context: {cluster: bare-tls}}
        users:
        - name: certificate
          user: {client-certificate: pki/a.crt, client-key-data: S0VZ}
        - {name: token, user: {token: t0k3n, as: alice, as-groups: [ops], as-uid: u1, as-user-extra: {scopes: [a, b]}}}
        - {name: basic, user: {username: u, password: p}}
        - {name: file, user: {tokenFile: /run/token, token: stale}}
        - {name: half, user: {client-certificate: a.crt}}
        - name: exec
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./login
              args: [a, b]
              env: [{name: K, value: v}]
              installHint: get it
              provideClusterInfo: true
              interactiveMode: Never
        - {name: mute, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: login}}}
        - {name: old, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login}}}
        """

    private func configuration(_ context: String? = nil) throws -> ClientConfiguration {
        try Kubeconfig(parsing: Array(Self.text.utf8), directory: "/etc/kube").configuration(context: context)
    }

    @Test("The current context gives server, trust, identity, namespace and proxy")
    func currentContext() throws {
        let configuration = try configuration()
        #expect(configuration.server == "https://prod.example:6443")
        #expect(configuration.trust.certificateAuthority == .data(Array("CA".utf8)))
        #expect(configuration.trust.serverName == "api.prod")
        #expect(configuration.proxy == .url("socks5://proxy:1080"))
        #expect(configuration.namespace == "shop")
        #expect(configuration.contextName == "prod")
        #expect(configuration.authentication.clientCertificate == .file("/etc/kube/pki/a.crt"))
        #expect(configuration.authentication.clientKey == .data(Array("KEY".utf8)))
    }

    @Test("Other contexts give other identities")
    func identities() throws {
        let token = try configuration("dev").authentication
        #expect(token.token == .data(Array("t0k3n".utf8)))
        #expect(token.impersonatedUser == "alice")
        #expect(token.impersonatedGroups == ["ops"])
        #expect(token.impersonatedUID == "u1")
        #expect(token.impersonatedExtra == ["scopes": ["a", "b"]])
        #expect(try configuration("basic").authentication == Authentication(username: "u", password: "p"))
        #expect(try configuration("file").authentication.token == .file("/run/token"))
        #expect(try configuration("nobody").authentication == Authentication())
        #expect(try configuration("nobody").namespace == "default")
        #expect(
            try configuration("exec").authentication.exec
                == ExecPlugin(
                    apiVersion: "client.authentication.k8s.io/v1", command: "/etc/kube/./login", arguments: ["a", "b"],
                    environment: ["K": "v"], installHint: "get it", providesClusterInfo: true, interaction: .never))
        #expect(try configuration("told").authentication.exec?.clusterConfiguration == ["audience": "x"])
        #expect(try configuration("old").authentication.exec?.interaction == .ifAvailable)
    }

    @Test("A server without scheme is reached over TLS where TLS is configured")
    func scheme() throws {
        #expect(try configuration("bare").server == "http://10.0.0.1:8080")
        #expect(try configuration("bare-tls").server == "https://10.0.0.1:6443")
    }

    @Test(
        "What is missing or contradicts itself is named",
        arguments: [
            ("absent", "no context \"absent\""), ("lost", "the cluster \"gone\""), ("ghost", "the user \"gone\""),
            ("lax", "insecure-skip-tls-verify"), ("half", "both client-certificate and client-key"),
            ("mute", "interactiveMode"), ("ftp", "proxy-url must be"),
        ])
    func mistakes(context: String, words: String) {
        let error = failure { _ = try configuration(context) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("Secrets are not printed")
    func redaction() throws {
        var printed = ""
        for context in ["prod", "dev", "basic"] {
            let configuration = try configuration(context)
            printed += "\(configuration) \(configuration.authentication) \(configuration.trust)"
            dump(configuration.authentication, to: &printed)
        }
        #expect(!printed.contains("t0k3n"))
        #expect(!printed.contains("password"))
        #expect(!printed.contains("75"), "the bytes of a key")
    }

    @Test("Files of a list are merged: the first to name something has it, absent files are skipped")
    func merging() throws {
        let directory = try TemporaryDirectory()
        let first = try directory.write(
            "a/config",
            """
            contexts: [{name: shared, context: {cluster: one}}]
            clusters: [{name: one, cluster: {server: "https://one", certificate-authority: ca.crt}}]
            """)
        let second = try directory.write(
            "b/config",
            """
            current-context: shared
            contexts: [{name: shared, context: {cluster: two}}, {name: own, context: {cluster: two}}]
            clusters: [{name: two, cluster: {server: "https://two", certificate-authority: ca.crt}}]
            """)
        let environment = ["KUBECONFIG": "\(first):\(directory.path)/absent:\(second)"]
        let merged = try Kubeconfig.load(environment: environment)
        #expect(merged.contextNames == ["own", "shared"])
        let shared = try merged.configuration()
        #expect(shared.server == "https://one")
        #expect(shared.trust.certificateAuthority == .file("\(directory.path)/a/ca.crt"))
        let own = try ClientConfiguration.load(context: "own", environment: environment)
        #expect(own.trust.certificateAuthority == .file("\(directory.path)/b/ca.crt"))
    }

    @Test("An explicit path must exist, and home's is the last resort")
    func places() throws {
        let directory = try TemporaryDirectory()
        try directory.write(".kube/config", Self.text)
        #expect(failure { _ = try ClientConfiguration.load(kubeconfig: directory.path + "/absent") } != nil)
        let home = ["HOME": directory.path]
        #expect(try ClientConfiguration.load(environment: home).contextName == "prod")
        #expect(
            failure { _ = try ClientConfiguration.load(environment: ["HOME": "/nowhere"]) }?.description.contains(
                "--kubeconfig") == true)
    }

    @Test("In a pod, address, token, authority and namespace come from the pod; a kubeconfig goes before")
    func inCluster() throws {
        let directory = try TemporaryDirectory()
        try directory.write("token", "t")
        try directory.write("ca.crt", "CA")
        try directory.write("namespace", "istio-system\n")
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        let configuration = try ClientConfiguration.inCluster(environment: environment, directory: directory.path)
        #expect(configuration.server == "https://[fd00::1]:443")
        #expect(configuration.namespace == "istio-system")
        #expect(configuration.authentication.token == .file("\(directory.path)/token"))
        #expect(configuration.trust.certificateAuthority == .file("\(directory.path)/ca.crt"))
        #expect(
            failure { _ = try ClientConfiguration.inCluster(environment: environment, directory: "/nowhere") }?
                .description.contains("automount") == true)
        #expect(failure { _ = try ClientConfiguration.inCluster(environment: [:], directory: directory.path) } != nil)
        let kubeconfig = try directory.write("config", Self.text)
        #expect(
            try ClientConfiguration.load(kubeconfig: kubeconfig, environment: environment).contextName == "prod")
    }

    private func failure(_ body: () throws -> Void) -> KubeClientError? {
        do {
            try body()
            return nil
        } catch {
            return error as? KubeClientError
        }
    }
}
