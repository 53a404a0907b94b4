import HTTPTransport
import KubeCore
import Testing

@testable import KubeClient

@Suite("Watches")
struct WatchTests {
    static func event(_ type: String, _ name: String, version: Int) -> String {
        #"{"type":"\#(type)","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"\#(name)","resourceVersion":"\#(version)"}}}"#
            + "\n"
    }

    private func watch(
        _ text: String, failing error: HTTPTransportError? = nil
    ) async throws -> (events: [WatchEvent], failure: KubeClientError?) {
        let (body, writer) = HTTPBodyStream.makeStream(capacity: 1 << 20)
        if !text.isEmpty { try await writer.write(Array(text.utf8)) }
        writer.finish(throwing: error)
        let stream = try await KubeClient(ScriptedServer { _, _ in .stream(body) }).watch(.pods)
        var events: [WatchEvent] = []
        do throws(KubeClientError) {
            for try await event in stream { events.append(event) }
            return (events, nil)
        } catch {
            return (events, error)
        }
    }

    @Test("Events are told apart")
    func kinds() async throws {
        let status = Status(code: 410, reason: .expired, message: "too old resource version: 1 (9)")
        let text =
            Self.event("ADDED", "a", version: 1) + Self.event("MODIFIED", "a", version: 2) + "\n"
            + Self.event("DELETED", "a", version: 3)
            + #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"4","annotations":{"k8s.io/initial-events-end":"true"}}}}"#
            + "\n" + #"{"type":"ERROR","object":\#(status.value.serialized())}"# + "\n"
        let (events, failure) = try await watch(text)
        #expect(failure == nil)
        #expect(events.map(\.resourceVersion) == ["1", "2", "3", "4", nil])
        #expect(events.map(\.isEndOfInitialEvents) == [false, false, false, true, false])
        guard events.count == 5, case .added = events[0], case .modified = events[1], case .deleted = events[2],
            case .error(status) = events[4]
        else {
            Issue.record("events were taken for others")
            return
        }
    }

    @Test("An end within an event, a broken connection and an unknown event are errors, after what came before")
    func failures() async throws {
        let first = Self.event("ADDED", "a", version: 1)
        let truncated = try await watch(first + #"{"type":"#)
        #expect(truncated.events.count == 1)
        guard case .transport(let error) = truncated.failure, error.kind == .connectionLost else {
            Issue.record("a truncated event passed")
            return
        }
        let broken = try await watch(first, failing: HTTPTransportError(.timeout(.idle), "silent"))
        #expect(broken.events.count == 1)
        guard case .transport(HTTPTransportError(.timeout(.idle), "silent")) = broken.failure else {
            Issue.record("a broken stream passed")
            return
        }
        for line in [#"{"type":"OTHER","object":{}}"#, #"{"type":"ADDED"}"#, "nonsense"] {
            guard case .decoding = try await watch(line + "\n").failure else {
                Issue.record("\(line) passed")
                return
            }
        }
    }

    @Test("A watch asks for what it needs, and takes silence past its end for a dead connection")
    func request() async throws {
        let server = ScriptedServer { _, _ in .stream(HTTPBodyStream([])) }
        let options = ListOptions(
            resourceVersion: "5", resourceVersionMatch: .notOlderThan, timeoutSeconds: 290, allowWatchBookmarks: true,
            sendInitialEvents: true)
        _ = try await KubeClient(server).watch(.pods, namespace: "a", options: options, representation: .metadata)
        let request = try #require(server.seen.first)
        #expect(
            request.url.hasSuffix(
                "/api/v1/namespaces/a/pods?watch=true&resourceVersion=5&resourceVersionMatch=NotOlderThan"
                    + "&timeoutSeconds=290&allowWatchBookmarks=true&sendInitialEvents=true"))
        #expect(request.headers["Accept"]?.hasPrefix("application/json;as=PartialObjectMetadata;") == true)
        #expect(request.timeouts.idle == .seconds(295))
        #expect(request.timeouts.whole == nil)
    }

    @Test("A refused watch is the server's Status")
    func refused() async {
        let server = ScriptedServer { _, _ in .json(422, Status(code: 422, reason: .invalid, message: "no").value) }
        let error = await failure { _ = try await KubeClient(server).watch(.pods) }
        #expect(error?.isInvalid == true)
    }

    @Test("Cancelling the reader ends the watch, and its sender learns of it")
    func cancellation() async throws {
        let (body, writer) = HTTPBodyStream.makeStream()
        let client = KubeClient(ScriptedServer { _, _ in .stream(body) })
        let reader = Task { () -> KubeClientError? in
            await failure {
                for try await _ in try await client.watch(.pods) {}
            }
        }
        reader.cancel()
        #expect(await reader.value?.isCancellation == true)
        await #expect(throws: HTTPTransportError.self) { try await writer.write([1]) }
    }

    @Test("However a stream is cut into pieces, its lines are the same", arguments: 0..<50)
    func framing(seed: UInt64) {
        var random = SeededRandom(state: seed)
        let lines = (0..<20).map { _ in
            [UInt8](
                (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 11...255, using: &random) })
        }
        let bytes = Array(lines.joined(separator: [10])) + [10]
        var framer = LineFramer()
        var found: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + Int.random(in: 1...60, using: &random))
            framer.feed(Array(bytes[position..<end]))
            while let line = framer.next() { found.append(line) }
            position = end
        }
        #expect(found == lines)
        #expect(!framer.hasPartialLine)
    }
}

/// A reproducible source of randomness (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
