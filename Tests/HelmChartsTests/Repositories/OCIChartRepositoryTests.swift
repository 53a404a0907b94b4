import HelmChartsTesting
import KubeCore
import Testing

@testable import HelmCharts

@Suite("A registry of charts")
struct OCIChartRepositoryTests {
    private let around = Surroundings()
    private let server = RegistryServer([
        PackedChart("demo", "1.0.0"), PackedChart("demo", "1.1.0"), PackedChart("demo", "1.2.0-rc.1"),
        PackedChart("demo", "1.1.1+build.5"), PackedChart("other", "3.0.0"),
    ])

    private func chart(
        _ registry: String, _ path: String, _ version: String = "",
        _ settings: RepositorySettings = RepositorySettings(),
        devel: Bool = false, cached: Bool = false
    ) async throws -> ResolvedChart {
        let reference = try RegistryReference("oci://\(registry)/charts/\(path)")
        let repository = try OCIChartRepository(
            reference, exchange: around.exchange, settings: settings, cache: cached ? around.cache() : nil,
            now: around.now)
        return try await repository.chart(at: reference, version: version, allowsDevelopmentVersions: devel)
    }

    @Test("gives the newest of a range over all pages of tags, + for _")
    func resolves() async throws {
        try await server.serving { registry in
            let newest = try await chart(registry, "demo")
            #expect(newest.version == "1.1.1+build.5")
            let manifest = SHA256.hexadecimal(RegistryServer.manifest(of: PackedChart("demo", "1.1.1+build.5")))
            #expect(newest.source == "oci://\(registry)/charts/demo@sha256:\(manifest)")
            #expect(newest.digest == PackedChart("demo", "1.1.1+build.5").digest)
            #expect(try await chart(registry, "demo", "~1.0").version == "1.0.0")
            #expect(try await chart(registry, "demo", "1.1.1+build.5").version == "1.1.1+build.5")
            #expect(try await chart(registry, "demo", devel: true).version == "1.2.0-rc.1")
            #expect(try await chart(registry, "demo:1.1.0").version == "1.1.0")
            #expect(try await chart(registry, "demo@sha256:\(manifest)").version == "1.1.1+build.5")
        }
    }

    @Test("what it does not have is told with what it has")
    func missing() async throws {
        try await server.serving { registry in
            let exact = await failure { _ = try await chart(registry, "demo", "9.9.9") }
            #expect(exact?.kind == .versionNotFound)
            #expect(exact?.description.hasSuffix("it has 1.2.0-rc.1, 1.1.1+build.5, 1.1.0, 1.0.0") == true)
            #expect(await failure { _ = try await chart(registry, "demo", ">5") }?.kind == .versionNotFound)
            #expect(await failure { _ = try await chart(registry, "nope") }?.kind == .chartNotFound)
            let two = await failure { _ = try await chart(registry, "demo:1.0.0", "1.1.0") }
            #expect(two?.description == "chart reference and version mismatch: 1.1.0 is not 1.0.0")
            let digest = "sha256:" + SHA256.hexadecimal(RegistryServer.manifest(of: PackedChart("demo", "1.0.0")))
            let other = await failure { _ = try await chart(registry, "demo:1.1.0@\(digest)") }
            #expect(other?.kind == .digestMismatch)
        }
    }

    @Test("a chart is found within an index, beside images")
    func index() async throws {
        server.update { $0.servesIndexes = true }
        try await server.serving { registry in
            let found = try await chart(registry, "demo", "1.0.0")
            #expect(found.version == "1.0.0")
        }
    }

