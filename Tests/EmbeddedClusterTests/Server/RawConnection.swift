import Glibc

/// A connection to a server on the loopback interface that does nothing by itself: what it does not read stays unread.
final class RawConnection {
    private let descriptor: Int32

    /// Connects, and sends a request.
    ///
    /// - Parameter receiveBuffer: how many bytes the kernel holds for a reader that does not read.
    init?(_ address: String, _ request: String, receiveBuffer: Int32? = nil) {
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else { return nil }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = port.bigEndian
        peer.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let text = Array("\(request) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        guard result == 0, send(descriptor, text, text.count, Int32(MSG_NOSIGNAL)) == text.count else {
            Glibc.close(descriptor)
            return nil
        }
    }

    /// What has arrived; empty if nothing has, nil once the server has closed.
    func read() -> [UInt8]? {
        let size = 1 << 20
        var isEnd = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let read = recv(descriptor, buffer.baseAddress, size, Int32(MSG_DONTWAIT))
            isEnd = read == 0 || (read < 0 && errno != EAGAIN && errno != EINTR)
            count = max(read, 0)
        }
        return isEnd ? nil : bytes
    }

    deinit { Glibc.close(descriptor) }
}

/// Waits for what other threads do in their own time.
///
/// - Returns: whether it came to be.
func eventually(within limit: Duration = .seconds(20), _ holds: () -> Bool) async throws -> Bool {
    let start = ContinuousClock.now
    while !holds() {
        guard ContinuousClock.now - start < limit else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
