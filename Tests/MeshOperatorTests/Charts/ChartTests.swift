import Foundation
import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("Charts")
struct ChartTests {
    @Test("the embedded charts are those of Charts/mesh, file by file")
    func embedded() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Charts/mesh").path
        let onDisk = try ChartDirectory(path: folder).catalogue()
        #expect(onDisk.names == EmbeddedCharts.charts.map(\.description.name).sorted())
        for chart in EmbeddedCharts.charts {
            #expect(
                try onDisk.chart(named: chart.description.name, requirement: .any, field: "") == chart.description,
                "\(chart.description.name) is not current: run Hack/embed-charts")
        }
    }

    @Test("every component of every profile has a chart")
    func complete() async throws {
        let charts = try FixedCharts(source: "embedded", charts: EmbeddedCharts.charts).catalogue()
        for profile in Profile.allCases where profile != .remote {
            var spec = MeshSpec()
            spec.profile = profile
            for addon in [\Addons.prometheus, \.grafana, \.kiali, \.jaeger] { spec.addons[keyPath: addon] = Addon() }
            #expect(throws: Never.self) { try Resolution.resolve(spec, charts: charts) }
        }
    }

    @Test("the digest tells one content from another, wherever the line between two files is")
    func digest() throws {
        func files(_ first: String, _ second: String) throws -> ChartFiles {
            try ChartFiles(
                [
                    .init(path: "Chart.yaml", content: Array("name: a\nversion: 1.0.0\n".utf8)),
                    .init(path: "x", content: Array(first.utf8)), .init(path: "y", content: Array(second.utf8)),
                ], from: "a")
        }
        #expect(try files("ab", "c").description.digest != files("a", "bc").description.digest)
        #expect(try files("ab", "c").description.digest == files("ab", "c").description.digest)
    }

    @Test("a folder without a readable Chart.yaml is refused")
    func noChart() {
        #expect(throws: ChartProblem("a: there is no Chart.yaml")) { try ChartFiles([], from: "a") }
    }
}

@Suite("Preparing what charts render")
struct PreparationTests {
    @Test("objects are labelled, put into their namespace, and carry the digest of their intent")
    func labels() throws {
        let prepared = try desired(
            [
                object("ConfigMap", "istio", ["data": ["a": "1"]]),
                object("ClusterRole", "r", apiVersion: "rbac.authorization.k8s.io/v1"),
            ],
            of: ComponentIdentity(.pilot))
        #expect(prepared.map(\.object.namespace) == ["istio-system", nil])
        #expect(
            prepared[0].object.labels == [
                Labels.managedBy: "boltrope", Labels.mesh: "default", Labels.component: "pilot",
                Labels.partOf: "applyset-x-v1",
            ])
        #expect(prepared[0].object.annotations[Labels.intent] == prepared[0].intent)
        let other = try desired([object("ConfigMap", "istio", ["data": ["a": "2"]])], of: ComponentIdentity(.pilot))
        #expect(other[0].intent != prepared[0].intent)
    }

    @Test("definitions are a stage of their own; hooks are left out; nulls and status are not sent")
    func shape() throws {
        var hook = object("Job", "test", apiVersion: "batch/v1")
        hook.annotations = ["helm.sh/hook": "test"]
        let prepared = try desired(
            [
                hook,
                object(
                    "CustomResourceDefinition", "a.istio.io", apiVersion: "apiextensions.k8s.io/v1",
                    ["spec": ["group": "a", "conversion": .null], "status": ["x": 1]]),
            ], of: ComponentIdentity(.base))
        #expect(prepared.map(\.component) == [ComponentIdentity(.definitions)])
        #expect(prepared[0].object["spec"] == ["group": "a"])
        #expect(prepared[0].object["status"] == nil)
    }

    @Test("strings of a Secret are encoded, as the server would")
    func secret() throws {
        let secret = object("Secret", "kiali", ["stringData": ["key": "abc", "other": "ab"], "data": ["x": "eA=="]])
        let prepared = try desired([secret], of: ComponentIdentity(.addon, "kiali"))
        #expect(prepared[0].object["data"] == ["x": "eA==", "key": "YWJj", "other": "YWI="])
        #expect(prepared[0].object["stringData"] == nil)
    }

    @Test("an object of a kind that the server lacks is told by name")
    func unknownKind() throws {
        #expect(throws: ChartProblem.self) {
            try desired([object("Widget", "w", apiVersion: "example.com/v1")], of: ComponentIdentity(.pilot))
        }
    }
}
