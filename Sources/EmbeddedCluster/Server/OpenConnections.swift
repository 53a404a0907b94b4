import NIOCore
import Synchronization

/// The connections that have carried a request and are still open, so that a restart can close them.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Remembers a connection until it is closed.
    ///
    /// A client that closes its side has gone, as Go's server sees it too: what it watched ends at once, and not only
    /// when there is something to tell it.
    func note(_ channel: any Channel) async throws {
        let identifier = ObjectIdentifier(channel)
        let isNew = channels.withLock { $0.updateValue(channel, forKey: identifier) == nil }
        guard isNew else { return }
        try await channel.setOption(ChannelOptions.allowRemoteHalfClosure, value: false).get()
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.channels.withLock { $0[identifier] = nil }
        }
    }

    func closeAll() {
        let open = channels.withLock { Array($0.values) }
        for channel in open { channel.close(promise: nil) }
    }
}
