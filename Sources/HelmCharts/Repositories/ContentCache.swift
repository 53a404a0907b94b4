import Foundation
import Glibc
import KubeCore

/// Charts, indexes and manifests on disk, by the digest of their bytes, and what names led to which digest.
///
///     blobs/sha256/DIGEST     bytes; only ever what their name says, which every read verifies
///     references/DIGEST       what a name (a URL, a tag) stood for when it was last looked at
///
/// Files appear by rename, so that readers and other processes see whole files or none; a file that is damaged counts as
/// absent and is removed. What was not used for longest goes first when there is more than the limits allow.
public struct ContentCache: Sendable {
    /// What a name stood for.
    public struct Reference: Sendable, Hashable {
        /// The digest of its content: 64 hexadecimal digits.
        public var digest: String
        /// The server's entity tag, for conditional requests.
        public var entityTag: String?
        /// The server's date of modification, for conditional requests.
        public var lastModified: String?
        /// The time at which the source last confirmed it.
        public var confirmedAt: Timestamp
    }

    /// Limits.
    public struct Limits: Sendable, Hashable {
        /// How many bytes the blobs may have together; 512 MiB by default.
        public var bytes = 512 << 20
        /// How long a file is kept that nobody uses; 90 days by default.
        public var age = Duration.seconds(90 * 24 * 3600)

        /// The defaults.
        public init() {}
    }

    /// The directory.
    public let directory: String
    /// The limits.
    public let limits: Limits

    /// A cache in a directory, which is made if need be, for this user alone.
    ///
    /// - Throws: ``RepositoryError`` of kind `invalidReference` where the directory cannot be made, or belongs to or can
    ///   be written by others, who could then say what a name stands for.
    public init(directory: String, limits: Limits = Limits()) throws(RepositoryError) {
        self.directory = directory
        self.limits = limits
        for folder in [directory, "\(directory)/blobs/sha256", "\(directory)/references"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw RepositoryError(
                    .invalidReference, "the cache \(folder) cannot be made: \(error.localizedDescription)")
            }
        }
        var status = stat()
        guard stat(directory, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw RepositoryError(
                .invalidReference, "the cache \(directory) must belong to this user, and be writable by nobody else")
        }
    }

    // MARK: Blobs

    /// The content of a digest; nil if it is not here. What turns out to be damaged is removed.
    public func blob(_ digest: String) -> [UInt8]? {
        guard let path = blobPath(digest), let content = read(path) else { return nil }
        guard SHA256.hexadecimal(content) == digest else {
            unlink(path)
            return nil
        }
        utimes(path, nil)
        return content
    }

    /// Stores content and returns its digest. A disk that is full or read-only costs the next process a download, and is
    /// no reason to fail.
    @discardableResult
    public func store(_ content: [UInt8]) -> String {
        let digest = SHA256.hexadecimal(content)
        store(content, as: digest)
        return digest
    }

    /// Stores content whose digest the caller has computed already.
    func store(_ content: [UInt8], as digest: String) {
        if let path = blobPath(digest), content.count <= limits.bytes, write(content, to: path) {
            evict(sparing: digest)
        }
    }

    private func blobPath(_ digest: String) -> String? {
        guard Self.isDigest(digest) else { return nil }
        return "\(directory)/blobs/sha256/\(digest)"
    }

    /// Whether a text is a SHA-256 in lower-case hexadecimal, and so a safe name for a file.
    static func isDigest(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    // MARK: References

    /// What a name stood for when it was last looked at.
    public func reference(_ name: String) -> Reference? {
        let path = referencePath(name)
        guard let content = read(path) else { return nil }
        guard let document = try? JSONValue(parsing: content), let digest = document["digest"]?.stringValue,
            Self.isDigest(digest),
            let time = document["confirmedAt"]?.stringValue.flatMap({ Timestamp($0) })
        else {
            unlink(path)
            return nil
        }
        utimes(path, nil)
        return Reference(
            digest: digest, entityTag: document["entityTag"]?.stringValue,
            lastModified: document["lastModified"]?.stringValue, confirmedAt: time)
    }

    /// Notes what a name stands for.
    public func store(_ reference: Reference, for name: String) {
        var document: JSONObject = [
            "digest": .string(reference.digest),
            "confirmedAt": .string(reference.confirmedAt.description),
        ]
        if let tag = reference.entityTag { document["entityTag"] = .string(tag) }
        if let date = reference.lastModified { document["lastModified"] = .string(date) }
        _ = write(JSONValue.object(document).serializedBytes(), to: referencePath(name))
    }

    private func referencePath(_ name: String) -> String {
        "\(directory)/references/\(SHA256.hexadecimal(Array(name.utf8)))"
    }

    // MARK: Files

    private func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }

    private func write(_ content: [UInt8], to path: String) -> Bool {
        let temporary = "\(directory)/new-\(UUID().uuidString)"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes { bytes in
                Glibc.write(file, bytes.baseAddress.map { $0 + written }, content.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        guard close(file) == 0, written == content.count, rename(temporary, path) == 0 else {
            unlink(temporary)
            return false
        }
        return true
    }

    private struct Entry {
        var path: String
        var size: Int
        var usedAt: Int
    }

    /// Removes what is too old, then what was not used for longest, until the rest fits. Other processes may do the same
    /// at the same time: a file that is gone already is as good as removed.
    private func evict(sparing digest: String) {
        let oldest = time(nil) - Int(limits.age.components.seconds)
        for entry in entries("references") + leftovers() where entry.usedAt < oldest { unlink(entry.path) }
        var total = 0
        for entry in entries("blobs/sha256").sorted(by: { $0.usedAt > $1.usedAt }) {
            let isSpared = entry.path.hasSuffix(digest)
            total += entry.size
            if !isSpared, total > limits.bytes || entry.usedAt < oldest { unlink(entry.path) }
        }
    }

    /// Files whose writer was killed: an hour is longer than any write.
    private func leftovers() -> [Entry] {
        let abandoned = time(nil) - 3600
        return entries("").filter { $0.path.contains("/new-") && $0.usedAt < abandoned }.map { entry in
            Entry(path: entry.path, size: entry.size, usedAt: 0)
        }
    }

    private func entries(_ folder: String) -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)")) ?? []
        return names.compactMap { name in
            let path = "\(directory)/\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return Entry(path: path, size: Int(status.st_size), usedAt: Int(status.st_mtim.tv_sec))
        }
    }
}
