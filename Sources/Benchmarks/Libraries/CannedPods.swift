import Foundation
import HTTPTransport
import KubeClient
import KubeCore

/// An API server that has nothing but sample pods, in a file each for a list and for the initial events of a watch.
///
/// Files, because what is measured is the memory of the reader.
struct CannedPods: HTTPExchange {
    /// How the reader is to read: as servers before 1.32 have it, or with a watch that begins with everything
    /// (KEP-3157).
    enum Delivery: String, Sendable, CaseIterable {
        case list
        case watch
    }

    /// A body to be sent.
    private struct Sending: Sendable {
        let file: URL
        let writer: HTTPBodyStream.Writer
        let endsAfterwards: Bool
    }

    private let folder: URL
    private let delivery: Delivery
    private let sendings: AsyncStream<Sending>
    private let queue: AsyncStream<Sending>.Continuation

    /// A server of what ``write(_:to:)`` wrote.
    init(folder: URL, delivery: Delivery) {
        self.folder = folder
        self.delivery = delivery
        (sendings, queue) = AsyncStream.makeStream(of: Sending.self)
    }

    /// A client of it.
    var client: KubeClient {
        KubeClient(configuration: ClientConfiguration(server: "http://canned"), exchange: self, logger: .silent)
    }

    /// Writes the files.
    static func write(_ count: Int, to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(SamplePods.list(count)).write(to: file(.list, in: folder))
        var lines: [UInt8] = []
        for number in 0..<count {
            lines += Array(#"{"type":"ADDED","object":"#.utf8)
            SamplePods.pod(number).serialize(into: &lines)
            lines += Array("}\n".utf8)
        }
        lines += Array(
            #"{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"1000000","#
                .utf8)
        lines += Array(#""annotations":{"k8s.io/initial-events-end":"true"}}}}"#.utf8)
        lines.append(UInt8(ascii: "\n"))
        try Data(lines).write(to: file(.watch, in: folder))
    }

    private static func file(_ delivery: Delivery, in folder: URL) -> URL {
        folder.appendingPathComponent("pods.\(delivery.rawValue)")
    }

    /// Sends what was asked for, one body after the other, until cancelled.
    func serve() async throws {
        for await sending in sendings {
            let file = try FileHandle(forReadingFrom: sending.file)
            while let piece = try file.read(upToCount: 64 << 10), !piece.isEmpty {
                try await sending.writer.write(Array(piece))
            }
            if sending.endsAfterwards { sending.writer.finish() }
        }
    }

    func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        let isWatch = request.url.contains("watch=true")
        let wantsInitialEvents = request.url.contains("sendInitialEvents=true")
        if wantsInitialEvents, delivery == .list { return refusal }
        let (body, writer) = HTTPBodyStream.makeStream()
        if !isWatch || wantsInitialEvents {
            queue.yield(
                Sending(
                    file: Self.file(isWatch ? .watch : .list, in: folder), writer: writer, endsAfterwards: !isWatch))
        }
        return HTTPStreamingResponse(status: 200, headers: ["Content-Type": "application/json"], body: body)
    }

    /// What a server says that does not know of initial events.
    private var refusal: HTTPStreamingResponse {
        let status = Status(
            code: 422, reason: .invalid, message: "sendInitialEvents is forbidden for watch unless the feature is on")
        return HTTPStreamingResponse(
            status: 422, headers: ["Content-Type": "application/json"],
            body: HTTPBodyStream(status.value.serializedBytes()))
    }
}
