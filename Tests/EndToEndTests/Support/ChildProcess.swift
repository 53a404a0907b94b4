import Foundation
import Glibc

/// A process that a test starts, watches and ends.
///
/// Started by `posix_spawn` and awaited by `waitpid`: Foundation's `Process` can miss the end of a program where several
/// run at once, and a test would wait for ever.
final class ChildProcess {
    let name: String
    let logFile: URL
    let processIdentifier: pid_t
    /// As `waitpid` gave it; nil while the process runs.
    private var status: Int32?

    /// Starts an executable whose output, both streams, goes to a file.
    init(_ executable: URL, _ arguments: [String], environment: [String: String] = [:], logFile: URL) throws {
        name = executable.lastPathComponent
        self.logFile = logFile
        processIdentifier = try spawn(
            executable, arguments, environment: environment, input: "/dev/null", output: logFile.path,
            errors: logFile.path)
    }

    /// What it has printed so far.
    var output: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    var isRunning: Bool { !hasEnded }

    private var hasEnded: Bool {
        if status == nil {
            var status: Int32 = 0
            if waitpid(processIdentifier, &status, WNOHANG) == processIdentifier { self.status = status }
        }
        return status != nil
    }

    /// Ends it as a crash of the machine would: no chance to clean up.
    func killNow() {
        guard !hasEnded else { return }
        kill(processIdentifier, SIGKILL)
        status = wait(for: processIdentifier)
    }

    /// Asks it to end, as Kubernetes does, and waits; kills it where it takes longer than the grace period.
    /// - Returns: its exit code, or nil if it had to be killed.
    @discardableResult
    func terminate(grace: TimeInterval = 20) -> Int32? {
        if !hasEnded { kill(processIdentifier, SIGTERM) }
        let deadline = Date().addingTimeInterval(grace)
        while !hasEnded {
            guard Date() < deadline else {
                killNow()
                return nil
            }
            usleep(10_000)
        }
        return status.map(exitCode)
    }

    deinit { killNow() }
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
    let folder = FileManager.default.temporaryDirectory
    // Files in place of pipes: a pipe that nobody empties in time stops the child.
    let output = folder.appendingPathComponent("boltrope-out-\(UUID().uuidString)")
    let errors = folder.appendingPathComponent("boltrope-err-\(UUID().uuidString)")
    let inputFile = folder.appendingPathComponent("boltrope-in-\(UUID().uuidString)")
    defer { for file in [output, errors, inputFile] { try? FileManager.default.removeItem(at: file) } }
    if let input { try Data(input.utf8).write(to: inputFile) }
    let process = try spawn(
        executable, arguments, environment: environment, input: input == nil ? "/dev/null" : inputFile.path,
        output: output.path, errors: errors.path)
    let status = wait(for: process)
    return CommandResult(
        command: ([executable.lastPathComponent] + arguments).joined(separator: " "), exitCode: exitCode(status),
        standardOutput: String(decoding: try Data(contentsOf: output), as: UTF8.self),
        standardError: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
}

/// Starts a program with its streams in files, in the tests' environment with these variables over it.
private func spawn(
    _ executable: URL, _ arguments: [String], environment: [String: String], input: String, output: String,
    errors: String
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, writing, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // No signals blocked, whatever the test process blocks: the child must hear SIGTERM.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var argumentPointers = ([executable.path] + arguments).map { strdup($0) } + [nil]
    var environmentPointers = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(
        &process, executable.path, &actions, &attributes, &argumentPointers, &environmentPointers)
    guard code == 0 else { throw Failure("\(executable.path) cannot be run: \(String(cString: strerror(code)))") }
    return process
}

/// Waits for a process to end; its status as `waitpid` gives it.
private func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
}

/// The exit code, or minus the signal that ended it.
private func exitCode(_ status: Int32) -> Int32 {
    status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
}
