import Testing

@testable import HTTPTransport

@Suite("Bodies from the same process")
struct BodyStreamTests {
    @Test("What is written is read, in order and to the end")
    func passes() async throws {
        let (body, writer) = HTTPBodyStream.makeStream(capacity: 16)
        let sender = Task {
            for number in UInt8(0)..<200 { try await writer.write([number]) }
            writer.finish()
        }
        let bytes = try await body.collect(upTo: 1000)
        try await sender.value
        #expect(bytes == Array(0..<200))
    }

    @Test("Bytes before a failure are delivered before it")
    func failure() async throws {
        let (body, writer) = HTTPBodyStream.makeStream()
        try await writer.write([1, 2])
        writer.finish(throwing: HTTPTransportError(.connectionLost, "gone"))
        var pieces = body.makeAsyncIterator()
        #expect(try await pieces.next() == [1, 2])
        await #expect(throws: HTTPTransportError(.connectionLost, "gone")) { _ = try await pieces.next() }
    }

    @Test("A writer learns that nobody reads any more")
    func abandoned() async throws {
        var stream: (body: HTTPBodyStream, writer: HTTPBodyStream.Writer)? = HTTPBodyStream.makeStream(capacity: 1)
        let writer = try #require(stream?.writer)
        try await writer.write([1])
        let blocked = Task { () -> HTTPTransportError.Kind? in
            do throws(HTTPTransportError) {
                try await writer.write([2])
                return nil
            } catch {
                return error.kind
            }
        }
        stream = nil
        #expect(await blocked.value == .cancelled)
    }

    @Test("A cancelled reader is woken")
    func cancelledReader() async {
        let (body, writer) = HTTPBodyStream.makeStream()
        let reader = Task { () -> HTTPTransportError.Kind? in
            do throws(HTTPTransportError) {
                _ = try await body.collect(upTo: 10)
                return nil
            } catch {
                return error.kind
            }
        }
        reader.cancel()
        #expect(await reader.value == .cancelled)
        await #expect(throws: HTTPTransportError.self) { try await writer.write([1]) }
    }

    @Test("A body that is there already needs no writer")
    func fixed() async throws {
        #expect(try await HTTPBodyStream([1, 2, 3]).collect(upTo: 3) == [1, 2, 3])
        #expect(try await HTTPBodyStream([]).collect(upTo: 0).isEmpty)
        await #expect(throws: HTTPTransportError.self) { _ = try await HTTPBodyStream([1, 2, 3]).collect(upTo: 2) }
    }

    @Test("A buffer that had to grow is read in pieces, in order, and is its regular size again when it is empty")
    func grown() {
        var buffer = BodyBuffer(capacity: 4)
        func offer(_ values: ClosedRange<UInt8>) -> Bool {
            if case .accepted = Array(values).withUnsafeBytes({ buffer.offer($0) }) { true } else { false }
        }
        #expect([offer(1...4), offer(5...5)] == [true, false])
        let hasGrown = buffer.grow(upTo: 64)
        #expect(hasGrown)
        #expect([offer(5...20), offer(21...21)] == [true, false])
        let hasGrownAgain = buffer.grow(upTo: 32)
        #expect(!hasGrownAgain)
        var read: [UInt8] = []
        var resumes: [Bool] = []
        while case .bytes(let piece, let mayResume, _) = buffer.take() {
            read += piece
            resumes.append(mayResume)
            #expect(piece.count <= 8)
        }
        #expect(read == Array(1...20))
        #expect(resumes == [false, false, false, true])
        #expect([offer(1...4), offer(5...5)] == [true, false])
    }
}