    @Test("tokens are bought with a password or a refresh token, once, and the blob's other host sees none")
    func tokens() async throws {
        let basic = RepositorySettings.Credentials.basic(username: "me", password: "pa55word").authorization
        let elsewhere = LoopbackServer()
        let archive = PackedChart("demo", "1.0.0").archive
        try await elsewhere.serving({ _ in LoopbackServer.Response(200, body: archive) }) { other in
            server.update { state in
                state.basicCredentials = basic
                state.refreshToken = "refresh"
                state.answer = { request in
                    request.path.contains("/blobs/") && request.headers["authorization"] != nil
                        ? LoopbackServer.Response(307, headers: [("Location", "\(other)/blob")]) : nil
                }
            }
            try await server.serving { registry in
                #expect(await failure { _ = try await chart(registry, "demo", "1.0.0") }?.kind == .unauthorized)
                for entry in [#""username": "me", "password": "pa55word""#, #""identitytoken": "refresh""#] {
                    var settings = RepositorySettings()
                    settings.registryCredentials = try RegistryCredentials(
                        dockerConfiguration: Array("{\"auths\": {\"\(registry)\": {\(entry)}}}".utf8))
                    server.server.clearLog()
                    _ = try await chart(registry, "demo", "~1.0.0", settings)
                    // Once for all requests, not once for each.
                    #expect(server.server.log.filter { $0.path == "/token" }.count == 1)
                }
                #expect(elsewhere.log.map { $0.headers["authorization"] } == [nil, nil])
                var settings = RepositorySettings()
                settings.credentials = .basic(username: "me", password: "wr0ng")
                let wrong = settings
                let error = await failure { _ = try await chart(registry, "demo", "1.0.0", wrong) }
                #expect(error?.kind == .unauthorized && error?.description.contains("wr0ng") == false)
            }
        }
    }

    @Test("manifests and layers are held against their digests")
    func digests() async throws {
        let other = PackedChart("other", "3.0.0")
        server.update { state in
            state.answer = { $0.path.contains("/blobs/") ? LoopbackServer.Response(200, body: other.archive) : nil }
        }
        try await server.serving { registry in
            // The layer's size is known, so that a longer one is not even read.
            let layer = await failure { _ = try await chart(registry, "demo", "1.0.0") }
            #expect([.digestMismatch, .tooLarge].contains(layer?.kind))
            server.update { state in
                state.answer = { request in
                    guard request.path.contains("/manifests/") else { return nil }
                    return LoopbackServer.Response(
                        200, headers: [("Docker-Content-Digest", "sha256:\(String(repeating: "0", count: 64))")],
                        body: RegistryServer.manifest(of: other))
                }
            }
            #expect(await failure { _ = try await chart(registry, "demo", "1.0.0") }?.kind == .digestMismatch)
        }
    }

    @Test(
        "what is no chart is told so",
        arguments: [
            (#"{"config": {"mediaType": "application/vnd.oci.image.config.v1+json"}, "layers": []}"#, .notAChart),
            (#"{"config": {"mediaType": "application/vnd.cncf.helm.config.v1+json"}, "layers": []}"#, .badManifest),
            ("not JSON", .badManifest), (#"{"manifests": []}"#, .notAChart),
        ] as [(String, RepositoryError.Kind)])
    func notCharts(_ manifest: String, kind: RepositoryError.Kind) async throws {
        server.update { state in
            state.answer = {
                $0.path.contains("/manifests/") ? LoopbackServer.Response(200, body: Array(manifest.utf8)) : nil
            }
        }
        try await server.serving { registry in
            #expect(await failure { _ = try await chart(registry, "demo", "1.0.0") }?.kind == kind)
        }
    }

    @Test("by digest nothing is asked twice, and the last good chart is used when the registry is gone")
    func cache() async throws {
        var settings = RepositorySettings()
        settings.usesLastGood = true
        let careful = settings
        try await server.serving { registry in
            let first = try await chart(registry, "demo", "", careful, cached: true)
            server.server.clearLog()
            let digest = try #require(first.source.split(separator: "@").last)
            _ = try await chart(registry, "demo@\(digest)", cached: true)
            #expect(server.server.log.isEmpty)
            server.update { $0.answer = { _ in LoopbackServer.Response(502) } }
            let last = try await chart(registry, "demo", "", careful, cached: true)
            #expect(last.digest == first.digest && last.unavailability?.error.kind == .server(502))
            #expect(await failure { _ = try await chart(registry, "demo", "", cached: true) }?.kind == .server(502))
        }
    }
}
