import Foundation
import Glibc
import HTTPTransport
import Synchronization

/// Runs a program for what it prints.
///
/// On a thread of its own for as long as the program runs: that is rare and short, and Foundation's `Process` can miss
/// the end of a program whose output is read asynchronously.
enum ProgramOutput {
    /// The most bytes that are kept of each stream.
    private static let limit = 1 << 20
    /// How much of the program's complaint is quoted.
    private static let quoted = 400

    private struct Outcome: Sendable {
        var output: [UInt8] = []
        var complaint: [UInt8] = []
        /// As `waitpid` gives it.
        var status: Int32 = 0
    }

    /// The program's process while there is one, so that nobody else's is signalled in its place.
    private final class Running: Sendable {
        private struct State {
            var target: pid_t?
            var isCancelled = false
        }

        private let state = Mutex(State())

        /// - Parameter target: what to signal to end it: the process, or minus the group that it leads.
        func begin(_ target: pid_t) {
            state.withLock { state in
                state.target = target
                if state.isCancelled { kill(target, SIGTERM) }
            }
        }

        func cancel() {
            state.withLock { state in
                state.isCancelled = true
                if let target = state.target { kill(target, SIGTERM) }
            }
        }

        /// Waits for the end, and only then lets go of the process's number.
        func end(_ process: pid_t) -> Int32 {
            var information = siginfo_t()
            while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            return state.withLock { state in
                var status: Int32 = 0
                waitpid(process, &status, 0)
                state.target = nil
                return status
            }
        }
    }

    /// The program's standard output.
    ///
    /// - Parameter isInteractive: whether it has this process's standard input and may write to its standard error.
    /// - Throws: ``KubeClientError/configuration(_:)`` where it cannot be run or fails, with what it complained of.
    static func run(
        _ program: String, arguments: [String], environment: [String: String], isInteractive: Bool = false
    ) async throws(KubeClientError) -> [UInt8] {
        let running = Running()
        let result: Result<Outcome, KubeClientError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread {
                    continuation.resume(returning: runHere(program, arguments, environment, isInteractive, running))
                }.start()
            }
        } onCancel: {
            running.cancel()
        }
        if Task.isCancelled {
            throw .transport(HTTPTransportError(.cancelled, "cancelled while credentials were fetched"))
        }
        let outcome = try result.get()
        guard outcome.status == 0 else {
            let (code, signal) = ((outcome.status >> 8) & 0xFF, outcome.status & 0x7F)
            let words = String(decoding: outcome.complaint.prefix(quoted), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let ending = signal == 0 ? "it ended with code \(code)" : "it was ended by signal \(signal)"
            throw .configuration(words.isEmpty ? ending : "\(ending): \(words)")
        }
        return outcome.output
    }

    private static func runHere(
        _ program: String, _ arguments: [String], _ environment: [String: String], _ isInteractive: Bool,
        _ running: Running
    ) -> Result<Outcome, KubeClientError> {
        var (output, complaint): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&output) == 0, pipe(&complaint) == 0 else {
            return .failure(.configuration("it cannot be run: \(String(cString: strerror(errno)))"))
        }
        // Other programs that start meanwhile must not hold these open.
        for descriptor in output + complaint { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let (process, code) = spawn(
            program, [program] + arguments, environment.map { "\($0.key)=\($0.value)" }, output[1],
            isInteractive ? STDERR_FILENO : complaint[1], isInteractive)
        close(output[1])
        close(complaint[1])
        defer {
            close(output[0])
            close(complaint[0])
        }
        guard code == 0 else {
            return .failure(.configuration("it cannot be run: \(String(cString: strerror(code)))"))
        }
        running.begin(isInteractive ? process : -process)
        var outcome = Outcome()
        read(output[0], complaint[0], into: &outcome)
        outcome.status = running.end(process)
        return .success(outcome)
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String], _ output: Int32, _ complaint: Int32,
        _ isInteractive: Bool
    ) -> (process: pid_t, code: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if !isInteractive { posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, complaint, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, to be ended as a whole, unless it is to read from the terminal, which stops other groups
        // than the one in front; and no signals blocked, whatever this process blocks.
        posix_spawnattr_setflags(
            &attributes, Int16((isInteractive ? 0 : POSIX_SPAWN_SETPGROUP) | POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        var argumentPointers = arguments.map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        // A name without a slash is looked up in the path.
        let code = posix_spawnp(&process, program, &actions, &attributes, &argumentPointers, &environmentPointers)
        return (process, code)
    }

    /// Reads both streams to their ends; what is over the limit is dropped.
    private static func read(_ output: Int32, _ complaint: Int32, into outcome: inout Outcome) {
        var open = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: complaint, events: Int16(POLLIN), revents: 0),
        ]
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while open.contains(where: { $0.fd >= 0 }) {
            guard poll(&open, nfds_t(open.count), -1) > 0 else { continue }
            for position in open.indices where open[position].revents != 0 {
                let count = Glibc.read(open[position].fd, &chunk, chunk.count)
                if count <= 0 {
                    // A negative descriptor is passed over by `poll`.
                    open[position].fd = -1
                } else if position == 0, outcome.output.count < limit {
                    outcome.output += chunk[..<count]
                } else if position == 1, outcome.complaint.count < limit {
                    outcome.complaint += chunk[..<count]
                }
            }
        }
    }
}
