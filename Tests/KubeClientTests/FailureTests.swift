import HTTPTransport
import KubeCore
import Testing

@testable import KubeClient

@Suite("Failures, retries and the write gate")
struct FailureTests {
    struct Closed: Error, CustomStringConvertible {
        var description: String { "the lease has lapsed" }
    }

    struct ClosedGate: WriteGate {
        func checkWrite() throws { throw Closed() }
    }

    private func get(_ server: ScriptedServer, clock: SkippingClock = SkippingClock()) async -> KubeClientError? {
        await failure {
            _ = try await KubeClient(server, clock: clock).get(.deployments, namespace: "shop", name: "web")
        }
    }

    @Test("The server's Status is the error")
    func status() async {
        let status = Status(
            code: 422, reason: .invalid, message: "bad",
            details: Status.Details(causes: [.init(reason: "FieldValueInvalid", message: "no", field: "spec.x")]))
        let error = await get(ScriptedServer { _, _ in .json(422, status.value) })
        #expect(error?.status == status)
        #expect(error?.isInvalid == true)
        #expect(error?.isTransient == false)
    }

    @Test(
        "Helpers tell the classes of errors apart",
        arguments: [
            (404, "NotFound", ["isNotFound"]), (409, "AlreadyExists", ["isAlreadyExists"]),
            (409, "Conflict", ["isConflict"]), (410, "Expired", ["isExpired"]), (410, "Gone", ["isExpired"]),
            (403, "Forbidden", ["isForbidden"]), (429, "TooManyRequests", ["isTooManyRequests", "isTransient"]),
            (500, "InternalError", ["isTransient"]), (415, "UnsupportedMediaType", ["isUnsupported"]),
        ])
    func helpers(code: Int, reason: String, expected: [String]) {
        let error = KubeClientError.api(Status(code: code, reason: .init(rawValue: reason), message: ""))
        let all = [
            ("isNotFound", error.isNotFound), ("isAlreadyExists", error.isAlreadyExists),
            ("isConflict", error.isConflict), ("isExpired", error.isExpired), ("isForbidden", error.isForbidden),
            ("isTooManyRequests", error.isTooManyRequests), ("isTransient", error.isTransient),
            ("isUnsupported", error.isUnsupported), ("isInvalid", error.isInvalid),
        ]
        #expect(all.filter(\.1).map(\.0).sorted() == expected.sorted())
    }

    @Test("An answer that is no Status becomes one, and a refusal names verb and resource")
    func madeStatus() async {
        let error = await get(ScriptedServer { _, _ in .text(403, "<html>\nno entry</html>") })
        #expect(error?.isForbidden == true)
        #expect(error?.description.contains(#"get deployments.apps "web" in namespace "shop""#) == true)
        #expect(error?.description.contains("<html> no entry</html>") == true)
    }

