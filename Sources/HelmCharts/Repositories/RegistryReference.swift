/// `oci://HOST[:PORT]/PATH[:TAG][@sha256:DIGEST]`.
public struct RegistryReference: Sendable, Hashable, CustomStringConvertible {
    /// Host and port as written.
    public var registry: String
    /// The path of the repository within the registry.
    public var repository: String
    /// The tag; nil if none is written.
    public var tag: String?
    /// The digest of the manifest, `sha256:` and 64 digits; nil if none is written.
    public var digest: String?

    /// Whether a text is meant as one.
    public static func isReference(_ text: String) -> Bool { text.hasPrefix("oci://") }

    /// Reads a reference (distribution specification, section "Pulling manifests", for what names may be).
    ///
    /// - Throws: ``RepositoryError`` of kind `invalidReference` that says what is wrong.
    public init(_ text: String) throws(RepositoryError) {
        func problem(_ reason: String) -> RepositoryError {
            // User information would be a secret in a message.
            let shown = text.contains("@") && !text.contains("@sha256:") ? "the reference" : text
            return RepositoryError(.invalidReference, "invalid reference: \(shown): \(reason)")
        }
        guard Self.isReference(text) else { throw problem("it does not begin with oci://") }
        var rest = text.dropFirst("oci://".count)
        if let at = rest.lastIndex(of: "@") {
            let digest = rest[rest.index(after: at)...]
            guard digest.hasPrefix("sha256:"), ContentCache.isDigest(digest.dropFirst("sha256:".count)) else {
                throw problem("what follows @ is not sha256: and 64 hexadecimal digits")
            }
            self.digest = String(digest)
            rest = rest[..<at]
        }
        guard let slash = rest.firstIndex(of: "/") else { throw problem("it has no path behind the registry") }
        registry = rest[..<slash].lowercased()
        var path = rest[rest.index(after: slash)...]
        if let colon = path.lastIndex(of: ":") {
            let tag = path[path.index(after: colon)...]
            guard Self.isTag(Self.tag(forVersion: String(tag))) else { throw problem("the tag is not one") }
            self.tag = String(tag)
            path = path[..<colon]
        }
        while path.hasSuffix("/") { path = path.dropLast() }
        repository = String(path)
        guard !registry.isEmpty, let url = RepositoryURL("https://\(registry)/"), url.userInformation == nil else {
            throw problem("the registry is not a host, with a port if need be")
        }
        guard !path.isEmpty, path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isPathPart)
        else {
            throw problem("a repository is made of small letters, digits and . _ - between slashes")
        }
    }

    /// A reference within a folder of a registry.
    func chart(_ name: String) -> RegistryReference {
        var reference = self
        reference.repository += "/\(name)"
        reference.tag = nil
        reference.digest = nil
        return reference
    }

    /// The reference of one manifest.
    func pinned(_ digest: String) -> String { "oci://\(registry)/\(repository)@\(digest)" }

    /// The reference as it is written.
    public var description: String {
        "oci://\(registry)/\(repository)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    /// The last part of the path: the chart's name.
    var name: String { repository.split(separator: "/").last.map(String.init) ?? repository }

    /// Tags have no `+`, so a version's build metadata is behind an underscore (HIP 6).
    static func tag(forVersion version: String) -> String { version.replacing("+", with: "_") }

    /// The version that a tag means.
    static func version(forTag tag: String) -> String { tag.replacing("_", with: "+") }

    /// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128, first != 0x2E, first != 0x2D else { return false }
        return text.utf8.allSatisfy { byte in
            byte == 0x2E || byte == 0x2D || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
    }

    private static func isPathPart(_ text: Substring) -> Bool {
        func isEnd(_ byte: UInt8?) -> Bool {
            byte.map { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) } ?? false
        }
        return isEnd(text.utf8.first) && isEnd(text.utf8.last)
            && text.utf8.allSatisfy { isEnd($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
    }
}
