import Foundation
import KubeCore
import Testing

@testable import HelmCharts

/// A directory that goes with the test.
final class TemporaryDirectory: Sendable {
    let path = NSTemporaryDirectory() + "boltrope-test-\(UUID().uuidString)"
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("The cache of charts")
struct ContentCacheTests {
    private let directory = TemporaryDirectory()

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/\(folder)")
    }

    @Test("keeps content by its digest, for the next process too")
    func store() throws {
        let digest = try ContentCache(directory: directory.path).store([1, 2, 3])
        #expect(digest == SHA256.hexadecimal([1, 2, 3]))
        #expect(try ContentCache(directory: directory.path).blob(digest) == [1, 2, 3])
        #expect(try ContentCache(directory: directory.path).blob("../../../etc/passwd") == nil)
    }

    @Test("a damaged entry counts as absent, is removed, and can be had again")
    func damage() throws {
        let cache = try ContentCache(directory: directory.path)
        let digest = cache.store(Array("chart".utf8))
        try Data("other".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/blobs/sha256/\(digest)"))
        #expect(cache.blob(digest) == nil)
        #expect(try files("blobs/sha256") == [])
        cache.store(Array("chart".utf8))
        #expect(cache.blob(digest) == Array("chart".utf8))
    }

    @Test("what was used last stays when there is too much")
    func eviction() throws {
        var limits = ContentCache.Limits()
        limits.bytes = 250
        let cache = try ContentCache(directory: directory.path, limits: limits)
        let digests = (0..<4).map { cache.store([UInt8](repeating: UInt8($0), count: 50)) }
        // Times of use, a minute apart; the first was used last.
        for (age, digest) in zip([0, 3, 2, 1], digests) {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -60 * Double(age))],
                ofItemAtPath: "\(directory.path)/blobs/sha256/\(digest)")
        }
        let large = cache.store([UInt8](repeating: 9, count: 150))
        #expect(Set(try files("blobs/sha256")) == [digests[0], digests[3], large])
    }

    @Test("what nobody used for long goes, and so does what a killed writer left")
    func age() throws {
        var limits = ContentCache.Limits()
        limits.age = .seconds(3600)
        let cache = try ContentCache(directory: directory.path, limits: limits)
        let old = cache.store([1])
        for path in ["blobs/sha256/\(old)", "new-left-over"] {
            try Data([1]).write(to: URL(fileURLWithPath: "\(directory.path)/\(path)"))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -7300)], ofItemAtPath: "\(directory.path)/\(path)")
        }
        let new = cache.store([2])
        #expect(try files("blobs/sha256") == [new])
        #expect(try files("").sorted() == ["blobs", "references"])
    }

    @Test("references survive, and a damaged one counts as absent")
    func references() throws {
        let cache = try ContentCache(directory: directory.path)
        let reference = ContentCache.Reference(
            digest: SHA256.hexadecimal([1]), entityTag: "\"x\"", lastModified: nil,
            confirmedAt: Timestamp(seconds: 1000))
        cache.store(reference, for: "index a")
        #expect(try ContentCache(directory: directory.path).reference("index a") == reference)
        #expect(cache.reference("index b") == nil)
        try Data("{".utf8).write(
            to: URL(fileURLWithPath: "\(directory.path)/references/\(SHA256.hexadecimal(Array("index a".utf8)))"))
        #expect(cache.reference("index a") == nil)
    }

    @Test("a directory that others can write is refused, as they could say what a name stands for")
    func foreign() throws {
        _ = try ContentCache(directory: directory.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path)
        #expect(throws: RepositoryError.self) { try ContentCache(directory: directory.path) }
    }

    @Test("two writers of the same content leave it whole")
    func concurrency() async throws {
        let path = directory.path
        let content = [UInt8](repeating: 7, count: 200_000)
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let cache = try ContentCache(directory: path)
                    return cache.blob(cache.store(content))
                }
            }
            for try await found in group { #expect(found == content) }
        }
        #expect(try files("").sorted() == ["blobs", "references"])
    }
}
