import HTTPTransport
import KubeCore
import Synchronization

@testable import KubeClient

/// An API server of a few lines in the same process: answers from a closure, and remembers what it was asked.
final class ScriptedServer: HTTPExchange {
    /// What the server does with a request.
    enum Answer: Sendable {
        case json(Int, JSONValue, HTTPHeaders = [:])
        case text(Int, String, HTTPHeaders = [:])
        case failure(HTTPTransportError)
        case stream(HTTPBodyStream)
    }

    private let requests = Mutex<[HTTPRequest]>([])
    private let answer: @Sendable (HTTPRequest, _ count: Int) -> Answer

    /// - Parameter answer: gives the answer to a request and how many there have been, this one included.
    init(_ answer: @escaping @Sendable (HTTPRequest, _ count: Int) -> Answer) { self.answer = answer }

    /// Answers every request with this object.
    convenience init(_ value: JSONValue) {
        self.init { _, _ in .json(200, value) }
    }

    /// What was asked so far.
    var seen: [HTTPRequest] { requests.withLock { $0 } }

    func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        let count = requests.withLock { requests in
            requests.append(request)
            return requests.count
        }
        switch answer(request, count) {
        case .json(let status, let value, let headers):
            return HTTPStreamingResponse(
                status: status, headers: headers, body: HTTPBodyStream(value.serializedBytes()))
        case .text(let status, let text, let headers):
            return HTTPStreamingResponse(status: status, headers: headers, body: HTTPBodyStream(Array(text.utf8)))
        case .failure(let error): throw error
        case .stream(let body): return HTTPStreamingResponse(status: 200, body: body)
        }
    }
}

/// A clock that is never waited for: sleeping moves it on.
final class SkippingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let slept = Mutex<[Duration]>([])

    /// How long was slept, each time.
    var sleeps: [Duration] { slept.withLock { $0 } }
    var now: Instant { Instant(offset: sleeps.reduce(.zero, +)) }
    let minimumResolution: Duration = .zero

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        advance(by: now.duration(to: deadline))
    }

    func advance(by duration: Duration) { slept.withLock { $0.append(duration) } }
}

extension KubeClient {
    /// A client of a scripted server.
    init(_ server: ScriptedServer, clock: any Clock<Duration> = SkippingClock(), writeGate: (any WriteGate)? = nil) {
        self.init(
            configuration: ClientConfiguration(server: "https://server:6443/prefix/"), exchange: server, clock: clock,
            writeGate: writeGate)
    }
}

/// The error that a client's call throws, or nil.
func failure(_ body: () async throws -> Void) async -> KubeClientError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? KubeClientError ?? .decoding("not the client's error: \(error)")
    }
}
