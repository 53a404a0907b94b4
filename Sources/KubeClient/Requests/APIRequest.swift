import HTTPTransport
import KubeCore

/// A request to the API server before it has a server: what it does, to what, with what.
struct APIRequest: Sendable {
    /// What is done, in the words of RBAC.
    enum Verb: String, Sendable {
        case get, list, watch, create, update, patch, delete, deletecollection

        var method: String {
            switch self {
            case .get, .list, .watch: "GET"
            case .create: "POST"
            case .update: "PUT"
            case .patch: "PATCH"
            case .delete, .deletecollection: "DELETE"
            }
        }
    }

    var verb: Verb
    var path: String
    /// What it is about, for messages: `deployments.apps "web" in namespace "shop"`.
    var subject: String
    var query: [(String, String)] = []
    var accept = "application/json"
    var contentType: String?
    var body: [UInt8]?
    /// A dry run goes through everything but changes nothing, and so is no write.
    var isDryRun = false
    /// Between two signs of life; nil for the client's own.
    var idleTimeout: Duration?

    /// A server-side apply says the whole intent, and so the same thing however often it is said.
    var isApply: Bool { contentType == PatchBody.applyContentType }
    var isRead: Bool { verb.method == "GET" }
    var isWrite: Bool { !isRead && !isDryRun }
    /// Whether doing it twice is as good as once. Not PUT and DELETE, although HTTP has them so: with a precondition the
    /// second attempt fails where the first succeeded, and without one it may hit another object of the same name.
    var isIdempotent: Bool { isRead || isDryRun || isApply }

    init(_ verb: Verb, path: String, subject: String) {
        self.verb = verb
        self.path = path
        self.subject = subject
    }

    init(
        _ verb: Verb, _ type: ResourceType, namespace: String?, name: String? = nil, subresource: String? = nil,
        query: [(String, String)] = []
    ) {
        self.init(
            verb, path: type.path(namespace: namespace, name: name, subresource: subresource),
            subject: Self.subject(type, namespace, name, subresource))
        self.query = query
    }

    /// Path and query, encoded.
    var target: String {
        guard !query.isEmpty else { return path }
        let encoded = query.map { "\(QueryEncoding.encode($0.0))=\(QueryEncoding.encode($0.1))" }
        return path + (path.contains("?") ? "&" : "?") + encoded.joined(separator: "&")
    }

    private static func subject(
        _ type: ResourceType, _ namespace: String?, _ name: String?, _ subresource: String?
    ) -> String {
        var subject = type.plural
        if let subresource { subject += "/\(subresource)" }
        if !type.group.isEmpty { subject += ".\(type.group)" }
        if let name { subject += " \"\(name)\"" }
        if type.isNamespaced, let namespace { subject += " in namespace \"\(namespace)\"" }
        return subject
    }
}

/// Percent-encoding of query parameters (RFC 3986): everything but unreserved characters.
enum QueryEncoding {
    static func encode(_ text: String) -> String {
        var encoded = ""
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
