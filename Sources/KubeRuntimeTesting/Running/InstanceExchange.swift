import EmbeddedCluster
import HTTPTransport
import KubeCore
import KubeRuntime

/// The network between one process of the controller and the embedded server, with what goes wrong on it.
struct InstanceExchange: HTTPExchange {
    let run: ScenarioRun
    let process: ControllerProcess

    /// How long a request may remain without an answer where it sets no limit itself.
    private static let patience = Duration.seconds(30)
    private static let slowness = Duration.seconds(5)
    private static let storm = Duration.seconds(10)
    private static let outage = Duration.seconds(5)
    private static let partition = Duration.seconds(60)
    private static let staleness = Duration.seconds(120)
    private static let suspension = Duration.seconds(20)
    private static let overlap = Duration.seconds(30)

    func stream(_ http: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        let request = ObservedRequest(http)
        do {
            return try await carry(request, http)
        } catch let error as HTTPTransportError {
            throw error
        } catch {
            throw HTTPTransportError(.cancelled, "the process was ended")
        }
    }

    private func carry(_ request: ObservedRequest, _ http: HTTPRequest) async throws -> HTTPStreamingResponse {
        try Task.checkCancellation()
        guard run.ledger.begin(request, now: run.clock.now), !process.isDead else { try await hang() }
        try await process.thaw(run.clock)
        guard run.isServing else { throw HTTPTransportError(.connectionRefused, "the server is down") }
        if request.isLease, !process.canReachLease(at: run.clock.now) {
            throw HTTPTransportError(.connectionLost, "the connection was reset")
        }
        if request.isWatch, let moment = process.takeForgotten(request.resource) {
            try await run.clock.sleep(until: moment)
            return Self.answer(Self.gone, request)
        }
        let faults = run.arrive(request.happening, isRequest: true)
        if let early = try await before(faults, request, http) { return early }
        guard !process.isDead else { try await hang() }
        if run.isStorming { run.cluster.compact() }
        let answer = await run.cluster.handle(request.request)
        if request.isWrite { committed(request, answer) }
        try await after(faults, http)
        // All of the way is on the way back: a request that has been sent arrives, even if whoever sent it is cancelled.
        try await run.networkDelay()
        try await process.thaw(run.clock)
        guard !process.isDead else { try await hang() }
        switch answer.body {
        case .bytes(let bytes):
            return HTTPStreamingResponse(
                status: answer.status, headers: Self.headers(answer), body: HTTPBodyStream(bytes))
        case .stream(let pieces):
            let (body, writer) = HTTPBodyStream.makeStream(capacity: 64 << 20)
            process.start(
                WatchPump(run: run, process: process, resource: request.resource, pieces: pieces, writer: writer))
            return HTTPStreamingResponse(status: answer.status, headers: Self.headers(answer), body: body)
        }
    }

    /// What goes wrong on the way to the server; an answer if the request does not get there.
    private func before(
        _ faults: [Fault.Kind], _ request: ObservedRequest, _ http: HTTPRequest
    ) async throws -> HTTPStreamingResponse? {
        for fault in faults {
            switch fault {
            case .conflict:
                return Self.answer(
                    Status(
                        code: 409, reason: .conflict,
                        message:
                            "Operation cannot be fulfilled on \(request.resource) \"\(request.object ?? "")\": the "
                            + "object has been modified; please apply your changes to the latest version and try again"),
                    request)
            case .internalError:
                return Self.answer(
                    Status(code: 500, reason: .internalError, message: "Internal error occurred: a fault of the plan"),
                    request)
            case .unavailable:
                return Self.answer(
                    Status(
                        code: 503, reason: .serviceUnavailable,
                        message: "the server is currently unable to handle "
                            + "the request"), request)
            case .tooManyRequests:
                return Self.answer(
                    Status(
                        code: 429, reason: .tooManyRequests, message: "Too many requests, please try again later.",
                        details: Status.Details(retryAfterSeconds: 2)), request)
            case .expired: return Self.answer(Self.gone, request)
            case .timeoutBefore: try await timeOut(http)
            case .resetBefore: throw HTTPTransportError(.connectionLost, "the connection was reset")
            case .slow: try await run.clock.sleep(for: Self.slowness)
            case .crashBefore:
                process.die()
                try await hang()
            case .expiryStorm:
                run.storm(for: Self.storm)
                run.cluster.endWatches()
            case .serverRestart:
                run.cluster.restart()
                run.stopServing(for: Self.outage)
                throw HTTPTransportError(.connectionLost, "the connection was reset")
            case .serverRestore:
                run.restore()
                throw HTTPTransportError(.connectionLost, "the connection was reset")
            case .staleRestart:
                process.die()
                run.showPast(for: Self.staleness)
                try await hang()
            case .wallForward: process.moveWall(by: .seconds(3600))
            case .wallBackward: process.moveWall(by: .seconds(-3600))
            case .secondInstance:
                process.isReplaced = true
                run.supervisor.start()
                run.supervisor.kill(process, after: Self.overlap)
            case .leasePartition:
                process.loseLease(until: run.clock.now.advanced(by: Self.partition))
                run.supervisor.start()
                if request.isLease { throw HTTPTransportError(.connectionLost, "the connection was reset") }
            default: continue
            }
        }
        return nil
    }

