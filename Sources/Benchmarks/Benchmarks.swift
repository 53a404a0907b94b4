import Foundation
import KubeCore

/// # Benchmarks
///
/// What Boltrope costs, measured; `Hack/bench` builds and runs it.
///
/// - `Measuring/`  figures, timers, the figures of processes, child processes.
/// - `Libraries/`  JSON, the work queue, the reflector: in this process, or for memory in one child per figure.
/// - `Cluster/`    the embedded API server under load, in a child.
/// - `Operator/`   the built command against its own cluster: repair, memory, cold start.
/// - `SamplePods`  the objects that are read, and `CannedPods`, a server that sends them.
///
/// Peers are measured in the same run where they can be; figures of client-go are marked as reference: they were taken
/// on another machine of two cores with pods of the same shape.
@main
struct Benchmarks {
    /// All benchmarks, in the order in which they run.
    static let all: [Benchmark] = [
        .jsonParse, .jsonPrint, .queue, .reflectorObjects, .reflectorMemory, .selectorScan, .updateStorm,
        .idleWatches, .clusterLoad, .restoreLatency,
        .operatorMemory, .coldStart,
    ]

    static func main() async {
        var names = Array(CommandLine.arguments.dropFirst())
        do {
            if names.first == MemoryChild.flag {
                try await MemoryChild.run(Array(names.dropFirst()))
                return
            }
            if names.first == ServerChild.flag {
                try await ServerChild.run(Array(names.dropFirst()))
                return
            }
            let isJSON = names.contains("--json")
            names.removeAll { $0 == "--json" }
            if names.contains("--help") || names.contains("-h") {
                Output.line(usage)
                return
            }
            for name in names where !all.contains(where: { $0.name == name }) {
                throw BenchmarkFailure("there is no benchmark \"\(name)\"\n\(usage)")
            }
            try await run(all.filter { names.isEmpty || names.contains($0.name) }, isJSON: isJSON)
        } catch {
            Output.error("benchmarks: \(error)")
            exit(1)
        }
    }

    /// Runs one after the other. One that fails does not keep the others from running, but makes the whole fail.
    private static func run(_ benchmarks: [Benchmark], isJSON: Bool) async throws {
        var failed: [String] = []
        if !isJSON { Output.line(Figure.tableHead) }
        for benchmark in benchmarks {
            do {
                for figure in try await benchmark.run() { Output.line(isJSON ? figure.json : figure.tableRow) }
            } catch {
                Output.error("\(benchmark.name): \(error)")
                failed.append(benchmark.name)
            }
        }
        if !failed.isEmpty { throw BenchmarkFailure("failed: \(failed.joined(separator: ", "))") }
    }

    private static var usage: String {
        "usage: Benchmarks [NAME…] [--json]\n"
            + all.map { "  \($0.name.padding(toLength: 20, withPad: " ", startingAt: 0))\($0.summary)" }
            .joined(separator: "\n")
    }
}
