import KubeCore

/// What a test lets happen to one event of one watch.
public enum EventFault: Sendable {
    /// The watch never hears of it.
    case drop
    /// The watch is sent it twice.
    case duplicate
    /// The watch is sent it after a while on the server's clock; what follows waits behind it.
    case delay(Duration)
    /// The watch ends before it, as one does whose time is over.
    case end
    /// The connection of the watch is closed before it.
    case reset
    /// Half of its line is sent, then the connection is closed.
    case truncate
    /// In its place comes an `ERROR` with 410 Expired, and the watch ends.
    case expire
}

/// An event that is about to be sent to a watch.
public struct WatchedEvent: Sendable {
    /// The watch's request.
    public let request: APIRequest
    /// `ADDED`, `MODIFIED`, `DELETED` or `BOOKMARK`.
    public let type: String
    /// The API group of what is watched; empty for the core group.
    public let group: String
    /// The plural of what is watched.
    public let resource: String
    /// The namespace of the object; nil for cluster-scoped objects and bookmarks.
    public let namespace: String?
    /// The name of the object; empty for bookmarks.
    public let name: String
    /// The version of the event.
    public let resourceVersion: UInt64
    /// How many events the watch has been sent or spared before.
    public let position: Int
}

/// Decides what happens to the events of watches, for fault injection.
public struct EventHooks: Sendable {
    private let decide: (@Sendable (WatchedEvent) async -> EventFault?)?

    /// Hooks that ask this function about every event of every watch before it is sent; nil lets it pass.
    public init(_ decide: @escaping @Sendable (WatchedEvent) async -> EventFault?) {
        self.decide = decide
    }

    private init() { decide = nil }

    /// Lets every event pass.
    public static let none = EventHooks()

    var isNone: Bool { decide == nil }

    func fault(for event: WatchedEvent) async -> EventFault? { await decide?(event) }
}
