/// Gathers the header lines that libcurl hands over into the head of the final response.
///
/// libcurl passes on every head it sees: interim responses (1xx), redirects that it follows, and trailers.
struct ResponseHead {
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private(set) var isComplete = false
    private let followsRedirects: Bool
    private var size = 0

    /// The most bytes of header fields that are accepted, as in Go's client.
    static let maximumSize = 1 << 20

    enum Line {
        case more
        /// The final response's head is complete.
        case complete
        case tooLarge
    }

    init(followsRedirects: Bool) { self.followsRedirects = followsRedirects }

    /// Takes one line, its end included.
    mutating func add(_ line: UnsafeRawBufferPointer) -> Line {
        guard !isComplete else { return .more }
        size += line.count
        guard size <= Self.maximumSize else { return .tooLarge }
        var bytes = line[...]
        while let last = bytes.last, last == 0x0D || last == 0x0A || last == 0x20 || last == 0x09 {
            bytes.removeLast()
        }
        if bytes.isEmpty { return endOfHead() }
        if bytes.starts(with: "HTTP/".utf8) {
            status = Self.status(of: bytes)
            headers = HTTPHeaders()
            return .more
        }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return .more }
        let value = bytes[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        headers.add(String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        return .more
    }

    private mutating func endOfHead() -> Line {
        if (100..<200).contains(status) { return .more }
        if followsRedirects, [301, 302, 303, 307, 308].contains(status), headers["Location"] != nil { return .more }
        isComplete = true
        return .complete
    }

    private static func status(of line: Slice<UnsafeRawBufferPointer>) -> Int {
        let digits = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) }
        return digits.prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
