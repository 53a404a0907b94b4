import Foundation
import HTTPTransport
import HelmChartsTesting
import KubeCore
import Synchronization
import Testing

@testable import HelmCharts

/// What tests of repositories share: a transport, a time that stands still until it is moved, and a cache.
struct Surroundings: Sendable {
    private final class Time: Sendable {
        let seconds = Atomic<Int64>(1_700_000_000)
    }

    let exchange = LibcurlTransport()
    let directory = TemporaryDirectory()
    private let time = Time()

    var now: @Sendable () -> Timestamp {
        { [time] in Timestamp(seconds: time.seconds.load(ordering: .relaxed)) }
    }

    func pass(_ seconds: Int64) { time.seconds.add(seconds, ordering: .relaxed) }

    func cache() throws -> ContentCache { try ContentCache(directory: directory.path) }

    func repository(
        _ url: String, _ settings: RepositorySettings = RepositorySettings(), cached: Bool = false,
        freshness: Duration = .zero
    ) throws -> HTTPChartRepository {
        try HTTPChartRepository(
            url: url, exchange: exchange, settings: settings, cache: cached ? cache() : nil, freshness: freshness,
            now: now)
    }
}

/// The kind of the error that something throws.
func failure(_ body: () async throws -> Void) async -> RepositoryError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RepositoryError
    }
}

@Suite("A Helm repository over HTTP")
struct HTTPChartRepositoryTests {
    private let around = Surroundings()
    private let server = ChartRepositoryServer([
        PackedChart("demo", "1.0.0", appVersion: "7"), PackedChart("demo", "1.1.0"), PackedChart("demo", "2.0.0-rc.1"),
        PackedChart("other", "3.0.0"),
    ])
    private let basic = RepositorySettings.Credentials.basic(username: "me", password: "pa55word").authorization

