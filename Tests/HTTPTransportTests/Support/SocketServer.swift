import Foundation
import Glibc
import Synchronization

/// A server of a few lines on a loopback port: each connection is handed to a handler on a thread of its own, so that a
/// test decides every byte and every silence.
final class SocketServer: Sendable {
    /// One accepted connection. Unchecked, because its handler's thread alone uses it.
    final class Connection: @unchecked Sendable {
        let socket: Int32
        /// Which connection this is, from 1.
        let number: Int
        private let tls: TLSSession?
        private var unread: [UInt8] = []

        init(socket: Int32, number: Int, tls: TLSSession?) {
            self.socket = socket
            self.number = number
            self.tls = tls
        }

        struct Request {
            var line: String
            var headers: [String: String]
            var body: [UInt8]
            var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
            var method: String { line.split(separator: " ").first.map(String.init) ?? "" }
        }

        /// The next request with its body; nil when the client has closed the connection.
        func readRequest() -> Request? {
            var head: [UInt8] = []
            while true {
                guard let byte = readByte() else { return nil }
                head.append(byte)
                if head.suffix(4) == [13, 10, 13, 10] { break }
            }
            let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            }
            var body: [UInt8] = []
            for _ in 0..<(Int(headers["content-length"] ?? "") ?? 0) {
                guard let byte = readByte() else { return nil }
                body.append(byte)
            }
            return Request(line: lines.first ?? "", headers: headers, body: body)
        }

        /// The next bytes; nil when the client has closed the connection.
        func read(_ count: Int) -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < count {
                guard let byte = readByte() else { return nil }
                bytes.append(byte)
            }
            return bytes
        }

        /// Makes this end of the connection as if its machine were gone: the kernel drops what arrives, unacknowledged.
        func vanish() {
            // A classic BPF program of one instruction, `return 0`: keep nothing of the packet. Glibc has no names for
            // its structures: an instruction is (code, jump, jump, constant), a program (count, instructions).
            var drop: (UInt16, UInt8, UInt8, UInt32) = (0x06, 0, 0, 0)
            withUnsafeMutablePointer(to: &drop) { pointer in
                var program = (Int(1), pointer)
                setsockopt(
                    socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout.size(ofValue: program)))
            }
        }

        private func readByte() -> UInt8? {
            if unread.isEmpty {
                var chunk = [UInt8](repeating: 0, count: 16 << 10)
                let count = tls?.read(&chunk) ?? recv(socket, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                unread = chunk[..<count].reversed()
            }
            return unread.popLast()
        }

        func write(_ text: String) { write(Array(text.utf8)) }

        func write(_ bytes: [UInt8]) {
            if let tls { return tls.write(bytes) }
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        /// A whole response.
        func respond(_ status: String = "200 OK", headers: [String] = [], body: [UInt8] = []) {
            let fields = headers.map { "\($0)\r\n" }.joined()
            write(Array("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
        }

        func beginChunked() { write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") }

        func chunk(_ text: String) { write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }

        func endChunked() { write("0\r\n\r\n") }

        /// Passes bytes between the client and another port of this machine until one of them closes.
        func relay(toPort port: Int) {
            let other = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(other) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(other, $0, size) }
            }
            var ends = [
                pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
                pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            ]
            var chunk = [UInt8](repeating: 0, count: 16 << 10)
            while poll(&ends, 2, -1) > 0 {
                for position in ends.indices where ends[position].revents != 0 {
                    let count = recv(ends[position].fd, &chunk, chunk.count, 0)
                    guard count > 0 else { return }
                    _ = send(ends[1 - position].fd, chunk, count, Int32(MSG_NOSIGNAL))
                }
            }
        }

        /// Waits until the client closes its side.
        func waitForClose() {
            var byte: UInt8 = 0
            while recv(socket, &byte, 1, 0) > 0 {}
        }

        /// Ends the connection with a reset in place of a regular close.
        func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
    }

    let port: Int
    private let listener: Int32
    private let accepted = Counter()

    var url: String { "http://127.0.0.1:\(port)" }
    /// How many connections have been made.
    var connections: Int { accepted.value }

    init(tls: TLSContext? = nil, _ handler: @escaping @Sendable (Connection) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(listener, generic, size)
                _ = listen(listener, 512)
                _ = getsockname(listener, generic, &size)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [accepted] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    // Closed here and nowhere else, so that this thread never accepts from a descriptor that has
                    // become another server's.
                    close(listener)
                    return
                }
                var enabled: Int32 = 1
                setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &enabled, socklen_t(MemoryLayout<Int32>.size))
                let number = accepted.increment()
                Thread {
                    // OpenSSL writes without MSG_NOSIGNAL.
                    signal(SIGPIPE, SIG_IGN)
                    let session = tls.map { TLSSession($0, socket: client) }
                    handler(Connection(socket: client, number: number, tls: session))
                    close(client)
                }.start()
            }
        }.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }
}

/// A value that one thread sets and a test waits for.
final class Promise<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func fulfil(_ value: Value) { continuation.yield(value) }

    func value() async -> Value? {
        for await value in stream { return value }
        return nil
    }
}

/// A count that threads share.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .acquiring) }

    @discardableResult
    func increment() -> Int { count.add(1, ordering: .acquiringAndReleasing).newValue }
}
