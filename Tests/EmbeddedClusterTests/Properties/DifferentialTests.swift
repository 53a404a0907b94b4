import Foundation
import KubeCore
import Testing

@testable import EmbeddedCluster

/// The same random operations on the embedded server and on a real one: the answers and what is left must be the same.
///
/// Needs `KUBEBUILDER_ASSETS` (the envtest convention), `curl` and `openssl`. `EMBEDDED_CLUSTER_SEQUENCES` says how many
/// sequences are run; here the default is 20.
@Suite(.serialized)
struct DifferentialTests {
    private static let sequences =
        ProcessInfo.processInfo.environment["EMBEDDED_CLUSTER_SEQUENCES"].flatMap { UInt64($0) } ?? 20

    @Test(
        "a real kube-apiserver answers the same and ends the same",
        .enabled(
            if: RealServer.assets != nil,
            "KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver: nothing to compare with"))
    func equal() async throws {
        let real = try await RealServer(assets: try #require(RealServer.assets))
        defer { real.stop() }
        let theirs = ModelWriter(target: real)
        try await theirs.define()
        for seed in 0..<Self.sequences {
            let ours = ModelWriter(target: EmbeddedCluster())
            try await ours.define()
            try await awaitDefinition(theirs)
            try await clear(theirs)
            var random = SplitMix(seed: seed)
            for step in 0..<RandomOperationTests.length {
                let operation = ModelOperation.random(&random, writesOnly: true)
                let (mine, other) = (try await ours.write(operation), try await theirs.write(operation))
                let place = "seed \(seed), step \(step): \(operation)"
                try #require(normalized(mine?.body) == normalized(other?.body), "\(place)")
                try #require(mine?.status == other?.status, "\(place)")
                for model in ModelKind.all {
                    try #require(
                        try await state(model, ours) == state(model, theirs), "\(model.type.plural) after \(place)")
                }
            }
        }
    }

    private func state(_ model: ModelKind, _ writer: ModelWriter) async throws -> [JSONValue?] {
        let list = try await writer.send("GET", model.collection, "lister").body
        return (list["items"]?.arrayValue ?? []).filter {
            ModelKind.names.contains($0[path: "metadata", "name"]?.stringValue ?? "")
        }.map(normalized)
    }

    private func awaitDefinition(_ writer: ModelWriter) async throws {
        for _ in 0..<60 {
            if try await writer.send("GET", ModelKind.widget.collection, "setup").status == 200 { return }
            try await Task.sleep(for: .milliseconds(250))
        }
        throw Violation("the custom resource is not served")
    }

    private func clear(_ writer: ModelWriter) async throws {
        for model in ModelKind.all {
            for name in ModelKind.names {
                let path = "\(model.collection)/\(name)"
                _ = try await writer.send(
                    "PATCH", path, "setup", "application/merge-patch+json", ["metadata": ["finalizers": .null]])
                _ = try await writer.send(
                    "DELETE", "\(path)?gracePeriodSeconds=0&propagationPolicy=Background", "setup")
                // A deletion that was under way already goes on once nothing holds it.
                _ = try await writer.send(
                    "PATCH", path, "setup", "application/merge-patch+json", ["metadata": ["finalizers": .null]])
            }
        }
    }

    /// An answer without what must differ: identifiers, versions, times and addresses.
    private func normalized(_ value: JSONValue?) -> JSONValue? {
        guard let value else { return nil }
        switch value {
        case .object(let object):
            var result = JSONObject()
            for (key, member) in object {
                switch key {
                case "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "lastTransitionTime":
                    result[key] = "…"
                case "clusterIP", "clusterIPs", "continue", "remainingItemCount": result[key] = "…"
                case "managedFields":
                    // Entries are in the order of their times, which run differently.
                    let entries = (member.arrayValue ?? []).compactMap {
                        normalized($0)?.serialized(JSONFormat(sortsKeys: true))
                    }
                    result[key] = JSONValue(entries.sorted())
                case "message": result[key] = .string(withoutIdentifiers(member.stringValue ?? ""))
                default: result[key] = normalized(member)
                }
            }
            return .object(result)
        case .array(let list): return .array(list.compactMap(normalized))
        default: return value
        }
    }

    private func withoutIdentifiers(_ text: String) -> String {
        text.replacingOccurrences(
            of: "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|record \\([0-9]+\\)", with: "…", options: .regularExpression)
    }
}
