import Synchronization

/// HTTP over sockets, through libcurl.
///
/// Any number of requests share one thread and one pool of connections; urgent requests have a thread and a pool of
/// their own. Threads start with the first request that needs them and end with the transport. One transport serves any
/// number of hosts, as TLS settings and proxies belong to the request.
///
/// Streams are held back by their readers. Streams that share an HTTP/2 connection cannot be for long: libcurl before
/// 8.1 stops reading the whole connection for one of them. So while others wait on the connection, up to 64 MiB of an
/// unread stream are kept in memory; one of which nothing is read for another 30 s ends with `connectionLost`.
public final class LibcurlTransport: HTTPExchange {
    private struct Lanes {
        var loops: [HTTPRequest.Priority: CurlEventLoop] = [:]
        var isShutDown = false
    }

    private let lanes = Mutex(Lanes())
    private let identifiers = Atomic<UInt64>(0)

    private let liveness: ConnectionLiveness

    /// A transport; nothing is started yet.
    ///
    /// - Parameter liveness: when connections are given up whose peer has vanished.
    public init(liveness: ConnectionLiveness = ConnectionLiveness()) { self.liveness = liveness }

    deinit { shutDown() }

    /// Ends every request under way with an error of kind `shutDown`, closes the connections and ends the threads.
    public func shutDown() {
        let loops = lanes.withLock { lanes in
            lanes.isShutDown = true
            defer { lanes.loops = [:] }
            return Array(lanes.loops.values)
        }
        for loop in loops { loop.shutDown() }
    }

    /// Sends a request over the network and returns the whole response.
    public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let loop = try lane(request.priority)
        let transfer = CurlTransfer(identifier: nextIdentifier(), request: request)
        let result: Result<HTTPResponse, HTTPTransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(transfer, to: .whole(continuation), on: loop)
            }
        } onCancel: {
            cancel(transfer, on: loop)
        }
        return try result.get()
    }

    /// Sends a request over the network and returns when the head of its response is here.
    public func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        let loop = try lane(request.priority)
        let transfer = CurlTransfer(identifier: nextIdentifier(), request: request)
        let channel = BodyChannel(capacity: request.streamBufferSize) { [identifier = transfer.identifier] signal in
            switch signal {
            case .resume: _ = loop.submit(.resume(identifier))
            case .abandon: _ = loop.submit(.cancel(identifier))
            }
        }
        let result: Result<HTTPStreamingResponse, HTTPTransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(transfer, to: .stream(continuation, channel), on: loop)
            }
        } onCancel: {
            cancel(transfer, on: loop)
        }
        return try result.get()
    }

    private func start(_ transfer: CurlTransfer, to destination: CurlTransfer.Destination, on loop: CurlEventLoop) {
        transfer.attach(destination)
        if !loop.submit(.start(transfer)) {
            transfer.fail(.shutDown, "the HTTP transport was shut down")
        }
    }

    private func cancel(_ transfer: CurlTransfer, on loop: CurlEventLoop) {
        transfer.isCancelled.store(true, ordering: .releasing)
        _ = loop.submit(.cancel(transfer.identifier))
    }

    private func lane(_ priority: HTTPRequest.Priority) throws(HTTPTransportError) -> CurlEventLoop {
        let loop = lanes.withLock { lanes -> CurlEventLoop? in
            if lanes.isShutDown { return nil }
            if let loop = lanes.loops[priority] { return loop }
            var liveness = liveness
            // Where nothing but short requests is on a connection, one that gets no answer condemns it at once, so that
            // the next does not wait on it as well.
            if priority == .urgent { liveness.stuckAfter = .zero }
            let loop = CurlEventLoop(name: priority == .urgent ? "http-urgent" : "http", liveness: liveness)
            lanes.loops[priority] = loop
            return loop
        }
        guard let loop else { throw HTTPTransportError(.shutDown, "the HTTP transport was shut down") }
        return loop
    }

    private func nextIdentifier() -> UInt64 {
        identifiers.add(1, ordering: .relaxed).newValue
    }
}
