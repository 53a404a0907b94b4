import Foundation

/// An `http` or `https` URL in the parts that matter here: whom it leads to, and what of it may be shown.
struct RepositoryURL: Sendable, Hashable {
    /// Whom credentials are for: scheme, host and port, with the scheme's own port where none is written.
    struct Origin: Sendable, Hashable {
        var scheme: String
        var host: String
        var port: Int
    }

    /// Scheme, host and port.
    let origin: Origin
    /// The URL without user information.
    let text: String
    /// User name and password that the URL held.
    let userInformation: (username: String, password: String)?

    /// A URL; nil if it is not an absolute one of `http` or `https` with a host.
    init?(_ text: String) {
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host?.lowercased(), !host.isEmpty
        else { return nil }
        if let port = parts.port, !(1...65535).contains(port) { return nil }
        origin = Origin(scheme: scheme, host: host, port: parts.port ?? (scheme == "https" ? 443 : 80))
        if let user = parts.user { userInformation = (user, parts.password ?? "") } else { userInformation = nil }
        parts.user = nil
        parts.password = nil
        parts.fragment = nil
        guard let plain = parts.string else { return nil }
        self.text = plain
    }

    /// What a reference means that stands in a document or a redirect of this URL (RFC 3986, section 5).
    func resolving(_ reference: String) -> RepositoryURL? {
        guard let base = URL(string: text), let url = URL(string: reference, relativeTo: base) else { return nil }
        return RepositoryURL(url.absoluteString)
    }

    /// A file of a repository: references are relative to the repository's folder, whether or not its URL ends in a
    /// slash, and carry its query where they have none of their own, as Helm has it.
    func file(_ reference: String) -> RepositoryURL? {
        guard var folder = URLComponents(string: text) else { return nil }
        if !folder.percentEncodedPath.hasSuffix("/") { folder.percentEncodedPath += "/" }
        let query = folder.percentEncodedQuery
        folder.percentEncodedQuery = nil
        guard let base = folder.string.flatMap({ RepositoryURL($0) }), let found = base.resolving(reference) else {
            return nil
        }
        guard let query, found.origin == origin, var parts = URLComponents(string: found.text),
            parts.percentEncodedQuery == nil
        else { return found }
        parts.percentEncodedQuery = query
        return parts.string.flatMap { RepositoryURL($0) }
    }

    /// The URL for messages and records: without user information and query.
    var display: String {
        String(text.prefix { $0 != "?" })
    }

    static func == (left: RepositoryURL, right: RepositoryURL) -> Bool { left.text == right.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
