import Foundation
import KubeCore

extension Benchmark {
    /// Writes a list of pods.
    static let jsonPrint = Benchmark(name: "json-print", summary: "MB/s of a 50 MB list of pods") {
        let text = SampleList.fiftyMegabytes()
        let megabytes = Double(text.count) / 1e6
        let value = try JSONValue(parsing: text)
        let own = seconds(runs: 5) { keep(value.serializedBytes()) }
        let object = try JSONSerialization.jsonObject(with: Data(text))
        let peer = try seconds(runs: 1, warmUp: false) { keep(try JSONSerialization.data(withJSONObject: object)) }
        return [
            Figure(
                name: "json-print", value: megabytes / own.median, unit: "MB/s", better: .higher,
                peer: .init(name: "JSONSerialization", value: megabytes / peer.median))
        ]
    }
}
