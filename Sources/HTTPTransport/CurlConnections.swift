import CCurl
import Glibc

/// The sockets that one event loop's libcurl has open.
///
/// libcurl opens, closes and picks connections by itself; this is how the loop can tell which of its transfers share
/// one, and end a connection that libcurl takes for alive. Used by the loop's thread only.
final class CurlConnections {
    /// One connection, never used for another.
    struct Identifier: Hashable { fileprivate let number: UInt64 }

    let liveness: ConnectionLiveness
    /// Which transfers were put on which connection since the loop last looked.
    private var sent: [(transfer: UInt64, connection: Identifier)] = []
    private var sockets: [Int32: Identifier] = [:]
    private var count: UInt64 = 0

    init(liveness: ConnectionLiveness) { self.liveness = liveness }

    /// Has a handle tell of the sockets that it opens and closes.
    func observe(_ easy: UnsafeMutableRawPointer) {
        // Unretained: the loop keeps this until it has cleaned libcurl's handles up.
        ccurl_set_socket_functions(easy, socketOpened, socketClosing, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Notes that a transfer goes out between these ports, which is how libcurl names a connection.
    func send(_ transfer: UInt64, localPort: Int32, remotePort: Int32) -> Identifier? {
        let found = sockets.first { port($0.key, getsockname) == localPort && port($0.key, getpeername) == remotePort }
        guard let found else { return nil }
        sent.append((transfer, found.value))
        return found.value
    }

    func takeSent() -> [(transfer: UInt64, connection: Identifier)] {
        defer { sent.removeAll(keepingCapacity: true) }
        return sent
    }

    /// For how long nothing has arrived on a connection; nil where that is not known.
    func silence(of connection: Identifier) -> Duration? {
        guard let socket = socket(connection) else { return nil }
        let milliseconds = ccurl_milliseconds_since_data(socket)
        return milliseconds < 0 ? nil : .milliseconds(milliseconds)
    }

    /// Ends a connection for everybody on it: libcurl finds its end at its next look.
    func shutDown(_ connection: Identifier) {
        if let socket = socket(connection) { _ = Glibc.shutdown(socket, Int32(SHUT_RDWR)) }
    }

    private func socket(_ connection: Identifier) -> Int32? {
        sockets.first { $0.value == connection }?.key
    }

    private func port(
        _ socket: Int32, _ name: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32
    ) -> Int32 {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(socket, $0, &size) }
        }
        // The port stands at the same place for both families.
        return code == 0 ? Int32(UInt16(bigEndian: address.sin6_port)) : -1
    }

    fileprivate func open(_ socket: Int32) {
        count += 1
        sockets[socket] = Identifier(number: count)
        ccurl_apply_user_timeout(socket, UInt32(clamping: liveness.unacknowledgedLimit.wholeMilliseconds))
    }

    fileprivate func close(_ socket: Int32) {
        sockets[socket] = nil
        _ = Glibc.close(socket)
    }
}

private let socketOpened: ccurl_socket_opened_function = { context, socket, _ in
    guard let context else { return 0 }
    Unmanaged<CurlConnections>.fromOpaque(context).takeUnretainedValue().open(socket)
    return 0
}

private let socketClosing: ccurl_socket_closing_function = { context, socket in
    guard let context else { return 0 }
    Unmanaged<CurlConnections>.fromOpaque(context).takeUnretainedValue().close(socket)
    return 0
}
