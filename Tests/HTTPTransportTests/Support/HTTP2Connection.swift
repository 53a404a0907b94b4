import Foundation

/// The server's side of HTTP/2 (RFC 9113), frame by frame, so that a test decides every one of them.
///
/// Requests are told apart by their order: header fields come compressed, and none of the tests needs them.
struct HTTP2Connection {
    struct Frame {
        var type: UInt8
        var flags: UInt8
        var stream: Int
        var payload: [UInt8]
    }

    static let noError: UInt32 = 0
    static let refusedStream: UInt32 = 7
    static let lastPossibleStream = 0x7FFF_FFFF

    let connection: SocketServer.Connection

    /// Takes the client's preface and sends the server's; nil where the client speaks something else.
    init?(_ connection: SocketServer.Connection, maximumStreams: UInt32 = 100) {
        self.connection = connection
        guard let preface = connection.read(24), preface.starts(with: Array("PRI * HTTP/2.0".utf8)) else { return nil }
        send(type: 4, payload: [0, 3] + Self.bytes(maximumStreams))
    }

    /// The stream of the next request; nil when the client has closed the connection.
    func nextRequest() -> Int? {
        while let frame = readFrame() {
            switch frame.type {
            // HEADERS or DATA that ends the request.
            case 0, 1: if frame.flags & 1 != 0 { return frame.stream }
            case 4 where frame.flags & 1 == 0: send(type: 4, flags: 1)
            case 6 where frame.flags & 1 == 0: send(type: 6, flags: 1, payload: frame.payload)
            default: break
            }
        }
        return nil
    }

    /// A response of 200 with a body, or the start of one.
    func respond(_ stream: Int, _ body: String, ends: Bool = true) {
        send(type: 1, flags: 4, stream: stream, payload: [0x88])
        data(stream, body, ends: ends)
    }

    func data(_ stream: Int, _ body: String, ends: Bool = false) {
        send(type: 0, flags: ends ? 1 : 0, stream: stream, payload: Array(body.utf8))
    }

    func reset(_ stream: Int, _ code: UInt32) { send(type: 3, stream: stream, payload: Self.bytes(code)) }

    func goAway(last stream: Int) {
        send(type: 7, payload: Self.bytes(UInt32(stream)) + Self.bytes(Self.noError))
    }

    private func readFrame() -> Frame? {
        guard let head = connection.read(9) else { return nil }
        let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        let stream = head[5...8].reduce(0) { $0 << 8 | Int($1) } & Self.lastPossibleStream
        guard let payload = connection.read(count) else { return nil }
        return Frame(type: head[3], flags: head[4], stream: stream, payload: payload)
    }

    private func send(type: UInt8, flags: UInt8 = 0, stream: Int = 0, payload: [UInt8] = []) {
        let count = UInt32(payload.count)
        connection.write(Self.bytes(count).dropFirst() + [type, flags] + Self.bytes(UInt32(stream)) + payload)
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
