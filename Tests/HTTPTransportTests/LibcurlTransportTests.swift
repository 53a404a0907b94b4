import Foundation
import Testing

@testable import HTTPTransport

@Suite("HTTP over sockets", .timeLimit(.minutes(1)))
struct LibcurlTransportTests {
    let transport = LibcurlTransport()

    private func failure(_ request: HTTPRequest) async -> HTTPTransportError? {
        do throws(HTTPTransportError) {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "A request arrives as it was made, without an Expect field",
        arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
    func request(method: String) async throws {
        let server = SocketServer { connection in
            guard let request = connection.readRequest() else { return }
            let seen = """
                \(request.line)|\(request.headers["x-a"] ?? "")|\(request.headers["content-type"] ?? "none")|\
                \(request.headers["expect"] ?? "none")|\(request.body.count)
                """
            connection.respond("201 Created", headers: ["X-B: two"], body: Array(seen.utf8))
        }
        let body: [UInt8]? = method == "GET" ? nil : [UInt8](repeating: 0, count: 5000)
        var request = HTTPRequest(method: method, url: server.url + "/p?q=1", headers: ["X-A": "one"], body: body)
        if body != nil { request.headers["Content-Type"] = "application/json" }
        let response = try await transport.send(request)
        #expect(response.status == 201)
        #expect(response.headers["x-b"] == "two")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "\(method) /p?q=1 HTTP/1.1|one|\(body == nil ? "none" : "application/json")|none|\(body?.count ?? 0)"
        )
    }

    @Test("An empty body is a body of length 0, not none")
    func emptyBody() async throws {
        let server = SocketServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.respond(body: Array((request.headers["content-length"] ?? "none").utf8))
        }
        let response = try await transport.send(HTTPRequest(method: "POST", url: server.url, body: []))
        #expect(response.body == Array("0".utf8))
    }

