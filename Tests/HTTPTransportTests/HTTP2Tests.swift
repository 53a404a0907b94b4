import Foundation
import Testing

@testable import HTTPTransport

/// `nghttpd` on a free port, serving files over HTTP/2 with TLS and flow control.
private final class HTTP2Server: Sendable {
    static let program = "/usr/sbin/nghttpd"
    let port: Int
    private let process: Process

    init(_ certificates: TestCertificates) async throws {
        port = SocketServer { _ in }.port
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = [
            "-a", "127.0.0.1", "-d", certificates.directory, "-m", "100", String(port),
            certificates.path("server.key"), certificates.path("server.pem"),
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let request = request("/ca.pem", certificates)
        let transport = LibcurlTransport()
        while (try? await transport.send(request)) == nil { try await Task.sleep(for: .milliseconds(20)) }
    }

    // Not SIGTERM, which the child may have inherited blocked.
    deinit { kill(process.processIdentifier, SIGKILL) }

    func request(_ path: String, _ certificates: TestCertificates) -> HTTPRequest {
        HTTPRequest(
            url: "https://127.0.0.1:\(port)\(path)",
            tls: TLSSettings(certificateAuthorities: .file(certificates.path("ca.pem"))), proxy: .none)
    }
}

@Suite(
    "HTTP/2 over TLS", .timeLimit(.minutes(1)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: HTTP2Server.program), "needs nghttpd"))
struct HTTP2OverTLSTests {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    /// A file of zeros without blocks on the disk.
    private func makeFile(_ name: String, bytes: Int) throws {
        let path = certificates.path(name)
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: UInt64(bytes))
    }

    @Test("More requests than a connection has streams are answered, all at once")
    func manyStreams() async throws {
        let server = try await HTTP2Server(certificates)
        let transport = LibcurlTransport()
        let request = server.request("/ca.pem", certificates)
        let expected = try certificates.bytes("ca.pem")
        try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
            for _ in 0..<350 { group.addTask { try await transport.send(request) } }
            for try await response in group {
                #expect(response.headers["server"]?.hasPrefix("nghttpd") == true)
                #expect(response.body == expected)
            }
        }
    }

    @Test("A reader that does not read holds nobody else on the connection back, and still gets every byte")
    func slowReader() async throws {
        let size = 24 << 20
        try makeFile("big", bytes: size)
        let server = try await HTTP2Server(certificates)
        let transport = LibcurlTransport()
        let slow = try await transport.stream(server.request("/big", certificates))
        var request = server.request("/ca.pem", certificates)
        request.timeouts.whole = .seconds(20)
        for _ in 0..<10 {
            #expect(try await transport.send(request).status == 200)
        }
        var received = 0
        for try await piece in slow.body { received += piece.count }
        #expect(received == size)
    }

    @Test("A stream that nobody reads is ended before it fills the memory, while others go on")
    func unreadStream() async throws {
        try makeFile("huge", bytes: 400 << 20)
        let server = try await HTTP2Server(certificates)
        let transport = LibcurlTransport(liveness: ConnectionLiveness(unreadLimit: .milliseconds(300)))
        let unread = try await transport.stream(server.request("/huge", certificates))
        let beside = try await transport.stream(server.request("/huge", certificates))
        var received = 0
        for try await piece in beside.body { received += piece.count }
        #expect(received == 400 << 20)
        var kept = 0
        do throws(HTTPTransportError) {
            for try await piece in unread.body { kept += piece.count }
            Issue.record("the stream was not ended")
        } catch {
            #expect(error.kind == .connectionLost)
            #expect(error.reason.contains("unread"))
        }
        #expect(kept <= 64 << 20)
    }
}

@Suite("HTTP/2 frame by frame", .timeLimit(.minutes(1)))
struct HTTP2Tests {
    let certificates: TestCertificates
    let tls: TLSContext
    let transport = LibcurlTransport(
        liveness: ConnectionLiveness(
            probeAfter: .seconds(1), probeInterval: .seconds(1), unacknowledgedLimit: .seconds(2),
            stuckAfter: .milliseconds(600)))

