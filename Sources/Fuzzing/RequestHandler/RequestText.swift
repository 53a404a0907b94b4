import EmbeddedCluster

/// A request as bytes, in the manner of HTTP/1.1, for files that can be looked at and run again: the method and the
/// target, a line per header, an empty line, the body.
///
/// Any bytes are a request: what cannot be told apart is left empty, and changes of the bytes are requests, too.
enum RequestText {
    static func bytes(of request: SentRequest) -> [UInt8] {
        var bytes = Array("\(request.method) ".utf8) + request.target + [0x0A]
        for (name, value) in request.headers { bytes += Array("\(name): \(value)\n".utf8) }
        return bytes + [0x0A] + request.body
    }

    static func request(in bytes: [UInt8]) -> APIRequest {
        var rest = bytes[...]
        func line() -> String {
            let line = rest.prefix { $0 != 0x0A }
            rest = rest.dropFirst(line.count + 1)
            return String(decoding: line, as: UTF8.self)
        }
        let head = line().split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        var headers: [APIRequest.Header] = []
        while case let text = line(), !text.isEmpty {
            let pair = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? pair[1].drop { $0 == " " } : ""
            headers.append(APIRequest.Header(String(pair.first ?? ""), String(value)))
        }
        return APIRequest(
            method: String(head.first ?? ""), target: head.count > 1 ? String(head[1]) : "/", headers: headers,
            body: Array(rest))
    }
}

/// A request while it is put together.
struct SentRequest {
    var method = "GET"
    /// The path and the query, as bytes, since they need not be text.
    var target: [UInt8] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
}
