import KubeCore

/// Where a reflector gets its objects: the list and watch verbs of one collection.
///
/// Objects travel as bytes, so that a store can keep what it wants without building values. The implementation over the
/// network is ``ClientObjectSource``; tests script their own.
public protocol ObjectSource: Sendable {
    /// Lists the collection, or a page of it, handing over each object as it arrives.
    ///
    /// - Parameter receive: takes an object's JSON; what it throws ends the list.
    /// - Throws: ``SourceFailure``, or `CancellationError` when the task was cancelled.
    func list(
        _ request: ListRequest, receive: (_ json: ArraySlice<UInt8>) throws -> Void
    ) async throws -> ListEnd

    /// Watches the collection. Returns when the server has accepted; the stream ends when the server ends it.
    ///
    /// - Throws: ``SourceFailure``, or `CancellationError` when the task was cancelled; so does the stream.
    func watch(_ request: WatchRequest) async throws -> WatchBatches
}

/// What a reflector asks a list for.
public struct ListRequest: Sendable, Hashable {
    /// `""` for the newest state, otherwise a state not older than this version.
    public var resourceVersion: String
    /// How many objects at most; 0 for all.
    public var limit: Int
    /// Where the page before ended; empty for the first.
    public var continueToken: String

    /// A request.
    public init(resourceVersion: String = "", limit: Int = 0, continueToken: String = "") {
        self.resourceVersion = resourceVersion
        self.limit = limit
        self.continueToken = continueToken
    }
}

/// What a reflector asks a watch for. Bookmarks are always wanted.
public struct WatchRequest: Sendable, Hashable {
    /// The version after which events are wanted.
    public var resourceVersion: String
    /// Whether the stream is to begin with the whole collection, ended by a bookmark (KEP-3157).
    public var sendsInitialEvents: Bool
    /// After how long the server is to end the stream.
    public var timeout: Duration

    /// A request.
    public init(resourceVersion: String, sendsInitialEvents: Bool = false, timeout: Duration) {
        self.resourceVersion = resourceVersion
        self.sendsInitialEvents = sendsInitialEvents
        self.timeout = timeout
    }
}

/// What comes with a list, or with a page of it, beside the objects.
public struct ListEnd: Sendable, Hashable {
    /// The version of the collection.
    public var resourceVersion: String
    /// Where the next page begins; empty if this is the last.
    public var continueToken: String

    /// The end of a list.
    public init(resourceVersion: String, continueToken: String = "") {
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
    }
}

/// An event of a watch as it travels.
public enum SourceEvent: Sendable {
    /// The object is new, or is part of the initial events.
    case added(ArraySlice<UInt8>)
    /// The object has changed.
    case modified(ArraySlice<UInt8>)
    /// The object is gone; this is its last state.
    case deleted(ArraySlice<UInt8>)
    /// Everything up to this version has been sent; `endsInitialEvents` if with it the whole collection has been.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    /// The server ends the stream for this reason.
    case error(SourceFailure)
}

/// The events of a watch, in batches as they arrive.
public struct WatchBatches: AsyncSequence, Sendable {
    /// Events that arrived together, in order.
    public typealias Element = [SourceEvent]

    private let makeNext: @Sendable () -> (@Sendable () async throws -> [SourceEvent]?)

    /// Batches drawn from a function that returns nil at the end. Each iteration makes its own.
    public init(_ makeNext: @escaping @Sendable () -> (@Sendable () async throws -> [SourceEvent]?)) {
        self.makeNext = makeNext
    }

    /// Batches of a stream.
    public init(_ stream: AsyncThrowingStream<[SourceEvent], any Error>) {
        makeNext = {
            // Only one task reads a watch, and it waits for each batch before it asks for the next.
            nonisolated(unsafe) var iterator = stream.makeAsyncIterator()
            return { try await iterator.next() }
        }
    }

    /// Reads the batches.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        let draw: @Sendable () async throws -> [SourceEvent]?
        /// The next batch; nil at the end.
        public mutating func next() async throws -> [SourceEvent]? { try await draw() }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(draw: makeNext()) }
}

/// Why a list or watch failed, as far as it makes a difference to a reflector.
public enum SourceFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// 410: the version or token is too old. Carries the server's words.
    case expired(String)
    /// 504 with the cause `ResourceVersionTooLarge`: the version is newer than what the server has seen.
    case resourceVersionTooLarge(String)
    /// 429: too many requests.
    case tooManyRequests(retryAfter: Duration?, String)
    /// Nobody answered: the connection was refused or could not be made.
    case unreachable(String)
    /// The connection was lost, or ran into a time-out, in the middle of an answer.
    case interrupted(String)
    /// 400 or 422: the server does not know how to do this, for example initial events.
    case unsupported(String)
    /// 500: the server failed.
    case internalError(String)
    /// 404 for the collection itself: the resource is not served (yet).
    case notServed(String)
    /// 401 or 403.
    case denied(String)
    /// Anything else.
    case other(String)

    /// The failure in words.
    public var description: String {
        switch self {
        case .expired(let text), .resourceVersionTooLarge(let text), .tooManyRequests(_, let text),
            .unreachable(let text), .interrupted(let text), .unsupported(let text), .internalError(let text),
            .notServed(let text), .denied(let text), .other(let text):
            text
        }
    }

    /// What a status of the API server means to a reflector.
    public init(_ status: Status) {
        let text = status.description
        switch status.code {
        case 410: self = .expired(text)
        case 429:
            self = .tooManyRequests(
                retryAfter: status.details?.retryAfterSeconds.map { .seconds($0) }, text)
        case 504
        where (status.details?.causes ?? []).contains {
            $0.reason == "ResourceVersionTooLarge" || $0.message.hasPrefix("Too large resource version")
        }:
            self = .resourceVersionTooLarge(text)
        case 400, 422: self = .unsupported(text)
        case 401, 403: self = .denied(text)
        case 404: self = .notServed(text)
        case 500: self = .internalError(text)
        default: self = status.reason == .expired || status.reason == .gone ? .expired(text) : .other(text)
        }
    }
}
