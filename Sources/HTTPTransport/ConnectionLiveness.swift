/// When a connection whose peer has vanished is given up.
///
/// The kernel watches over it: an idle connection is probed (TCP keep-alive), and one with bytes under way may wait for
/// their acknowledgement only so long (`TCP_USER_TIMEOUT`). By default a vanished peer is noticed 45 s after its last
/// sign of life. HTTP/2's PING would also notice a peer whose kernel still answers while its process is stuck, but
/// libcurl sends none for transfers that share an event loop (`curl_easy_upkeep` reaches connections of
/// `curl_easy_perform` only); such a peer is noticed by the first request on the connection that runs into its idle
/// time-out, and then by all that share the connection.
public struct ConnectionLiveness: Sendable, Hashable {
    /// After how much silence the first probe is sent, in whole seconds; 15 s by default.
    public var probeAfter: Duration
    /// The time between probes, in whole seconds; 10 s by default.
    public var probeInterval: Duration
    /// How long probes or bytes may go unacknowledged before the connection is given up; 40 s by default.
    public var unacknowledgedLimit: Duration
    /// How long a connection must have been silent for a request that ran into a time-out to end it for all that share
    /// it; 30 s by default. Urgent requests share theirs with no others, and end it whenever nothing has come since.
    public var stuckAfter: Duration
    /// How long a stream's reader may leave everything unread, when as much is kept for it as can be and others wait on
    /// the same connection, before the stream is ended; 30 s by default.
    public var unreadLimit: Duration

    /// Limits.
    public init(
        probeAfter: Duration = .seconds(15), probeInterval: Duration = .seconds(10),
        unacknowledgedLimit: Duration = .seconds(40), stuckAfter: Duration = .seconds(30),
        unreadLimit: Duration = .seconds(30)
    ) {
        self.probeAfter = probeAfter
        self.probeInterval = probeInterval
        self.unacknowledgedLimit = unacknowledgedLimit
        self.stuckAfter = stuckAfter
        self.unreadLimit = unreadLimit
    }

    /// The most time between a peer's last sign of life and the end of the connection. The kernel decides at each probe,
    /// so that the limit is rounded up to the next one.
    public var noticedWithin: Duration { max(probeAfter, unacknowledgedLimit) + probeInterval }
}
