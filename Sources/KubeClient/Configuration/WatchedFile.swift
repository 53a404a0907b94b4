import Foundation
import Glibc

/// A file that others renew, such as a projected service account token: its bytes, read again when it changes.
struct WatchedFile {
    /// What changes when a file is written or replaced, also through the swapped symbolic links of a projected volume.
    private struct Signature: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    /// The most bytes that a credential file may have.
    static let maximumSize = 4 << 20

    let path: String
    private var signature: Signature?
    private var bytes: [UInt8]?

    init(path: String) { self.path = path }

    /// The bytes as they are now.
    ///
    /// - Throws: ``KubeClientError/configuration(_:)`` with the path and the system's reason.
    mutating func read() throws(KubeClientError) -> [UInt8] {
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw .configuration("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        let found = Signature(
            device: UInt64(information.st_dev), inode: UInt64(information.st_ino), size: Int64(information.st_size),
            seconds: information.st_mtim.tv_sec, nanoseconds: information.st_mtim.tv_nsec)
        if let bytes, found == signature { return bytes }
        guard found.size <= Self.maximumSize else {
            throw .configuration("\(path) is too large for a credential: \(found.size) bytes")
        }
        do {
            let read = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            bytes = read
            signature = found
            return read
        } catch {
            throw .configuration("cannot read \(path): \(error.localizedDescription)")
        }
    }

    /// The bytes that were last read, whatever has become of the file since.
    var lastKnown: [UInt8]? { bytes }
}
