import EmbeddedCluster
import Foundation
import HTTPTransport
import KubeCore

/// The embedded API server in a process of its own, so that what it weighs and uses is its own; gone with this object.
///
/// Unchecked, since Foundation's `Process` is not `Sendable`: it is only started and ended, by whoever has the last
/// reference.
final class ServerChild: @unchecked Sendable {
    /// The first argument of the child.
    static let flag = "--embedded-cluster"

    let address: String
    let transport = LibcurlTransport()
    private let folder: URL
    private let process: ChildProcess

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("boltrope-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("address")
        process = try ChildProcess(
            Programs.benchmarks, [Self.flag, file.path], logFile: folder.appendingPathComponent("server.log"))
        let process = process
        try await until("the server listens") {
            guard process.isRunning else { throw BenchmarkFailure("the server ended: \(process.lastWords)") }
            return FileManager.default.fileExists(atPath: file.path)
        }
        address = try String(contentsOf: file, encoding: .utf8)
    }

    deinit {
        process.kill()
        // Nothing but a log; a temporary folder that stays does no harm.
        try? FileManager.default.removeItem(at: folder)
    }

    /// What the kernel says about the server.
    func figures() throws -> ProcessFigures { try ProcessFigures(of: process.processIdentifier) }

    /// Seconds of processor time that the server has used.
    func processorSeconds() throws -> Double {
        let path = "/proc/\(process.processIdentifier)/stat"
        // The name before them may hold anything, so the fields count from its closing parenthesis.
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw BenchmarkFailure("\(path) is not as expected")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A request whose body is small or none; throws for any answer but a good one.
    @discardableResult
    func send(
        _ method: String, _ path: String, _ body: [UInt8]? = nil, type: String = "application/json"
    ) async throws -> [UInt8] {
        var request = HTTPRequest(method: method, url: address + path, body: body)
        if body != nil { request.headers["Content-Type"] = type }
        let response = try await transport.send(request)
        guard response.status < 300 else {
            throw BenchmarkFailure("\(method) \(path): \(String(decoding: response.body.prefix(500), as: UTF8.self))")
        }
        return response.body
    }

    /// What the child does.
    static func run(_ arguments: [String]) async throws {
        guard let path = arguments.first else { throw BenchmarkFailure("\(flag) FILE") }
        let cluster = EmbeddedCluster()
        try await cluster.serve(port: 0) { address in
            do {
                try Data(address.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                Output.error("\(path): \(error)")
            }
        }
    }
}
