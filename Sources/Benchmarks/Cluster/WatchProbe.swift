import Glibc
import HTTPTransport
import KubeCore
import Synchronization

/// A watcher that only counts: it reads each event's version and throws the rest away, so that a hundred of them leave
/// the processors to the server.
struct WatchProbe: Sendable {
    /// Told of each event's version and when it came.
    typealias Arrivals = @Sendable (_ resourceVersion: UInt64, _ at: ContinuousClock.Instant) -> Void

    private static let marker = Array("\"resourceVersion\":\"".utf8)

    /// Reads events until so many have come.
    ///
    /// - Throws: where the stream ends before that, or an event comes out of order.
    static func read(
        _ count: Int, of body: HTTPBodyStream, onEvent: Arrivals = { _, _ in }
    ) async throws {
        var (rest, seen, last) = ([UInt8](), 0, UInt64(0))
        for try await piece in body {
            let now = ContinuousClock.now
            var start = piece.startIndex
            while let end = piece[start...].firstIndex(of: 0x0A) {
                let version: UInt64?
                if rest.isEmpty {
                    version = Self.version(in: piece[start..<end])
                } else {
                    rest += piece[start..<end]
                    version = Self.version(in: rest[...])
                    rest.removeAll(keepingCapacity: true)
                }
                guard let version, version > last else {
                    throw BenchmarkFailure("an event of version \(version ?? 0) after one of \(last)")
                }
                (seen, last, start) = (seen + 1, version, end + 1)
                onEvent(version, now)
            }
            rest += piece[start...]
            if seen >= count { break }
        }
        guard seen == count else { throw BenchmarkFailure("a watcher got \(seen) events of \(count)") }
    }

    /// The version in an event's line: the first that is named, since metadata comes before what might name others.
    private static func version(in line: ArraySlice<UInt8>) -> UInt64? {
        line.withUnsafeBytes { bytes -> UInt64? in
            // Few lines have another capital V before the one in the name of the member.
            let offset = 9
            var start = 0
            while start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(UInt8(ascii: "V")), bytes.count - start)
            {
                let position = UnsafeRawPointer(found) - base
                start = position + 1
                let range = position - offset..<position - offset + marker.count
                guard range.lowerBound >= 0, range.upperBound <= bytes.count, bytes[range].elementsEqual(marker)
                else { continue }
                return bytes[range.upperBound...].prefix { (0x30...0x39).contains($0) }
                    .reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 - 0x30) }
            }
            return nil
        }
    }
}
