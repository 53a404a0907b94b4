import Foundation

/// A copy of this program that runs inputs, so that what kills it does not kill who looks on.
///
/// Started by `posix_spawn` and awaited by `waitpid`, of which it is certain that they notice every end.
final class WorkerProcess {
    private let processIdentifier: pid_t
    /// As `waitpid` gave it; nil while the process runs.
    private var status: Int32?

    /// Starts this program with arguments; its output is that of this process.
    init(_ arguments: [String]) throws {
        let program = "/proc/self/exe"
        let words = ([program] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, program, nil, nil, words + [nil], environ)
        guard code == 0 else { throw FuzzFailure("no worker can be started: \(String(cString: strerror(code)))") }
        processIdentifier = identifier
    }

    /// How it ended, in words, empty if it did so well; nil while it runs.
    var end: String? {
        if status == nil {
            var status: Int32 = 0
            if waitpid(processIdentifier, &status, WNOHANG) == processIdentifier { self.status = status }
        }
        guard let status else { return nil }
        let signal = status & 0x7F
        if signal != 0 { return "killed by signal \(signal) (\(String(cString: strsignal(signal))))" }
        let code = (status >> 8) & 0xFF
        return code == 0 ? "" : "ended with code \(code)"
    }

    /// Megabytes in memory; 0 if the process has gone.
    var residentMegabytes: Int {
        let path = "/proc/\(processIdentifier)/statm"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }

    /// Ends it at once.
    func kill() {
        guard end == nil else { return }
        Glibc.kill(processIdentifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
        self.status = status
    }

    deinit { kill() }
}
