import Foundation
import KubeCore
import KubeRuntime

extension Benchmark {
    /// What a large collection costs while it is held, and at most while it is read.
    static let reflectorMemory = Benchmark(
        name: "reflector-memory", summary: "10,000 pods in an informer: MB settled, bytes per object, and peak"
    ) {
        let count = 10_000
        return try await ReflectorRun.withPods(count) { folder in
            let emptyFolder = folder.appendingPathComponent("empty")
            try CannedPods.write(0, to: emptyFolder)
            var figures: [Figure] = []
            for retention in MemoryChild.Retention.allCases {
                for delivery in CannedPods.Delivery.allCases {
                    var settled: [Double] = []
                    var peak: [Double] = []
                    for _ in 0..<3 {
                        let empty = try MemoryChild.measure(emptyFolder, count: 0, delivery, retention)
                        let full = try MemoryChild.measure(folder, count: count, delivery, retention)
                        settled.append(full.settled - empty.settled)
                        peak.append(full.peak)
                    }
                    let name = "\(retention.rawValue)-\(delivery.rawValue)"
                    let bytes = Samples(settled).median
                    figures += [
                        Figure(
                            name: "informer-settled-\(name)", value: bytes / 1e6, unit: "MB", better: .lower,
                            peer: .init(name: "client-go typed, reference", value: 250)),
                        Figure(
                            name: "informer-bytes-\(name)", value: bytes / Double(count), unit: "bytes/object",
                            better: .lower),
                        Figure(
                            name: "informer-peak-\(name)", value: Samples(peak).median / 1e6, unit: "MB",
                            better: .lower, peer: .init(name: "client-go typed, reference", value: 505)),
                    ]
                }
            }
            return figures
        }
    }
}

/// This program as a child that fills an informer and says what it weighs, so that no other work is on the scale.
struct MemoryChild {
    /// What the informer keeps.
    enum Retention: String, CaseIterable {
        case full
        case projection

        var retention: ObjectRetention {
            switch self {
            case .full: .full
            case .projection: .placement
            }
        }
    }

    /// The first argument of the child.
    static let flag = "--informer-memory"

    /// Bytes in memory once all is read.
    let settled: Double
    /// The most bytes in memory.
    let peak: Double

    /// Runs a child.
    static func measure(
        _ folder: URL, count: Int, _ delivery: CannedPods.Delivery, _ retention: Retention
    ) throws -> MemoryChild {
        let output = try ChildProcess.output(
            of: Programs.benchmarks, [flag, folder.path, String(count), delivery.rawValue, retention.rawValue])
        let value = try JSONValue(parsing: output)
        guard let settled = value["settled"]?.doubleValue,
            let peak = value["peak"]?.doubleValue
        else { throw BenchmarkFailure("the child said \(value)") }
        return MemoryChild(settled: settled, peak: peak)
    }

    /// What the child does.
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 4, let count = Int(arguments[1]),
            let delivery = CannedPods.Delivery(rawValue: arguments[2]),
            let retention = Retention(rawValue: arguments[3])
        else { throw BenchmarkFailure("\(flag) FOLDER COUNT DELIVERY RETENTION") }
        let pods = CannedPods(folder: URL(fileURLWithPath: arguments[0]), delivery: delivery)
        try await ReflectorRun(pods, count: count, retaining: retention.retention) { _ in
            let figures = try ProcessFigures()
            let report: JSONValue = ["settled": .double(figures.resident), "peak": .double(figures.peak)]
            Output.line(report.serialized())
        }
    }
}

extension ObjectRetention {
    /// What a controller needs that asks where pods are, what they run and whether they are ready.
    static let placement = ObjectRetention.fields([
        ["spec", "nodeName"], ["spec", "containers", "name"], ["spec", "containers", "image"], ["status", "phase"],
        ["status", "podIP"], ["status", "conditions", "type"], ["status", "conditions", "status"],
    ])
}
