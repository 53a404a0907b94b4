import Foundation

/// A process that a test starts, watches and ends.
final class ChildProcess {
    private let process = Process()
    let name: String
    let logFile: URL

    /// Starts an executable whose output, both streams, goes to a file.
    init(_ executable: URL, _ arguments: [String], environment: [String: String] = [:], logFile: URL) throws {
        name = executable.lastPathComponent
        self.logFile = logFile
        try Data().write(to: logFile)
        let log = try FileHandle(forWritingTo: logFile)
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var processIdentifier: Int32 { process.processIdentifier }

    /// What it has printed so far.
    var output: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    /// Ends it as a crash of the machine would: no chance to clean up.
    func killNow() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Asks it to end, as Kubernetes does, and waits; kills it where it takes longer than the grace period.
    /// - Returns: its exit code, or nil if it had to be killed.
    @discardableResult
    func terminate(grace: TimeInterval = 20) -> Int32? {
        if process.isRunning { kill(process.processIdentifier, SIGTERM) }
        let deadline = Date().addingTimeInterval(grace)
        while process.isRunning {
            guard Date() < deadline else {
                killNow()
                return nil
            }
            usleep(10_000)
        }
        return process.terminationStatus
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}

/// What a command printed, and how it ended.
struct CommandResult: CustomStringConvertible {
    let command: String
    let exitCode: Int32
    let standardOutput: String
    let standardError: String

    var succeeded: Bool { exitCode == 0 }
    var description: String { "\(command)\nexit \(exitCode)\n\(standardOutput)\(standardError)" }
}

/// Runs a command to its end.
func run(
    _ executable: URL, _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
) throws -> CommandResult {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let folder = FileManager.default.temporaryDirectory
    // Files in place of pipes: a pipe that nobody empties in time stops the child.
    let output = folder.appendingPathComponent("boltrope-out-\(UUID().uuidString)")
    let errors = folder.appendingPathComponent("boltrope-err-\(UUID().uuidString)")
    let inputFile = folder.appendingPathComponent("boltrope-in-\(UUID().uuidString)")
    defer { for file in [output, errors, inputFile] { try? FileManager.default.removeItem(at: file) } }
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    if let input {
        try Data(input.utf8).write(to: inputFile)
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
    } else {
        process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return CommandResult(
        command: ([executable.lastPathComponent] + arguments).joined(separator: " "),
        exitCode: process.terminationStatus,
        standardOutput: String(decoding: try Data(contentsOf: output), as: UTF8.self),
        standardError: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
}
