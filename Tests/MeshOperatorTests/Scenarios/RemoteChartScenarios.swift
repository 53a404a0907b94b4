import Foundation
import HTTPTransport
import HelmCharts
import HelmChartsTesting
import KubeClient
import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

extension Scenarios {
    @Suite("A mesh with charts from afar")
    struct RemoteChartScenarios {
        /// The embedded charts as archives, beside those of a newer release.
        private static func archives(_ versions: [String]) -> [PackedChart] {
            versions.flatMap { version in
                EmbeddedCharts.charts.map { chart in
                    var files = Dictionary(chart.files.map { ($0.path, $0.content) }) { $1 }
                    let name = chart.description.name
                    files["Chart.yaml"] = Array(
                        "apiVersion: v2\nname: \(name)\nversion: \(version)\nappVersion: \(version)\n".utf8)
                    return PackedChart(name, version, version, packing: files)
                }
            }
        }

        private static func sources() -> ChartSources {
            var network = ChartSources.Network(exchange: LibcurlTransport())
            network.freshness = .milliseconds(50)
            return ChartSources(embedded: [], network: network)
        }

        private static func secret(_ data: [String: String]) -> KubeObject {
            var secret = KubeObject(type: .secrets, name: "pull")
            secret.namespace = "istio-system"
            secret["data"] = JSONValue(data.mapValues { Data($0.utf8).base64EncodedString() })
            return secret
        }

        @Test(
            "is installed from a repository, says what it was made from, follows a range, and outlives the repository")
        func repository() async throws {
            let server = ChartRepositoryServer(Self.archives(["1.30.3", "1.29.1"]))
            try await server.serving { url in
                try await Scenario.run { scenario in
                    try await scenario.apply(["version": "1.30", "charts": ["source": .string(url)]])
                    try await scenario.operating(charts: Self.sources()) {
                        try await scenario.untilReady()
                        let revision = MeshRevision.self
                        let object = try await scenario.client.get(revision.type, name: "default")
                        let charts = try MeshRevision(object).spec.charts
                        let istiod = try #require(charts.first { $0.name == "istiod" })
                        #expect(istiod.version == "1.30.3")
                        #expect(istiod.source == "\(url)/archives/istiod-1.30.3.tgz")
                        let archive = Self.archives(["1.30.3"]).first { $0.name == "istiod" }
                        #expect(istiod.archiveDigest == archive?.digest)
                        #expect(try await scenario.condition("ChartsAvailable")?.status == .true)

                        // A new patch release is taken up without anybody touching the cluster.
                        server.update { $0.charts += Self.archives(["1.30.4"]) }
                        try await scenario.until("1.30.4 is installed") {
                            try await scenario.status()?.version == "1.30.4"
                        }
                        try await scenario.untilReady()

                        server.update { $0.answer = { _ in LoopbackServer.Response(503) } }
                        try await scenario.until("the repository is known to be gone") {
                            try await scenario.condition("ChartsAvailable")?.status == .false
                        }
                        let notice = try await scenario.condition("ChartsAvailable")
                        #expect(notice?.reason == "SourceUnavailable")
                        #expect(notice?.message.contains("503") == true)
                        #expect(try await scenario.condition("Ready")?.status == .true)
                        // The mesh is still looked after.
                        try await scenario.client.delete(.deployments, namespace: "istio-system", name: "istiod")
                        try await scenario.until("istiod is back") { try await scenario.deployment("istiod") != nil }

                        server.update { $0.answer = { _ in nil } }
                        try await scenario.until("the repository is back") {
                            try await scenario.condition("ChartsAvailable")?.status == .true
                        }
                    }
                }
            }
        }

        @Test("is installed from a registry with a pull secret; without it the status says what is missing")
        func registry() async throws {
            let server = RegistryServer(Self.archives(["1.30.3"]))
            server.update { $0.basicCredentials = "Basic " + Data("me:pa55word".utf8).base64EncodedString() }
            try await server.serving { registry in
                try await Scenario.run { scenario in
                    try await scenario.apply([
                        "charts": [
                            "source": .string("oci://\(registry)/charts"), "pullSecretRef": ["name": "pull"],
                        ]
                    ])
                    try await scenario.operating(charts: Self.sources()) {
                        try await scenario.until("the missing Secret is told") {
                            try await scenario.condition("Stalled")?.message.contains(
                                "spec.charts.pullSecretRef.name: there is no Secret pull in namespace istio-system")
                                == true
                        }
                        _ = try await scenario.client.create(
                            .namespaces, KubeObject(type: .namespaces, name: "istio-system"))
                        _ = try await scenario.client.create(
                            .secrets, Self.secret(["username": "me", "password": "wr0ng"]))
                        try await scenario.until("wrong credentials are told") {
                            try await scenario.condition("Stalled")?.message.contains("401") == true
                        }
                        #expect(try await scenario.condition("Stalled")?.message.contains("wr0ng") == false)
                        _ = try await scenario.client.apply(
                            .secrets,
                            Self.secret([
                                ".dockerconfigjson":
                                    "{\"auths\": {\"\(registry)\": {\"username\": \"me\", \"password\": \"pa55word\"}}}",
                                "username": "",
                            ]), fieldManager: "person", force: true)
                        try await scenario.untilReady()
                        #expect(try await scenario.condition("Stalled")?.status == .false)
                    }
                }
            }
        }

        @Test("a version that the source does not have stalls the mesh with what there is, and what runs stays")
        func missingVersion() async throws {
            let server = ChartRepositoryServer(Self.archives(["1.30.3"]))
            try await server.serving { url in
                try await Scenario.run { scenario in
                    try await scenario.apply(["charts": ["source": .string(url)]])
                    try await scenario.operating(charts: Self.sources()) {
                        try await scenario.untilReady()
                        try await scenario.apply(["version": "1.31", "charts": ["source": .string(url)]])
                        try await scenario.until("the mesh is stalled") {
                            try await scenario.condition("Stalled")?.status == .true
                        }
                        #expect(try await scenario.condition("Stalled")?.reason == "VersionNotAvailable")
                        #expect(try await scenario.condition("Stalled")?.message.contains("it has 1.30.3") == true)
                        #expect(try await scenario.deployment("istiod") != nil)
                        server.update { $0.charts += Self.archives(["1.31.0"]) }
                        try await scenario.untilReady()
                        #expect(try await scenario.status()?.version == "1.31.0")
                    }
                }
            }
        }
    }
}
