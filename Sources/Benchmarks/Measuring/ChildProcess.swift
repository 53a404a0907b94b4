import Foundation

/// A process that a benchmark starts, looks at and ends.
final class ChildProcess {
    private let process = Process()
    private let logFile: URL

    /// Starts a program whose output, both streams, goes to a file.
    init(_ executable: URL, _ arguments: [String], logFile: URL) throws {
        self.logFile = logFile
        try Data().write(to: logFile)
        let log = try FileHandle(forWritingTo: logFile)
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var processIdentifier: Int32 { process.processIdentifier }

    /// The end of what it has printed, for messages; a log that cannot be read has none.
    var lastWords: String { String(((try? String(contentsOf: logFile, encoding: .utf8)) ?? "").suffix(2000)) }

    /// Ends it at once.
    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    deinit { kill() }

    /// Runs a program to its end, and returns what it printed.
    ///
    /// - Throws: where it fails.
    static func output(of executable: URL, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkFailure("\(executable.lastPathComponent) \(arguments.joined(separator: " ")) failed")
        }
        return Array(output)
    }
}

/// Where the programs are.
enum Programs {
    /// This one.
    static let benchmarks = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()

    /// The command, built beside this one; `BOLTROPE_BINARY` names another.
    static func boltrope() throws -> URL {
        let url =
            ProcessInfo.processInfo.environment["BOLTROPE_BINARY"].map { URL(fileURLWithPath: $0) }
            ?? benchmarks.deletingLastPathComponent().appendingPathComponent("boltrope")
        guard FileManager.default.isExecutableFile(atPath: url.path) else {
            throw BenchmarkFailure("\(url.path) is missing: build it with swift build -c release --product boltrope")
        }
        return url
    }
}