    @Test("Interim responses are passed over")
    func interim() async throws {
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
            connection.respond("404 Not Found", body: [1])
        }
        let response = try await transport.send(HTTPRequest(url: server.url))
        #expect(response.status == 404)
        #expect(response.headers["Link"] == nil)
    }

    @Test("A stream's pieces are handed over as they arrive")
    func streaming() async throws {
        let goOn = DispatchSemaphore(value: 0)
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.beginChunked()
            for piece in ["one\n", "two\n", "three\n"] {
                goOn.wait()
                connection.chunk(piece)
            }
            connection.endChunked()
        }
        let response = try await transport.stream(HTTPRequest(url: server.url))
        #expect(response.status == 200)
        var pieces = response.body.makeAsyncIterator()
        for expected in ["one\n", "two\n", "three\n"] {
            goOn.signal()
            let piece = try await pieces.next()
            #expect(piece == Array(expected.utf8))
        }
        let end = try await pieces.next()
        #expect(end == nil)
    }

    @Test("A reader that does not read holds the sender back, and then gets every byte")
    func backPressure() async throws {
        let total = 48 << 20
        let stalled = Promise<Int>()
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 64 << 10)
            var sent = 0
            var hasStalled = false
            while sent < total {
                // The kernel's buffers take some; when nothing goes for a while, the reader holds us back.
                var wait = pollfd(fd: connection.socket, events: Int16(POLLOUT), revents: 0)
                if !hasStalled, poll(&wait, 1, 300) == 0 {
                    hasStalled = true
                    stalled.fulfil(sent)
                }
                let count = send(connection.socket, piece, min(piece.count, total - sent), Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                sent += count
            }
            stalled.fulfil(sent)
        }
        let response = try await transport.stream(HTTPRequest(url: server.url))
        let sentBeforeReading = try #require(await stalled.value())
        #expect(sentBeforeReading < total / 2)
        var received = 0
        for try await piece in response.body { received += piece.count }
        #expect(received == total)
    }

    @Test("Cancelling the task closes the connection", arguments: [false, true])
    func cancellation(whileStreaming: Bool) async throws {
        let closed = Promise<Bool>()
        let begun = Promise<Bool>()
        let server = SocketServer { connection in
            _ = connection.readRequest()
            if whileStreaming {
                connection.beginChunked()
                connection.chunk("x")
            }
            begun.fulfil(true)
            connection.waitForClose()
            closed.fulfil(true)
        }
        let task = Task { [transport] () -> HTTPTransportError? in
            do throws(HTTPTransportError) {
                let response = try await transport.stream(HTTPRequest(url: server.url))
                for try await _ in response.body {}
                return nil
            } catch {
                return error
            }
        }
        _ = await begun.value()
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(await closed.value() == true)
    }

    @Test("Dropping a body closes the connection")
    func dropped() async throws {
        let closed = Promise<Bool>()
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.beginChunked()
            connection.waitForClose()
            closed.fulfil(true)
        }
        _ = try await transport.stream(HTTPRequest(url: server.url))
        #expect(await closed.value() == true)
    }

    @Test("A task that is cancelled already sends nothing")
    func cancelledBefore() async {
        let server = SocketServer { _ in }
        let error = await Task { [transport] () -> HTTPTransportError? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(HTTPTransportError) {
                _ = try await transport.send(HTTPRequest(url: server.url))
                return nil
            } catch {
                return error
            }
        }.value
        #expect(error?.kind == .cancelled)
        #expect(server.connections == 0)
    }

    @Test("Nobody listening is told apart from a name without address and from a bad URL")
    func unreachable() async {
        var server: SocketServer? = SocketServer { _ in }
        let url = server?.url ?? ""
        server = nil
        let refused = await failure(HTTPRequest(url: url + "/secret?token=abc"))
        #expect(refused?.kind == .connectionRefused)
        #expect(refused?.isBeforeRequest == true)
        #expect(refused?.description.contains("token") == false)
        #expect(await failure(HTTPRequest(url: "http://no-such-host.invalid/", proxy: .none))?.kind == .nameResolution)
        #expect(await failure(HTTPRequest(url: "ftp://127.0.0.1/"))?.kind == .invalidRequest)
        #expect(await failure(HTTPRequest(url: "nonsense"))?.kind == .invalidRequest)
    }

    @Test("A silent server runs into the idle time-out, a slow one into the whole one")
    func timeouts() async {
        let silent = SocketServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        }
        var request = HTTPRequest(url: silent.url)
        request.timeouts.idle = .milliseconds(80)
        #expect(await failure(request)?.kind == .timeout(.idle))
        request.timeouts = HTTPTimeouts(whole: .milliseconds(500))
        #expect(await failure(request)?.kind == .timeout(.whole))
    }

    @Test("Signs of life put the idle time-out off")
    func idleIsPutOff() async throws {
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.beginChunked()
            for _ in 0..<12 {
                usleep(100_000)
                connection.chunk("x")
            }
            connection.endChunked()
        }
        var request = HTTPRequest(url: server.url)
        request.timeouts.idle = .seconds(1)
        let response = try await transport.send(request)
        #expect(response.body.count == 12)
    }

    enum Break: CaseIterable {
        case reset, closeBeforeHead, closeInBody, closeInChunk
    }

    @Test("A broken connection is an error, wherever it breaks", arguments: Break.allCases)
    func broken(at place: Break) async {
        let server = SocketServer { connection in
            _ = connection.readRequest()
            switch place {
            case .reset: connection.reset()
            case .closeBeforeHead: return
            case .closeInBody: connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            case .closeInChunk: connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
            }
        }
        #expect(await failure(HTTPRequest(url: server.url))?.kind == .connectionLost)
    }

    @Test("Something else than HTTP is a protocol violation")
    func notHTTP() async {
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.write("SSH-2.0-OpenSSH\r\n")
        }
        #expect(await failure(HTTPRequest(url: server.url))?.kind == .protocolViolation)
    }

    @Test("A body over the limit is refused, one at the limit is not")
    func limit() async throws {
        let server = SocketServer { connection in
            while connection.readRequest() != nil { connection.respond(body: [UInt8](repeating: 1, count: 1000)) }
        }
        #expect(try await transport.send(HTTPRequest(url: server.url, maximumBodySize: 1000)).body.count == 1000)
        #expect(await failure(HTTPRequest(url: server.url, maximumBodySize: 999))?.kind == .bodyTooLarge)
    }

    @Test("Redirects are followed only when asked for")
    func redirects() async throws {
        let server = SocketServer { connection in
            while let request = connection.readRequest() {
                if request.path == "/old" {
                    connection.respond("302 Found", headers: ["Location: /new"], body: [9, 9])
                } else {
                    connection.respond(body: [1])
                }
            }
        }
        let unfollowed = try await transport.send(HTTPRequest(url: server.url + "/old"))
        #expect(unfollowed.status == 302)
        let followed = try await transport.send(HTTPRequest(url: server.url + "/old", maximumRedirects: 3))
        #expect(followed.status == 200)
        #expect(followed.body == [1])
    }

    @Test("A compressed body is decoded when compression was asked for")
    func compression() async throws {
        // `printf hello | gzip -n`
        let compressed = try #require(Data(base64Encoded: "H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA=="))
        let server = SocketServer { connection in
            while let request = connection.readRequest() {
                if request.headers["accept-encoding"] == "gzip" {
                    connection.respond(headers: ["Content-Encoding: gzip"], body: [UInt8](compressed))
                } else {
                    connection.respond(body: Array("plain".utf8))
                }
            }
        }
        let asked = try await transport.send(HTTPRequest(url: server.url, acceptsCompression: true))
        #expect(String(decoding: asked.body, as: UTF8.self) == "hello")
        let unasked = try await transport.send(HTTPRequest(url: server.url))
        #expect(String(decoding: unasked.body, as: UTF8.self) == "plain")
    }

    @Test("Requests one after another share a connection; urgent ones have their own")
    func connections() async throws {
        let server = SocketServer { connection in
            while connection.readRequest() != nil { connection.respond() }
        }
        for _ in 0..<5 { _ = try await transport.send(HTTPRequest(url: server.url)) }
        #expect(server.connections == 1)
        _ = try await transport.send(HTTPRequest(url: server.url, priority: .urgent))
        #expect(server.connections == 2)
    }

    @Test("Many streams live at once, and none waits for another")
    func manyStreams() async throws {
        let count = 120
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.beginChunked()
            connection.chunk("first")
            connection.waitForClose()
        }
        let iterators = try await withThrowingTaskGroup(of: HTTPStreamingResponse.self) { group in
            for _ in 0..<count {
                group.addTask { try await transport.stream(HTTPRequest(url: server.url)) }
            }
            var iterators: [HTTPBodyStream.AsyncIterator] = []
            for try await response in group { iterators.append(response.body.makeAsyncIterator()) }
            return iterators
        }
        for var iterator in iterators {
            let piece = try await iterator.next()
            #expect(piece == Array("first".utf8))
        }
        #expect(server.connections == count)
    }

    @Test("On a kept connection that turns out dead a GET is sent again, a POST is not")
    func deadConnection() async throws {
        let posts = Counter()
        let server = SocketServer { connection in
            if connection.readRequest()?.method == "POST" { posts.increment() }
            connection.respond()
            // Takes a second request and dies without an answer.
            if connection.readRequest()?.method == "POST" { posts.increment() }
        }
        _ = try await transport.send(HTTPRequest(url: server.url))
        #expect(try await transport.send(HTTPRequest(url: server.url)).status == 200)
        let other = LibcurlTransport()
        _ = try await other.send(HTTPRequest(url: server.url))
        await #expect(throws: HTTPTransportError.self) {
            _ = try await other.send(HTTPRequest(method: "POST", url: server.url, body: [1]))
        }
        #expect(posts.value == 1)
    }

    @Test("A proxy gets the request; loopback addresses are reached without the environment's")
    func proxy() async throws {
        let proxy = SocketServer { connection in
            while let request = connection.readRequest() { connection.respond(body: Array(request.line.utf8)) }
        }
        let response = try await transport.send(
            HTTPRequest(url: "http://cluster.example/api", proxy: .url(proxy.url)))
        #expect(String(decoding: response.body, as: UTF8.self) == "GET http://cluster.example/api HTTP/1.1")
    }

    @Test("Shutting down fails what is under way and what comes after")
    func shutDown() async throws {
        let server = SocketServer { connection in
            _ = connection.readRequest()
            connection.beginChunked()
            connection.waitForClose()
        }
        let response = try await transport.stream(HTTPRequest(url: server.url))
        transport.shutDown()
        await #expect(throws: HTTPTransportError.self) { for try await _ in response.body {} }
        #expect(await failure(HTTPRequest(url: server.url))?.kind == .shutDown)
    }
}
