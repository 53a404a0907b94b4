import CCurl
import Glibc
import Synchronization

/// One request on its way through a ``CurlEventLoop``.
///
/// Unchecked, because everything but `isCancelled` is touched by the loop's thread only, from the moment the transfer
/// is handed to it.
final class CurlTransfer: @unchecked Sendable {
    /// Where the response goes.
    enum Destination {
        /// The whole response at once.
        case whole(CheckedContinuation<Result<HTTPResponse, HTTPTransportError>, Never>)
        /// The head, then the body through a channel.
        case stream(CheckedContinuation<Result<HTTPStreamingResponse, HTTPTransportError>, Never>, BodyChannel)
    }

    let identifier: UInt64
    let request: HTTPRequest
    /// Set from any thread; the loop looks at it when it starts the transfer, as the command to cancel may come first.
    let isCancelled = Atomic<Bool>(false)

    /// Nil until the transfer is attached to its caller, and again once the answer, or the stream that stands for it,
    /// was handed over.
    private var destination: Destination?
    private var channel: BodyChannel?
    private var head: ResponseHead
    private var body: [UInt8] = []
    private var timesSent = 0
    /// Why a callback stopped the transfer, in place of libcurl's "callback failed".
    private var stopReason: HTTPTransportError?
    /// Since when the reader holds the transfer back.
    private(set) var pausedSince: ContinuousClock.Instant?
    /// The connection that the request went out on.
    private(set) var connection: CurlConnections.Identifier?
    /// The loop's connections; set by the loop.
    var connections: CurlConnections?
    /// When the server last gave a sign of life.
    var lastActivity: ContinuousClock.Instant

    /// The proxy that the request goes through; nil for none.
    let proxy: String?
    /// Nil where the URL is malformed.
    let target: URLAuthority?
    var easy: UnsafeMutableRawPointer?
    /// What the handle refers to and has to outlive it.
    var headerList: UnsafeMutablePointer<curl_slist>?
    var connectList: UnsafeMutablePointer<curl_slist>?
    let errorText: UnsafeMutablePointer<CChar>

    init(identifier: UInt64, request: HTTPRequest) {
        self.identifier = identifier
        self.request = request
        target = URLAuthority(request.url)
        proxy = target.flatMap { target in
            request.proxy.proxy(for: target) { getenv($0).map { String(cString: $0) } }
        }
        head = ResponseHead(followsRedirects: request.maximumRedirects > 0)
        lastActivity = .now
        errorText = .allocate(capacity: Int(ccurl_error_size))
        errorText.initialize(repeating: 0, count: Int(ccurl_error_size))
    }

    deinit { errorText.deallocate() }

    /// Says where the response goes; to be called once, before the transfer is handed to the loop.
    func attach(_ destination: Destination) {
        self.destination = destination
        if case .stream(_, let channel) = destination { self.channel = channel }
    }

    /// When the idle time-out runs out; nil where there is none, or the reader holds the transfer back.
    var idleDeadline: ContinuousClock.Instant? {
        guard let idle = request.timeouts.idle, pausedSince == nil else { return nil }
        return lastActivity.advanced(by: idle)
    }

    /// Takes a header line; false stops the transfer.
    func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        lastActivity = .now
        switch head.add(line) {
        case .more: return true
        case .tooLarge:
            return stop(.protocolViolation, "the response's header is over \(ResponseHead.maximumSize) bytes")
        case .complete:
            guard case .stream(let continuation, let channel) = destination else { return true }
            destination = nil
            continuation.resume(
                returning: .success(
                    HTTPStreamingResponse(status: head.status, headers: head.headers, body: HTTPBodyStream(channel))))
            return true
        }
    }

    enum Receipt {
        case taken
        case pause
        case stop
    }

    /// Takes a piece of the body.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Receipt {
        lastActivity = .now
        // The body of a redirect that is being followed.
        guard head.isComplete else { return .taken }
        if let channel {
            switch channel.offer(bytes) {
            case .accepted: return .taken
            case .full:
                pausedSince = .now
                return .pause
            case .abandoned:
                _ = stop(.cancelled, "the response was no longer read")
                return .stop
            }
        }
        guard body.count + bytes.count <= request.maximumBodySize else {
            _ = stop(.bodyTooLarge, "the response's body is over the limit of \(request.maximumBodySize) bytes")
            return .stop
        }
        body.append(contentsOf: bytes)
        return .taken
    }

    /// Called before the request goes out, again when libcurl sends it anew because a kept connection turned out to be
    /// dead. What is not idempotent is not sent twice: the server may have acted on the first. It is an error even where
    /// an HTTP/2 server has refused the stream unseen, as libcurl does not tell that apart.
    func isAboutToBeSent(localPort: Int32, remotePort: Int32) -> Bool {
        timesSent += 1
        connection = connections?.send(identifier, localPort: localPort, remotePort: remotePort)
        lastActivity = .now
        if timesSent > 1, !request.isIdempotent, request.maximumRedirects == 0 {
            return stop(
                .connectionLost,
                "the connection broke before the response, and a \(request.method) is not sent again blindly")
        }
        return true
    }

    /// Whether there was a connection to send the request over.
    var wasSent: Bool { timesSent > 0 }

    /// The reader has room again.
    func resume() {
        guard pausedSince != nil, let easy else { return }
        pausedSince = nil
        lastActivity = .now
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// Takes more than the reader has room for, since others wait behind it; false where that is too much.
    func overdraw(upTo limit: Int) -> Bool {
        guard channel?.grow(upTo: limit) == true else { return false }
        resume()
        return true
    }

    /// Ends the transfer with libcurl's verdict.
    func complete(_ code: CURLcode) {
        guard code != CURLE_OK else {
            if let destination, case .whole(let continuation) = destination {
                self.destination = nil
                continuation.resume(
                    returning: .success(HTTPResponse(status: head.status, headers: head.headers, body: body)))
            } else if destination != nil {
                fail(.protocolViolation, "the server's response has no complete header")
            } else {
                channel?.finish(nil)
            }
            return
        }
        fail(stopReason ?? CurlFailure.error(code, detail: String(cString: errorText), transfer: self))
    }

    func fail(_ kind: HTTPTransportError.Kind, _ reason: String) {
        fail(HTTPTransportError(kind, reason))
    }

    private func fail(_ error: HTTPTransportError) {
        var error = error
        error.request = "\(request.method) \(target?.display ?? "(malformed URL)")"
        switch destination {
        case .whole(let continuation): continuation.resume(returning: .failure(error))
        case .stream(let continuation, _): continuation.resume(returning: .failure(error))
        case nil: channel?.finish(error)
        }
        destination = nil
    }

    private func stop(_ kind: HTTPTransportError.Kind, _ reason: String) -> Bool {
        stopReason = HTTPTransportError(kind, reason)
        return false
    }
}