    @Test("gives the newest chart of a range, and says where it came from")
    func resolves() async throws {
        try await server.serving { url in
            let chart = try await around.repository(url).chart("demo", "~1.0", from: url)
            #expect(chart.name == "demo" && chart.version == "1.0.0" && chart.appVersion == "7")
            #expect(chart.source == "\(url)/archives/demo-1.0.0.tgz")
            #expect(chart.digest == PackedChart("demo", "1.0.0", appVersion: "7").digest)
            #expect(try await around.repository(url).chart("demo", "", from: url).version == "1.1.0")
            #expect(
                try await around.repository(url).chart("demo", "", allowsDevelopmentVersions: true, from: url).version
                    == "2.0.0-rc.1")
        }
    }

    @Test("what it does not have is told with what it has")
    func missing() async throws {
        try await server.serving { url in
            let repository = try around.repository(url)
            let version = await failure { _ = try await repository.chart("demo", "9.9.9", from: url) }
            #expect(version?.kind == .versionNotFound)
            #expect(
                version?.description
                    == "chart \"demo\" version \"9.9.9\" not found in \(url) repository: it has 2.0.0-rc.1, "
                    + "1.1.0, 1.0.0")
            let chart = await failure { _ = try await repository.chart("nope", "", from: url) }
            #expect(chart?.kind == .chartNotFound)
            #expect(chart?.description == "chart \"nope\" not found in \(url) repository: it has demo, other")
        }
    }

    @Test("an index that has not changed costs one answer without a body, in the next process too")
    func entityTag() async throws {
        try await server.serving { url in
            _ = try await around.repository(url, cached: true).listing(of: "demo")
            server.server.clearLog()
            let listing = try await around.repository(url, cached: true).listing(of: "demo")
            #expect(listing.entries.count == 3)
            #expect(server.server.log.map { $0.headers["if-none-match"] != nil } == [true])
            server.update { $0.charts.append(PackedChart("demo", "1.2.0")) }
            #expect(try await around.repository(url, cached: true).listing(of: "demo").entries[1].version == "1.2.0")
        }
    }

    @Test("an index is not asked for again while it is fresh, and an archive of a known digest never")
    func freshness() async throws {
        try await server.serving { url in
            let repository = try around.repository(url, cached: true, freshness: .seconds(60))
            for _ in 0..<3 { _ = try await repository.chart("demo", "1.0.0", from: url) }
            #expect(server.server.log.map(\.path) == ["/charts/index.yaml", "/charts/archives/demo-1.0.0.tgz"])
            around.pass(61)
            _ = try await repository.chart("demo", "1.0.0", from: url)
            #expect(server.server.log.map(\.path).suffix(1) == ["/charts/index.yaml"])
        }
    }

    @Test("credentials are asked for, and go to the repository's own host alone")
    func credentials() async throws {
        let elsewhere = LoopbackServer()
        let chart = PackedChart("demo", "1.0.0", appVersion: "7")
        try await elsewhere.serving({ _ in LoopbackServer.Response(200, body: chart.archive) }) { other in
            let basic = basic
            server.update { state in
                state.authorization = basic
                state.url = { "\(other)/\($0.fileName)" }
            }
            try await server.serving { url in
                let anonymous = await failure { _ = try await around.repository(url).listing(of: "demo") }
                #expect(anonymous?.kind == .unauthorized)
                var settings = RepositorySettings()
                settings.credentials = .basic(username: "me", password: "wrong")
                let wrong = await failure { _ = try await around.repository(url, settings).listing(of: "demo") }
                #expect(wrong?.kind == .unauthorized && wrong?.description.contains("wrong") == false)

                settings.credentials = .basic(username: "me", password: "pa55word")
                _ = try await around.repository(url, settings).chart("demo", "1.0.0", from: url)
                #expect(elsewhere.log.map { $0.headers["authorization"] } == [nil])
                settings.passesCredentialsToAll = true
                _ = try await around.repository(url, settings).chart("demo", "1.0.0", from: url)
                #expect(elsewhere.log.map { $0.headers["authorization"] } == [nil, basic])
                // User information in the URL is as good, and stays out of what is shown.
                let within = try around.repository(url.replacing("http://", with: "http://me:pa55word@"))
                #expect(try await within.listing(of: "demo").entries.count == 3)
                #expect(!within.display.contains("pa55word"))
            }
        }
    }

    @Test("redirects are followed without credentials to another host, and not for ever")
    func redirects() async throws {
        let elsewhere = LoopbackServer()
        let chart = PackedChart("demo", "1.0.0", appVersion: "7")
        try await elsewhere.serving({ _ in LoopbackServer.Response(200, body: chart.archive) }) { other in
            let basic = basic
            server.update { state in
                state.authorization = basic
                state.answer = { request in
                    switch request.path {
                    case "/charts/archives/demo-1.0.0.tgz":
                        LoopbackServer.Response(302, headers: [("Location", "\(other)/blob?signature=s3cret")])
                    case "/charts/archives/demo-1.1.0.tgz":
                        LoopbackServer.Response(302, headers: [("Location", "demo-1.1.0.tgz")])
                    case "/charts/archives/other-3.0.0.tgz":
                        LoopbackServer.Response(302, headers: [("Location", "file:///etc/passwd")])
                    default: nil
                    }
                }
            }
            var settings = RepositorySettings()
            settings.credentials = .basic(username: "me", password: "pa55word")
            let mine = settings
            try await server.serving { url in
                let repository = try around.repository(url, mine)
                let found = try await repository.chart("demo", "1.0.0", from: url)
                #expect(!found.source.contains("s3cret"))
                #expect(elsewhere.log.map { $0.headers["authorization"] } == [nil])
                let circle = await failure { _ = try await repository.chart("demo", "1.1.0", from: url) }
                #expect(circle?.kind == .redirect && circle?.description.contains("more than 10 times") == true)
                let file = await failure { _ = try await repository.chart("other", "", from: url) }
                #expect(file?.kind == .redirect)
            }
        }
    }

    @Test(
        "every way a download fails has its words",
        arguments: [
            (403, "", RepositoryError.Kind.forbidden), (404, "", .notFound), (429, "", .rateLimited),
            (500, "", .server(500)),
            (200, "<html>sorry</html>", .notAChart),
        ] as [(Int, String, RepositoryError.Kind)])
    func failures(status: Int, body: String, kind: RepositoryError.Kind) async throws {
        server.update { state in
            state.writesDigests = false
            state.answer = { request in
                request.path.hasSuffix(".tgz") ? LoopbackServer.Response(status, body: Array(body.utf8)) : nil
            }
        }
        try await server.serving { url in
            let error = await failure { _ = try await around.repository(url).chart("demo", "1.0.0", from: url) }
            #expect(error?.kind == kind)
            #expect(error?.description.hasPrefix("\(url)/archives/demo-1.0.0.tgz: ") == true)
        }
    }

    @Test("an archive that is not what the index says is refused and not kept")
    func digest() async throws {
        let other = PackedChart("other", "3.0.0")
        server.update { state in
            state.answer = { $0.path.hasSuffix(".tgz") ? LoopbackServer.Response(200, body: other.archive) : nil }
        }
        try await server.serving { url in
            let error = await failure {
                _ = try await around.repository(url, cached: true).chart("demo", "1.0.0", from: url)
            }
            #expect(error?.kind == .digestMismatch)
            let kept = try around.cache().blob(other.digest)
            #expect(kept == nil)
            server.update { $0.writesDigests = false }
            let name = await failure { _ = try await around.repository(url).chart("demo", "1.0.0", from: url) }
            #expect(name?.kind == .notAChart && name?.description.contains("other 3.0.0 instead of demo 1.0.0") == true)
        }
    }

    @Test("what is too large, too slow, or not there at all is told apart")
    func limits() async throws {
        server.update { state in
            state.answer = { request in
                request.path.hasSuffix("index.yaml")
                    ? LoopbackServer.Response(200, body: [UInt8](repeating: 0x61, count: 5000)) : nil
            }
        }
        try await server.serving { url in
            var settings = RepositorySettings()
            settings.maximumIndexBytes = 1000
            let large = await failure { _ = try await around.repository(url, settings).listing(of: "demo") }
            #expect(large?.kind == .tooLarge)
        }
        let refused = await failure { _ = try await around.repository("http://127.0.0.1:1").listing(of: "demo") }
        #expect(refused?.kind == .connection)
        let name = await failure { _ = try await around.repository("http://nowhere.invalid").listing(of: "demo") }
        #expect(name?.kind == .nameResolution)
        let silent = LoopbackServer()
        try await silent.serving({ _ in
            try? await Task.sleep(for: .seconds(20))
            return LoopbackServer.Response(200)
        }) { url in
            var settings = RepositorySettings()
            settings.timeout = .milliseconds(100)
            let slow = await failure { _ = try await around.repository(url, settings).listing(of: "demo") }
            #expect(slow?.kind == .timeout)
        }
    }

    @Test("TLS is spoken where https is written")
    func tls() async throws {
        try await server.serving { url in
            let error = await failure {
                _ = try await around.repository(url.replacing("http://", with: "https://")).listing(of: "demo")
            }
            #expect(error?.kind == .tls)
        }
    }

    @Test("what a source gave last is used when it is gone, and said so")
    func lastGood() async throws {
        var settings = RepositorySettings()
        settings.usesLastGood = true
        let careful = settings
        server.update { $0.writesDigests = false }
        try await server.serving { url in
            _ = try await around.repository(url, careful, cached: true).chart("demo", "1.0.0", from: url)
            server.update { $0.answer = { _ in LoopbackServer.Response(503) } }
            let chart = try await around.repository(url, careful, cached: true).chart("demo", "1.0.0", from: url)
            #expect(chart.version == "1.0.0")
            #expect(chart.unavailability?.error.kind == .server(503))
            #expect(chart.unavailability?.confirmedAt == around.now())
            let strict = await failure {
                _ = try await around.repository(url, cached: true).chart("demo", "1.0.0", from: url)
            }
            #expect(strict?.kind == .server(503))
        }
    }

    @Test("a damaged entry of the cache is had anew")
    func damagedCache() async throws {
        let archive = PackedChart("demo", "1.1.0")
        try await server.serving { url in
            _ = try await around.repository(url, cached: true).chart("demo", "", from: url)
            let path = "\(around.directory.path)/blobs/sha256/\(archive.digest)"
            try "damaged".write(toFile: path, atomically: true, encoding: .utf8)
            let chart = try await around.repository(url, cached: true).chart("demo", "", from: url)
            #expect(chart.digest == archive.digest)
            #expect(try around.cache().blob(archive.digest) == archive.archive)
        }
    }
}
