import Foundation

/// What the kernel says about a process.
struct ProcessFigures: Sendable {
    /// Bytes in memory.
    let resident: Double
    /// The most bytes that ever were.
    let peak: Double

    /// The figures of a process; of this one where none is given.
    init(of processIdentifier: Int32? = nil) throws {
        let path = "/proc/\(processIdentifier.map(String.init) ?? "self")/status"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        func bytes(_ field: String) throws -> Double {
            for line in text.split(separator: "\n") where line.hasPrefix("\(field):") {
                let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
                if words.count > 1, let kibibytes = Double(words[1]) { return kibibytes * 1024 }
            }
            throw BenchmarkFailure("\(path) has no \(field)")
        }
        resident = try bytes("VmRSS")
        peak = try bytes("VmHWM")
    }

    /// Seconds of processor time that this process has used, in all threads, the kernel's work for it included.
    static func processorSeconds() -> Double {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return .nan }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
