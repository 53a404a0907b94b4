import HTTPTransport
import KubeCore

/// The events of a watch as the JSON lines that the server sends, for readers that decode them themselves.
///
/// To be read once, by one task. The end of the sequence is the server's regular end of the watch; a broken connection
/// is an error. The socket is left unread while the reader is behind; dropping the stream, or cancelling the task that
/// reads it, ends the watch.
public struct WatchLineStream: AsyncSequence, Sendable {
    /// One event: `{"type":…,"object":…}`.
    public typealias Element = [UInt8]
    /// What reading throws.
    public typealias Failure = KubeClientError

    let body: HTTPBodyStream
    let subject: String

    /// Reads the lines.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: HTTPBodyStream.AsyncIterator
        let subject: String
        var framer = LineFramer()

        /// The next event's line; nil when the server has ended the watch.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(KubeClientError) -> [UInt8]? {
            while true {
                if let line = framer.next() { return line }
                guard !framer.isTooLong else {
                    throw .decoding("watch \(subject): an event is over \(LineFramer.maximumLine) bytes")
                }
                do throws(HTTPTransportError) {
                    guard let piece = try await pieces.next(isolation: actor) else {
                        guard !framer.hasPartialLine else {
                            throw HTTPTransportError(
                                .connectionLost, "watch \(subject): the stream ended within an event")
                        }
                        return nil
                    }
                    framer.feed(piece)
                } catch {
                    throw .transport(error)
                }
            }
        }

        /// The next event's line; nil when the server has ended the watch.
        public mutating func next() async throws(KubeClientError) -> [UInt8]? {
            try await next(isolation: nil)
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), subject: subject)
    }
}
