import Foundation
import KubeCore

extension Benchmark {
    /// Reads a list of pods into values, as a controller does with objects that it edits.
    static let jsonParse = Benchmark(name: "json-parse", summary: "MB/s of a 50 MB list of pods") {
        let text = SampleList.fiftyMegabytes()
        let megabytes = Double(text.count) / 1e6
        let own = try seconds(runs: 5) { keep(try JSONValue(parsing: text)) }
        // It takes so long that one run must do.
        let data = Data(text)
        let peer = try seconds(runs: 1, warmUp: false) { keep(try JSONSerialization.jsonObject(with: data)) }
        return [
            Figure(
                name: "json-parse", value: megabytes / own.median, unit: "MB/s", better: .higher,
                peer: .init(name: "JSONSerialization", value: megabytes / peer.median))
        ]
    }
}

/// The text that JSON is measured on.
enum SampleList {
    /// A list of pods of 50 MB.
    static func fiftyMegabytes() -> [UInt8] {
        let one = SamplePods.pod(0).serializedBytes().count
        return SamplePods.list(50_000_000 / one)
    }
}