    init() throws {
        certificates = try TestCertificates()
        tls = TLSContext(certificates)
    }

    private func request(_ server: SocketServer, method: String = "GET", body: [UInt8]? = nil) -> HTTPRequest {
        HTTPRequest(
            method: method, url: "https://127.0.0.1:\(server.port)/", body: body,
            tls: TLSSettings(certificateAuthorities: .file(certificates.path("ca.pem"))), proxy: .none)
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test("More watches than a connection has streams live side by side on as few connections as hold them")
    func manyWatches() async throws {
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection) else { return }
            while let stream = http.nextRequest() { http.respond(stream, "event", ends: false) }
        }
        let (transport, request) = (transport, request(server))
        var bodies = try await withThrowingTaskGroup(of: HTTPBodyStream.self) { group in
            for _ in 0..<250 { group.addTask { try await transport.stream(request).body } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for body in bodies {
            var iterator = body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("event".utf8))
        }
        #expect(server.connections == 3)
        // Ended watches make room for new ones.
        bodies.removeFirst(60)
        for _ in 0..<60 { bodies.append(try await transport.stream(request).body) }
        #expect(server.connections == 3)
    }

    @Test("A connection that the server is done with (GOAWAY) ends its streams in peace, new requests take another")
    func gracefulGoAway() async throws {
        let others = Counter()
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection), let watch = http.nextRequest() else { return }
            guard connection.number == 1 else {
                http.respond(watch, "on the second")
                others.increment()
                _ = http.nextRequest()
                return
            }
            http.respond(watch, "before,", ends: false)
            http.goAway(last: HTTP2Connection.lastPossibleStream)
            while others.value == 0 { usleep(1000) }
            http.data(watch, "after", ends: true)
            _ = http.nextRequest()
        }
        let watch = try await transport.stream(request(server))
        var iterator = watch.body.makeAsyncIterator()
        let before = String(decoding: try await iterator.next() ?? [], as: UTF8.self)
        #expect(before == "before,")
        try await Task.sleep(for: .milliseconds(50))
        #expect(text(try await transport.send(request(server))) == "on the second")
        #expect(try await iterator.next() == Array("after".utf8))
        #expect(try await iterator.next() == nil)
    }

    /// How a server may leave a request without an answer.
    enum Leaving: String, CaseIterable {
        case refusingStream, goingAway, breakingOff
    }

    @Test(
        "What gets no answer may be sent again only where that is safe, and is an error of the connection otherwise",
        arguments: ["GET", "PUT", "POST", "PATCH"], Leaving.allCases)
    func noAnswer(method: String, leaving: Leaving) async throws {
        let asked = Counter()
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection) else { return }
            var count = 0
            while let stream = http.nextRequest() {
                count += 1
                if stream > 1 || connection.number > 1 { asked.increment() }
                guard connection.number == 1, count == 2 else {
                    http.respond(stream, "answer")
                    continue
                }
                switch leaving {
                case .refusingStream: http.reset(stream, HTTP2Connection.refusedStream)
                case .goingAway: http.goAway(last: 1)
                case .breakingOff: return
                }
            }
        }
        #expect(text(try await transport.send(request(server))) == "answer")
        do throws(HTTPTransportError) {
            let response = try await transport.send(request(server, method: method, body: method == "GET" ? nil : [1]))
            #expect(text(response) == "answer")
            #expect(asked.value == 2)
            #expect(method == "GET" || method == "PUT")
        } catch {
            #expect(error.kind == .connectionLost)
            #expect(asked.value == 1)
        }
        // Whatever became of the connection, the next request has a good one.
        #expect(text(try await transport.send(request(server))) == "answer")
    }

    @Test("A connection on which nothing comes any more ends for all that share it, and the next request has another")
    func stuckConnection() async throws {
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection) else { return }
            while let stream = http.nextRequest() {
                if connection.number > 1 { http.respond(stream, "alive") }
                // The first connection answers its first request and is stuck from then on.
                if connection.number == 1, stream == 1 { http.respond(stream, "watching", ends: false) }
            }
        }
        let watch = try await transport.stream(request(server))
        var iterator = watch.body.makeAsyncIterator()
        #expect(try await iterator.next() == Array("watching".utf8))
        var slow = request(server)
        slow.timeouts.idle = .seconds(1)
        await #expect(throws: HTTPTransportError.self) { try await transport.send(slow) }
        do throws(HTTPTransportError) {
            _ = try await iterator.next()
            Issue.record("the watch went on")
        } catch {
            #expect(error.kind == .connectionLost)
        }
        #expect(text(try await transport.send(request(server))) == "alive")
    }

    @Test("A request that is slow for itself ends nothing but itself")
    func slowRequest() async throws {
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection), let watch = http.nextRequest() else { return }
            http.respond(watch, "0", ends: false)
            guard http.nextRequest() != nil else { return }
            for count in 1...20 {
                usleep(100_000)
                http.data(watch, "\(count)", ends: count == 20)
            }
            _ = http.nextRequest()
        }
        let watch = try await transport.stream(request(server))
        var slow = request(server)
        slow.timeouts.idle = .seconds(1)
        await #expect(throws: HTTPTransportError.self) { try await transport.send(slow) }
        let told = String(decoding: try await watch.body.collect(upTo: 100), as: UTF8.self)
        #expect(told == "01234567891011121314151617181920")
        #expect(server.connections == 1)
    }

    @Test("An urgent request that gets no answer in time takes its connection along, so that the next has a new one")
    func urgentOnStuckConnection() async throws {
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection), let first = http.nextRequest() else { return }
            http.respond(first, "renewed")
            while let stream = http.nextRequest() { if connection.number > 1 { http.respond(stream, "renewed") } }
        }
        let transport = LibcurlTransport()
        var renewal = request(server, method: "PUT", body: [1])
        renewal.priority = .urgent
        renewal.timeouts.whole = .milliseconds(600)
        #expect(text(try await transport.send(renewal)) == "renewed")
        await #expect(throws: HTTPTransportError.self) { try await transport.send(renewal) }
        #expect(text(try await transport.send(renewal)) == "renewed")
        #expect(server.connections == 2)
    }

    @Test("A peer that has vanished without a word is noticed by its watches, idle as they are")
    func vanishedPeer() async throws {
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection), let watch = http.nextRequest() else { return }
            http.respond(watch, "event", ends: false)
            // Until the client has acknowledged it.
            usleep(200_000)
            connection.vanish()
            _ = http.nextRequest()
        }
        let watch = try await transport.stream(request(server))
        var iterator = watch.body.makeAsyncIterator()
        #expect(try await iterator.next() == Array("event".utf8))
        let start = ContinuousClock.now
        do throws(HTTPTransportError) {
            _ = try await iterator.next()
            Issue.record("the stream went on")
        } catch {
            #expect(error.kind == .connectionLost)
        }
        #expect(ContinuousClock.now - start < .seconds(8))
        // With the limits that are in force without a test's.
        #expect(ConnectionLiveness().noticedWithin < .seconds(60))
    }

    @Test("Urgent requests never queue behind lists and watches")
    func priority() async throws {
        // An API server with a single worker, as it were: it looks at urgent connections only when it is asked on them,
        // and leaves everything else waiting.
        let server = SocketServer(tls: tls) { connection in
            guard let http = HTTP2Connection(connection) else { return }
            while let stream = http.nextRequest() {
                if connection.number == 1 { http.respond(stream, "renewed") }
            }
        }
        let transport = LibcurlTransport()
        var renewal = request(server, method: "PUT", body: [1])
        renewal.priority = .urgent
        #expect(text(try await transport.send(renewal)) == "renewed")
        let list = request(server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<400 { group.addTask { _ = try? await transport.send(list) } }
            while server.connections < 5 { try await Task.sleep(for: .milliseconds(5)) }
            // The lists never end, so that a renewal behind one of them would not either.
            renewal.timeouts.whole = .seconds(10)
            for _ in 0..<50 { #expect(text(try await transport.send(renewal)) == "renewed") }
            group.cancelAll()
        }
        #expect(server.connections == 5)
    }
}