    /// What goes wrong after the request was carried out.
    private func after(_ faults: [Fault.Kind], _ http: HTTPRequest) async throws {
        for fault in faults {
            switch fault {
            case .crashAfter:
                process.die()
                try await hang()
            case .timeoutAfter: try await timeOut(http)
            case .resetAfter: throw HTTPTransportError(.connectionLost, "the connection was reset")
            case .suspension:
                process.freeze(until: run.clock.now.advanced(by: Self.suspension))
                if run.scenario.lease != nil { run.supervisor.start() }
            default: continue
            }
        }
    }

    /// Notes what a write has done.
    private func committed(_ request: ObservedRequest, _ answer: APIResponse) {
        let now = run.clock.now
        if request.isLease {
            guard answer.status < 300, case .bytes(let bytes) = answer.body,
                let lease = (try? JSONValue(parsing: bytes)).flatMap({ KubeObject($0) }),
                lease.key == run.scenario.lease
            else { return }
            let record = LeaseRecord(lease)
            run.ledger.leased(to: record.holder, until: now.advanced(by: record.duration))
        }
        guard request.isCounted else { return }
        run.ledger.wrote(request, status: answer.status, now: now)
        // Also one that was refused: it was luck that somebody else had been there before.
        if run.scenario.lease != nil { run.ledger.checkLease(request, by: process.identity, now: now) }
    }

    /// Waits for ever: whoever asked is dead, or will be.
    private func hang() async throws -> Never {
        while true { try await run.clock.sleep(for: .seconds(1_000_000)) }
    }

    private func timeOut(_ http: HTTPRequest) async throws {
        let limits = [http.timeouts.whole, http.timeouts.idle].compactMap { $0 }
        try await run.clock.sleep(for: min(limits.min() ?? Self.patience, Self.patience))
        throw HTTPTransportError(.timeout(.whole), "there was no answer in time")
    }

    private static let gone = Status(
        code: 410, reason: .expired, message: "too old resource version: a fault of the plan")

    private static func answer(_ status: Status, _ request: ObservedRequest) -> HTTPStreamingResponse {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let seconds = status.details?.retryAfterSeconds { headers.add("Retry-After", String(seconds)) }
        guard request.isWatch, status.code == 410 else {
            return HTTPStreamingResponse(
                status: status.code, headers: headers, body: HTTPBodyStream(status.value.serializedBytes()))
        }
        // A watch that cannot begin there is accepted and says so in its first event.
        let line: JSONValue = ["type": "ERROR", "object": status.value]
        return HTTPStreamingResponse(
            status: 200, headers: headers, body: HTTPBodyStream(line.serializedBytes() + [0x0A]))
    }

    /// The headers of an answer, as clients take them.
    static func headers(_ answer: APIResponse) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for header in answer.headers { headers.add(header.name, header.value) }
        return headers
    }
}
