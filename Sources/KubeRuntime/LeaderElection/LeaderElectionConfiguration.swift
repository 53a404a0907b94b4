/// The times of leader election.
public struct LeaderElectionConfiguration: Sendable, Hashable {
    /// Why a configuration cannot keep two leaders apart.
    public struct Invalid: Error, CustomStringConvertible, Equatable {
        /// What is wrong, with the numbers.
        public let description: String
    }

    /// How long the others wait, after they last saw the lease renewed, before one of them takes it: 15 s by default.
    /// It is in whole seconds, since the API's field is.
    public var leaseDuration = Duration.seconds(15)
    /// How long after its last success a leader tries to renew before it gives up: 10 s by default.
    public var renewDeadline = Duration.seconds(10)
    /// How often the leader renews, and the others look: 2 s by default.
    public var retryPeriod = Duration.seconds(2)
    /// How long one request may take: 2.5 s by default.
    public var requestTimeout = Duration.milliseconds(2500)
    /// How long before the lease may lapse writes stop: 1 s by default. It covers requests on their way.
    public var writeMargin = Duration.seconds(1)

    /// The defaults.
    public init() {}

    /// Checks that the leader has given up, with a request in flight, before another can take the lease.
    ///
    /// Stricter than client-go, which compares neighbours only and so lets 15/14/2 pass, with 16 s to give up.
    ///
    /// - Throws: ``Invalid``.
    public func validate() throws(Invalid) {
        guard retryPeriod > .zero, requestTimeout > .zero, writeMargin >= .zero else {
            throw Invalid(description: "the retry period and the request time-out must be more than zero")
        }
        guard leaseDuration.components.attoseconds == 0, leaseDuration >= .seconds(1) else {
            throw Invalid(description: "the lease duration must be a whole number of seconds, not \(leaseDuration)")
        }
        guard renewDeadline > retryPeriod * 1.2 else {
            throw Invalid(
                description: """
                    the renew deadline (\(renewDeadline)) must be longer than the retry period (\(retryPeriod)) with \
                    its jitter of 20 %, or a single failure ends the leadership
                    """)
        }
        let longest = renewDeadline + retryPeriod + requestTimeout
        guard leaseDuration > longest else {
            throw Invalid(
                description: """
                    the lease duration (\(leaseDuration)) must be longer than the renew deadline, the retry period \
                    and the request time-out together (\(longest)), or two leaders are possible
                    """)
        }
        guard leaseDuration - writeMargin > renewDeadline else {
            throw Invalid(
                description: """
                    the write margin (\(writeMargin)) closes writes before the renew deadline (\(renewDeadline)) of \
                    a lease of \(leaseDuration)
                    """)
        }
    }
}