    @Test("What the server refused for overload is sent again after the time it asks for")
    func retryAfter() async throws {
        let clock = SkippingClock()
        let server = ScriptedServer { _, count in
            count < 3 ? .text(count == 1 ? 429 : 503, "", ["Retry-After": "\(count)"]) : .json(200, [:])
        }
        _ = try await KubeClient(server, clock: clock).create(.pods, KubeObject(type: .pods, namespace: "a", name: "b"))
        #expect(server.seen.count == 3)
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("Without that time, or with one too long, the error is the caller's")
    func noRetryAfter() async {
        let silent = ScriptedServer { _, _ in .text(503, "") }
        #expect(await get(silent)?.isTransient == true)
        #expect(silent.seen.count == 1)
        let patient = ScriptedServer { _, _ in .text(429, "", ["Retry-After": "3600"]) }
        #expect(await get(patient)?.retryAfter == .seconds(3600))
        #expect(patient.seen.count == 1)
    }

    @Test("Attempts are bounded")
    func bounded() async {
        let server = ScriptedServer { _, _ in .text(429, "", ["Retry-After": "1"]) }
        #expect(await get(server)?.isTooManyRequests == true)
        #expect(server.seen.count == 5)
    }

    @Test(
        "A failure of the server that asks for patience is retried where it may have been acted on without harm",
        arguments: [(429, 2, 2), (503, 2, 2), (500, 1, 2), (502, 1, 2), (504, 1, 2)])
    func retryAfterByVerb(code: Int, creations: Int, applies: Int) async throws {
        func server() -> ScriptedServer {
            ScriptedServer { _, count in
                count == 1 ? .text(code, "", ["Retry-After": "1"]) : .json(200, ["kind": "Pod"])
            }
        }
        let pod = KubeObject(type: .pods, namespace: "a", name: "b")
        let (creating, applying) = (server(), server())
        _ = await failure { _ = try await KubeClient(creating).create(.pods, pod) }
        _ = await failure { _ = try await KubeClient(applying).apply(.pods, pod, fieldManager: "m") }
        #expect(creating.seen.count == creations)
        #expect(applying.seen.count == applies)
    }

    @Test("Only what may be done twice is marked so for the transport")
    func idempotence() async throws {
        let server = ScriptedServer(["kind": "Pod"])
        let client = KubeClient(server)
        let pod = KubeObject(type: .pods, namespace: "a", name: "b")
        _ = try await client.get(.pods, namespace: "a", name: "b")
        _ = try await client.apply(.pods, pod, fieldManager: "m")
        _ = try await client.apply(.pods, pod, fieldManager: "m", dryRun: true)
        _ = try await client.create(.pods, pod)
        _ = try await client.update(.pods, pod)
        _ = try await client.patch(.pods, namespace: "a", name: "b", .json([]))
        try await client.delete(.pods, namespace: "a", name: "b")
        #expect(server.seen.map(\.isIdempotent) == [true, true, true, false, false, false, false])
    }

    @Test(
        "A failed connection says what happened and what to look at",
        arguments: [
            (HTTPTransportError.Kind.nameResolution, "Could not resolve host: api", "resolve it?"),
            (.connectionRefused, "Failed to connect", "is the API server running"),
            (.timeout(.connect), "Connection timed out", "a way from here"),
            (.tls, "SSL certificate problem: certificate has expired", "certificate-authority"),
            (.tls, "SSL: no alternative certificate subject name matches target host name 'a'", "tls-server-name"),
            (.tls, "tlsv13 alert certificate required", "refused this client's certificate"),
            (.proxy, "CONNECT tunnel failed, response 407", "NO_PROXY"),
            (.timeout(.idle), "the server was silent for 50.0 seconds", "does not answer"),
        ])
    func advice(kind: HTTPTransportError.Kind, reason: String, advice: String) async {
        let error = await get(
            ScriptedServer { _, _ in .failure(HTTPTransportError(kind, reason, request: "GET https://api/x")) })
        #expect(error?.description.hasPrefix("GET https://api/x: \(reason): ") == true)
        #expect(error?.description.contains(advice) == true, "\(String(describing: error))")
    }

    @Test("A lost connection is retried for reads and for apply, and for no other write")
    func lost() async throws {
        let lost = HTTPTransportError(.connectionLost, "reset")
        let reading = ScriptedServer { _, count in count == 1 ? .failure(lost) : .json(200, ["kind": "Pod"]) }
        #expect(await get(reading) == nil)
        #expect(reading.seen.count == 2)
        let applying = ScriptedServer { _, count in count == 1 ? .failure(lost) : .json(200, ["kind": "Pod"]) }
        _ = try await KubeClient(applying).apply(
            .pods, KubeObject(type: .pods, namespace: "a", name: "b"), fieldManager: "m")
        #expect(applying.seen.count == 2)
        let writing = ScriptedServer { _, _ in .failure(lost) }
        let error = await failure {
            _ = try await KubeClient(writing).patch(.nodes, name: "a", .merge([:]))
        }
        guard case .transport(lost) = error else {
            Issue.record("not the transport's error: \(String(describing: error))")
            return
        }
        #expect(writing.seen.count == 1)
        let refusing = ScriptedServer { _, _ in .failure(HTTPTransportError(.connectionRefused, "")) }
        #expect(await get(refusing)?.isConnectionRefused == true)
        #expect(refusing.seen.count == 1)
    }

    @Test("A closed gate stops writes, before they are sent, but neither reads nor dry runs")
    func gate() async throws {
        let server = ScriptedServer(["kind": "Pod"])
        let client = KubeClient(server, writeGate: ClosedGate())
        let pod = KubeObject(type: .pods, namespace: "a", name: "b")
        let writes: [@Sendable () async throws -> Void] = [
            { _ = try await client.create(.pods, pod) },
            { _ = try await client.update(.pods, pod) },
            { _ = try await client.apply(.pods, pod, fieldManager: "m") },
            { try await client.delete(.pods, namespace: "a", name: "b") },
            { try await client.deleteCollection(.pods, namespace: "a") },
            { try await client.evict(namespace: "a", pod: "b") },
        ]
        for write in writes {
            guard case .writeGateClosed("the lease has lapsed") = await failure(write) else {
                Issue.record("a write passed the gate")
                return
            }
        }
        #expect(server.seen.isEmpty)
        _ = try await client.get(.pods, namespace: "a", name: "b")
        _ = try await client.apply(.pods, pod, fieldManager: "m", dryRun: true)
        #expect(server.seen.count == 2)
    }

    @Test("The gate is asked again before a write is sent again")
    func gateBetweenAttempts() async {
        let server = ScriptedServer { _, _ in .text(429, "", ["Retry-After": "1"]) }
        let clock = SkippingClock()
        /// Open until the clock has moved.
        struct Gate: WriteGate {
            let clock: SkippingClock
            func checkWrite() throws { if !clock.sleeps.isEmpty { throw Closed() } }
        }
        let client = KubeClient(server, clock: clock, writeGate: Gate(clock: clock))
        let error = await failure {
            _ = try await client.patch(.nodes, name: "a", .merge([:]))
        }
        guard case .writeGateClosed = error else {
            Issue.record("the gate was not asked again")
            return
        }
        #expect(server.seen.count == 1)
    }

    @Test("An answer that is no JSON, or no object, cannot be read")
    func unreadable() async {
        for text in ["<html>", "[]", ""] {
            guard case .decoding = await get(ScriptedServer { _, _ in .text(200, text) }) else {
                Issue.record("\(text) was read")
                return
            }
        }
    }

    @Test("Absence is not an error where it is asked about")
    func ifPresent() async throws {
        let server = ScriptedServer { _, _ in .json(404, Status(code: 404, reason: .notFound, message: "no").value) }
        #expect(try await KubeClient(server).getIfPresent(.nodes, name: "a") == nil)
        let broken = ScriptedServer { _, _ in .text(500, "") }
        #expect(
            await failure { _ = try await KubeClient(broken).getIfPresent(.nodes, name: "a") } != nil)
    }

    @Test("Refused credentials are described, not shown")
    func unauthorized() async {
        let server = ScriptedServer { _, _ in
            .json(401, Status(code: 401, reason: .unauthorized, message: "Unauthorized").value)
        }
        var configuration = ClientConfiguration(server: "https://a")
        configuration.authentication.token = .data(Array("t0k3n".utf8))
        let client = KubeClient(configuration: configuration, exchange: server, clock: SkippingClock())
        let error = await failure { _ = try await client.get(.nodes, name: "a") }
        #expect(error?.description == "Unauthorized (https://a does not accept our credentials: token) (Unauthorized)")
    }

    @Test(
        "The text of a warning is read",
        arguments: [
            (#"299 - "policy/v1beta1 is deprecated""#, "policy/v1beta1 is deprecated"),
            (#"299 - "unknown field \"x\"""#, #"unknown field "x""#), (#"199 - "other""#, nil), ("299 - open", nil),
            (#"299 - "open"#, nil),
        ])
    func warning(value: String, text: String?) { #expect(WarningLog.text(value) == text) }
}
