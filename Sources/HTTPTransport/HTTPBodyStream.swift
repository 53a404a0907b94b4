import Synchronization

/// A body as it arrives, in pieces of no particular size.
///
/// To be read once, by one task. Whoever writes it is held back while the reader has not caught up; when the stream and
/// its iterators are gone, or the reading task is cancelled, the writer is told to stop.
public struct HTTPBodyStream: AsyncSequence, Sendable {
    /// A piece of the body, never empty.
    public typealias Element = [UInt8]
    /// What reading throws.
    public typealias Failure = HTTPTransportError

    /// Ends the body when the last holder of the stream lets go of it.
    fileprivate final class Lifetime: Sendable {
        let channel: BodyChannel
        init(_ channel: BodyChannel) { self.channel = channel }
        deinit { channel.abandon() }
    }

    private let lifetime: Lifetime

    init(_ channel: BodyChannel) { lifetime = Lifetime(channel) }

    /// A body that is all here already.
    public init(_ bytes: [UInt8]) {
        let channel = BodyChannel(capacity: bytes.count + 1) { _ in }
        _ = bytes.withUnsafeBytes { channel.offer($0) }
        channel.finish(nil)
        self.init(channel)
    }

    /// A body and the writer that fills it, for servers in the same process.
    ///
    /// - Parameter capacity: how many bytes may wait for the reader before the writer does.
    public static func makeStream(capacity: Int = 256 << 10) -> (body: HTTPBodyStream, writer: Writer) {
        let channel = BodyChannel(capacity: capacity) { _ in }
        return (HTTPBodyStream(channel), Writer(channel: channel))
    }

    /// Fills a stream. To be used by one task at a time.
    public struct Writer: Sendable {
        fileprivate let channel: BodyChannel

        /// Adds bytes, after the reader has made room for them.
        ///
        /// - Throws: ``HTTPTransportError`` of kind `cancelled` when nobody reads the stream any more.
        public func write(_ bytes: [UInt8]) async throws(HTTPTransportError) {
            guard !bytes.isEmpty else { return }
            while true {
                switch bytes.withUnsafeBytes({ channel.offer($0) }) {
                case .accepted: return
                case .abandoned: throw HTTPTransportError(.cancelled, "the response is no longer read")
                case .full: await channel.waitForRoom()
                }
            }
        }

        /// Ends the stream; only the first ending counts.
        public func finish(throwing error: HTTPTransportError? = nil) { channel.finish(error) }
    }

    /// Reads the stream.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let lifetime: Lifetime

        /// The next piece, as soon as there is one; nil after the last.
        public mutating func next() async throws(HTTPTransportError) -> [UInt8]? {
            try await lifetime.channel.next()
        }

        /// The next piece, as soon as there is one; nil after the last.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPTransportError) -> [UInt8]? {
            try await lifetime.channel.next()
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lifetime: lifetime) }

    /// Reads the rest of the body.
    ///
    /// - Throws: an error of kind `bodyTooLarge` when it is over the limit.
    public func collect(upTo limit: Int) async throws(HTTPTransportError) -> [UInt8] {
        var all: [UInt8] = []
        var iterator = makeAsyncIterator()
        while let piece = try await iterator.next() {
            guard all.count + piece.count <= limit else {
                throw HTTPTransportError(.bodyTooLarge, "the response's body is over the limit of \(limit) bytes")
            }
            if all.isEmpty { all = piece } else { all.append(contentsOf: piece) }
        }
        return all
    }
}

/// A ``BodyBuffer`` behind a lock, with the waking that its actions ask for.
final class BodyChannel: Sendable {
    /// What the reader asks of a producer that is not a task.
    enum Signal {
        /// There is room again after an offer was refused.
        case resume
        /// Nobody will read any more.
        case abandon
    }

    private let buffer: Mutex<BodyBuffer>
    private let signalProducer: @Sendable (Signal) -> Void

    init(capacity: Int, signalProducer: @escaping @Sendable (Signal) -> Void) {
        buffer = Mutex(BodyBuffer(capacity: capacity))
        self.signalProducer = signalProducer
    }

    func offer(_ bytes: UnsafeRawBufferPointer) -> BodyBuffer.Offer {
        let outcome = buffer.withLock { $0.offer(bytes) }
        if case .accepted(let reader) = outcome { reader?.resume() }
        return outcome
    }

    /// See ``BodyBuffer/grow(upTo:)``.
    func grow(upTo limit: Int) -> Bool { buffer.withLock { $0.grow(upTo: limit) } }

    func finish(_ error: HTTPTransportError?) {
        let (reader, producer) = buffer.withLock { $0.finish(error) }
        reader?.resume()
        producer?.resume()
    }

    func abandon() {
        let (isNews, reader, producer) = buffer.withLock { $0.abandon() }
        reader?.resume()
        producer?.resume()
        if isNews { signalProducer(.abandon) }
    }

    func next() async throws(HTTPTransportError) -> [UInt8]? {
        while true {
            if Task.isCancelled { abandon() }
            switch buffer.withLock({ $0.take() }) {
            case .bytes(let bytes, let producerMayResume, let producer):
                producer?.resume()
                if producerMayResume { signalProducer(.resume) }
                return bytes
            case .end: return nil
            case .failed(let error): throw error
            case .wait:
                await withTaskCancellationHandler {
                    await withCheckedContinuation { waiter in
                        if !buffer.withLock({ $0.park(reader: waiter) }) { waiter.resume() }
                    }
                } onCancel: {
                    abandon()
                }
            }
        }
    }

    func waitForRoom() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if !buffer.withLock({ $0.park(producer: waiter) }) { waiter.resume() }
            }
        } onCancel: {
            // A cancelled writer leaves a truncated body, which its reader must not take for a whole one.
            finish(HTTPTransportError(.connectionLost, "the response was cut off by its writer"))
        }
    }
}
