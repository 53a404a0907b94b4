import Foundation
import HTTPTransport
import KubeCore
import Logging
import Synchronization
import Testing

@testable import KubeClient

@Suite("Credentials", .timeLimit(.minutes(1)))
struct CredentialTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func client(_ server: ScriptedServer, _ authentication: Authentication) -> KubeClient {
        KubeClient(
            configuration: ClientConfiguration(server: "https://a", authentication: authentication), exchange: server,
            clock: SkippingClock())
    }

    private func get(_ client: KubeClient) async throws {
        _ = try await client.get(.nodes, name: "a")
    }

    private func authorizations(_ server: ScriptedServer) -> [String?] {
        server.seen.map { $0.headers["Authorization"] }
    }

    @Test("Tokens, passwords and impersonation become header fields")
    func headers() async throws {
        let server = ScriptedServer([:])
        try await get(
            client(
                server,
                Authentication(
                    token: .data(Array("t\n".utf8)), impersonatedUser: "bob", impersonatedGroups: ["x", "y"],
                    impersonatedUID: "7", impersonatedExtra: ["example.com/scope": ["a", "b"]])))
        try await get(client(server, Authentication(username: "u", password: "p")))
        try await get(client(server, Authentication()))
        #expect(authorizations(server) == ["Bearer t", "Basic dTpw", nil])
        #expect(server.seen[0].headers["Impersonate-User"] == "bob")
        #expect(server.seen[0].headers.values(of: "Impersonate-Group") == ["x", "y"])
        #expect(server.seen[0].headers["Impersonate-Uid"] == "7")
        #expect(server.seen[0].headers.values(of: "Impersonate-Extra-example.com%2Fscope") == ["a", "b"])
    }

    @Test("Renewed files are read again; one that is gone for a moment is remembered")
    func files() async throws {
        let token = try directory.write("token", "one")
        let authority = try directory.write("ca.crt", "CA1")
        let server = ScriptedServer([:])
        var configuration = ClientConfiguration(
            server: "https://a", authentication: Authentication(token: .file(token)))
        configuration.trust.certificateAuthority = .file(authority)
        let client = KubeClient(configuration: configuration, exchange: server, clock: SkippingClock())
        try await get(client)
        try directory.write("token", "second")
        try directory.write("ca.crt", "CA22")
        try await get(client)
        try FileManager.default.removeItem(atPath: token)
        try await get(client)
        #expect(authorizations(server) == ["Bearer one", "Bearer second", "Bearer second"])
        #expect(
            server.seen.map(\.tls.certificateAuthorities) == [
                .data(Array("CA1".utf8)), .data(Array("CA22".utf8)), .data(Array("CA22".utf8)),
            ])
    }

    @Test("A missing file is named")
    func missing() async {
        let error = await failure {
            try await get(client(ScriptedServer([:]), Authentication(token: .file("/nowhere/token"))))
        }
        #expect(error?.description.contains("/nowhere/token: No such file") == true)
    }

    @Test("A refusal is final while the credentials are the same, and tried again once they have changed")
    func unauthorized() async throws {
        let token = try directory.write("token", "old")
        let same = ScriptedServer { _, _ in .json(401, Status(code: 401, reason: .unauthorized, message: "no").value) }
        #expect(
            await failure { try await get(client(same, Authentication(token: .file(token)))) }?.isUnauthorized == true)
        #expect(same.seen.count == 1)
        let directory = directory
        let renewed = ScriptedServer { request, _ in
            if request.headers["Authorization"] == "Bearer renewed" { return .json(200, [:]) }
            _ = try? directory.write("token", "renewed")
            return .json(401, Status(code: 401, reason: .unauthorized, message: "no").value)
        }
        try await get(client(renewed, Authentication(token: .file(token))))
        #expect(renewed.seen.count == 2)
    }

    @Test("An exec plugin runs once for many requests, and again when the server refuses what it gave")
    func exec() async throws {
        let plugin = try directory.write(
            "login",
            """
            #!/bin/sh
            echo run >> "$LOG"
            count=$(wc -l < "$LOG" | tr -d ' ')
            echo "$KUBERNETES_EXEC_INFO" > "$LOG.info"
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$count'"}}'
            """, isProgram: true)
        let log = directory.path + "/log"
        let exec = ExecPlugin(
            apiVersion: "client.authentication.k8s.io/v1", command: plugin, environment: ["LOG": log],
            providesClusterInfo: true)
        let server = ScriptedServer { request, _ in
            request.headers["Authorization"] == "Bearer t1" && request.url.hasSuffix("secret")
                ? .text(401, "") : .json(200, [:])
        }
        let client = client(server, Authentication(exec: exec))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { _ = try await client.get(.nodes, name: "a") } }
            try await group.waitForAll()
        }
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "run\n")
        _ = try await client.get(.nodes, name: "secret")
        #expect(server.seen.last?.headers["Authorization"] == "Bearer t2")
        let told = try JSONValue(parsing: try String(contentsOfFile: log + ".info", encoding: .utf8))
        #expect(told[path: "spec", "cluster", "server"] == "https://a")
        #expect(told[path: "spec", "interactive"] == false)
    }

    @Test("Many requests that are refused at once run the plugin once more, not once each")
    func manyRefusals() async throws {
        let plugin = try directory.write(
            "login",
            """
            #!/bin/sh
            echo run >> "$LOG"
            count=$(wc -l < "$LOG" | tr -d ' ')
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$count'"}}'
            """, isProgram: true)
        let log = directory.path + "/log"
        let server = ScriptedServer { request, _ in
            request.headers["Authorization"] == "Bearer t1" ? .text(401, "") : .json(200, [:])
        }
        let client = client(
            server,
            Authentication(
                exec: ExecPlugin(
                    apiVersion: "client.authentication.k8s.io/v1", command: plugin, environment: ["LOG": log])))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await client.get(.nodes, name: "a") } }
            try await group.waitForAll()
        }
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "run\nrun\n")
    }

    @Test("A plugin may give a client certificate")
    func execCertificate() async throws {
        let plugin = try directory.write(
            "login",
            """
            #!/bin/sh
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
            "status":{"clientCertificateData":"CERT","clientKeyData":"KEY"}}'
            """, isProgram: true)
        let server = ScriptedServer([:])
        try await get(
            client(
                server,
                Authentication(exec: ExecPlugin(apiVersion: "client.authentication.k8s.io/v1", command: plugin))))
        #expect(server.seen[0].tls.clientCertificate == .data(Array("CERT".utf8)))
        #expect(server.seen[0].tls.clientKey == .data(Array("KEY".utf8)))
        #expect(authorizations(server) == [nil])
    }

    @Test(
        "A plugin may ask a person where there is one and it wants to",
        arguments: [
            (ExecPlugin.Interaction.never, true, Optional("false")), (.never, false, "false"),
            (.ifAvailable, true, "true"), (.ifAvailable, false, "false"), (.always, true, "true"),
            (.always, false, nil),
        ])
    func interaction(mode: ExecPlugin.Interaction, hasTerminal: Bool, told: String?) async throws {
        let plugin = try directory.write(
            "login",
            """
            #!/bin/sh
            interactive=$(echo "$KUBERNETES_EXEC_INFO" | sed 's/.*"interactive":\\([a-z]*\\).*/\\1/')
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
            "status":{"token":"'$interactive'"}}'
            """, isProgram: true)
        let credentials = ExecCredentials(
            ExecPlugin(apiVersion: "client.authentication.k8s.io/v1", command: plugin, interaction: mode),
            ClientConfiguration(server: "https://a"), hasTerminal: { hasTerminal })
        guard let told else {
            let error = await failure { _ = try await credentials.current() }
            #expect(error?.description.contains("standard input is no terminal") == true)
            return
        }
        #expect(try await credentials.current().token == told)
    }

    @Test("A plugin is told of the cluster: its authority as bytes wherever it comes from, proxy and own settings")
    func clusterInfo() async throws {
        let plugin = try directory.write(
            "login",
            """
            #!/bin/sh
            echo "$KUBERNETES_EXEC_INFO" > "$LOG"
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
            """, isProgram: true)
        let log = directory.path + "/info"
        var configuration = ClientConfiguration(server: "https://a", proxy: .url("http://proxy:1"))
        configuration.trust = ServerTrust(
            certificateAuthority: .file(try directory.write("ca.crt", "CA")), serverName: "api")
        let credentials = ExecCredentials(
            ExecPlugin(
                apiVersion: "client.authentication.k8s.io/v1", command: plugin, environment: ["LOG": log],
                providesClusterInfo: true, clusterConfiguration: ["audience": "x"]), configuration)
        _ = try await credentials.current()
        let told = try JSONValue(parsing: try String(contentsOfFile: log, encoding: .utf8))
        #expect(
            told[path: "spec", "cluster"] == [
                "server": "https://a", "tls-server-name": "api", "certificate-authority-data": "Q0E=",
                "proxy-url": "http://proxy:1", "config": ["audience": "x"],
            ])
    }

    @Test("Exec credentials are renewed shortly before they expire")
    func expiration() async throws {
        let plugin = try directory.write(
            "login",
            """
            #!/bin/sh
            echo run >> "$LOG"
            echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",
            "status":{"token":"t","expirationTimestamp":"2026-01-01T00:01:00Z"}}'
            """, isProgram: true)
        let log = directory.path + "/log"
        let start = try #require(Timestamp("2026-01-01T00:00:00Z"))
        let now = Mutex(start)
        let credentials = ExecCredentials(
            ExecPlugin(
                apiVersion: "client.authentication.k8s.io/v1beta1", command: plugin, environment: ["LOG": log]),
            ClientConfiguration(server: "https://a"), now: { now.withLock { $0 } })
        for (seconds, runs) in [(0, 1), (49, 1), (50, 2)] {
            now.withLock { $0 = start.advanced(by: .seconds(seconds)) }
            #expect(try await credentials.current().token == "t")
            #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == runs)
        }
    }

    @Test("A plugin that fails says why, with its install hint")
    func execFailures() async throws {
        let complaining = try directory.write("fail", "#!/bin/sh\necho 'not logged in' >&2\nexit 3\n", isProgram: true)
        let wrong = try directory.write("wrong", "#!/bin/sh\necho '{}'\n", isProgram: true)
        for (command, words) in [
            (complaining, "ended with code 3: not logged in"), (wrong, "no ExecCredential"),
            ("/nowhere/plugin", "cannot be run"), ("no-such-plugin-anywhere", "cannot be run"),
        ] {
            let exec = ExecPlugin(
                apiVersion: "client.authentication.k8s.io/v1", command: command, installHint: "get it from us")
            let error = await failure { try await get(client(ScriptedServer([:]), Authentication(exec: exec))) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            #expect(error?.description.contains("get it from us") == true)
        }
    }

    @Test("Cancelling the request ends the plugin")
    func execCancellation() async throws {
        let slow = try directory.write("slow", "#!/bin/sh\nexec sleep 600\n", isProgram: true)
        let exec = ExecPlugin(apiVersion: "client.authentication.k8s.io/v1", command: slow)
        let client = client(ScriptedServer([:]), Authentication(exec: exec))
        let task = Task { await failure { try await get(client) } }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        #expect(await task.value?.isCancellation == true)
    }
}
