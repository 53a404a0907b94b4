import Foundation
import KubeCore
import KubeRuntime

extension Benchmark {
    /// What a large collection costs while it is held, and at most while it is read.
    static let reflectorMemory = Benchmark(
        name: "reflector-memory", summary: "10,000 pods in an informer: bytes per object settled, and peak"
    ) {
        let count = 10_000
        return try await ReflectorRun.withPods(count) { folder in
            let emptyFolder = folder.appendingPathComponent("empty")
            try CannedPods.write(0, to: emptyFolder)
            var figures: [Figure] = []
            for delivery in CannedPods.Delivery.allCases {
                var settled: [Double] = []
                var peak: [Double] = []
                for _ in 0..<3 {
                    let empty = try MemoryChild.measure(emptyFolder, count: 0, delivery)
                    let full = try MemoryChild.measure(folder, count: count, delivery)
                    settled.append((full.settled - empty.settled) / Double(count))
                    peak.append(full.peak)
                }
                figures += [
                    Figure(
                        name: "reflector-memory-\(delivery.rawValue)", value: Samples(settled).median,
                        unit: "bytes/object", better: .lower,
                        peer: .init(name: "client-go typed, reference", value: 25_000)),
                    Figure(
                        name: "reflector-peak-\(delivery.rawValue)", value: Samples(peak).median / 1e6, unit: "MB",
                        better: .lower, peer: .init(name: "client-go typed, reference", value: 505)),
                ]
            }
            return figures
        }
    }
}

/// This program as a child that fills an informer and says what it weighs, so that no other work is on the scale.
struct MemoryChild {
    /// The first argument of the child.
    static let flag = "--informer-memory"

    /// Bytes in memory once all is read.
    let settled: Double
    /// The most bytes in memory.
    let peak: Double

    /// Runs a child.
    static func measure(_ folder: URL, count: Int, _ delivery: CannedPods.Delivery) throws -> MemoryChild {
        let output = try ChildProcess.output(
            of: Programs.benchmarks, [flag, folder.path, String(count), delivery.rawValue])
        let value = try JSONValue(parsing: output)
        guard let settled = value["settled"]?.doubleValue,
            let peak = value["peak"]?.doubleValue
        else { throw BenchmarkFailure("the child said \(value)") }
        return MemoryChild(settled: settled, peak: peak)
    }

    /// What the child does.
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 3, let count = Int(arguments[1]),
            let delivery = CannedPods.Delivery(rawValue: arguments[2])
        else { throw BenchmarkFailure("\(flag) FOLDER COUNT DELIVERY") }
        let pods = CannedPods(folder: URL(fileURLWithPath: arguments[0]), delivery: delivery)
        try await ReflectorRun(pods, count: count) { _ in
            let figures = try ProcessFigures()
            let report: JSONValue = ["settled": .double(figures.resident), "peak": .double(figures.peak)]
            Output.line(report.serialized())
        }
    }
}
