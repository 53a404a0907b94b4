import Foundation

/// Runs a target in workers, and reports the inputs that end one, take too long or make it grow.
struct FuzzSupervisor<Target: FuzzTarget> {
    /// The subcommand of the target.
    let name: String
    let options: FuzzOptions

    /// Does what the options say.
    ///
    /// - Throws: after the whole run, if any input failed.
    func run() async throws {
        let seed = options.seed ?? UInt64.random(in: 1...999_999_999)
        if let file = options.replay { return try await replay(file) }
        if let file = options.worker { return try await work(seed, record: URL(fileURLWithPath: file)) }
        try await supervise(seed)
    }

    private func replay(_ file: String) async throws {
        let input = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        var target = try await Target()
        try await target.run(input)
        Output.line("\(name): \(file) runs to its end")
    }

    private func work(_ seed: UInt64, record file: URL) async throws {
        let record = try InputRecord(creating: file)
        let end = ContinuousClock.now + .seconds(options.seconds)
        let run = FuzzRun<Target>(seed: seed, first: options.first, count: options.count ?? .max)
        try await run.run(while: { ContinuousClock.now < end }) { try record.write($0, $1) }
    }

    private func supervise(_ seed: UInt64) async throws {
        let folder = URL(fileURLWithPath: options.output)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let start = ContinuousClock.now
        let end = start + .seconds(options.seconds)
        var (first, failures, inputs) = (options.first, 0, 0)
        Output.line("\(name): seed \(seed), \(options.seconds) s")
        while ContinuousClock.now < end, failures < 10, inputs < options.count ?? .max {
            let record = folder.appendingPathComponent("\(name)-\(getpid()).record")
            defer { try? FileManager.default.removeItem(at: record) }
            let remaining = (end - ContinuousClock.now) / .seconds(1)
            var arguments = [
                name, "--worker", record.path, "--seed", String(seed), "--first", String(first), "--seconds",
                String(remaining),
            ]
            if let count = options.count { arguments += ["--count", String(count - inputs)] }
            let outcome = try await watch(WorkerProcess(arguments), record, start)
            guard let last = try InputRecord.read(record) else {
                throw FuzzFailure("\(name): the worker \(outcome) before its first input")
            }
            inputs += last.index - first + 1
            first = last.index + 1
            guard !outcome.isEmpty else { break }
            failures += 1
            try report(outcome, last, seed, folder)
        }
        let took = Int((ContinuousClock.now - start) / .seconds(1))
        Output.line("\(name): \(inputs) inputs in \(took) s, \(failures) failures (seed \(seed))")
        if failures > 0 { throw FuzzFailure("\(name): \(failures) inputs failed") }
    }

    /// Looks on until the worker has ended.
    ///
    /// - Returns: what was wrong; empty if nothing was.
    private func watch(_ worker: WorkerProcess, _ record: URL, _ start: ContinuousClock.Instant) async throws -> String
    {
        var (index, since, reported) = (-1, ContinuousClock.now, ContinuousClock.now)
        while true {
            if let end = worker.end { return end }
            try await Task.sleep(for: .milliseconds(100))
            let now = ContinuousClock.now
            // The record may be half written, or not there yet: then the next look tells.
            if let last = try? InputRecord.read(record), last.index != index { (index, since) = (last.index, now) }
            let megabytes = worker.residentMegabytes
            if now - reported > .seconds(30) {
                reported = now
                let elapsed = Int((now - start) / .seconds(1))
                Output.line("\(name): \(elapsed) s, input \(index), \(megabytes) MB")
            }
            if now - since > .seconds(options.deadline) {
                worker.kill()
                return "did not end within \(options.deadline) s"
            }
            if megabytes > options.memory {
                worker.kill()
                return "held \(megabytes) MB"
            }
        }
    }

    private func report(_ outcome: String, _ last: (index: Int, input: [UInt8]), _ seed: UInt64, _ folder: URL) throws {
        let file = folder.appendingPathComponent("\(name)-\(seed)-\(last.index).input")
        try Data(last.input).write(to: file)
        let batch = last.index / Target.inputsEach * Target.inputsEach
        Output.line(
            """
            \(name): input \(last.index): the worker \(outcome)
              replay it:  Hack/fuzz \(name) --replay \(file.path)
              with what came before:  Hack/fuzz \(name) --seed \(seed) --first \(batch) --count \(last.index - batch + 1)
            """)
    }
}

/// Standard output; every line is out before the next begins.
enum Output {
    static func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
}
