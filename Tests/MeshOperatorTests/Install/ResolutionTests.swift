import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("Resolving a spec")
struct ResolutionTests {
    private func resolve(_ json: JSONValue, _ charts: ChartCatalogue = catalogue) throws -> ResolvedMesh {
        try Resolution.resolve(spec(json), charts: charts)
    }

    @Test(
        "a profile says which components are on",
        arguments: [
            ("default", ["base", "pilot", "gateway/istio-ingressgateway"]),
            ("demo", ["base", "pilot", "gateway/istio-ingressgateway", "gateway/istio-egressgateway"]),
            ("minimal", ["base", "pilot"]), ("ambient", ["base", "pilot", "cni", "ztunnel"]), ("empty", []),
            ("openshift", ["base", "pilot", "cni", "gateway/istio-ingressgateway"]),
            ("preview", ["base", "pilot", "gateway/istio-ingressgateway"]),
            ("stable", ["base", "pilot", "gateway/istio-ingressgateway"]),
        ])
    func profiles(profile: String, components: [String]) throws {
        #expect(try resolve(["profile": .string(profile)]).components.map(\.identity.description) == components)
    }

    @Test(
        "components are turned on and off, gateways replace the profile's, addons come last in the order of their needs"
    )
    func components() throws {
        let resolved = try resolve([
            "components": [
                "cni": ["enabled": true, "namespace": "kube-system"],
                "ingressGateways": [["name": "public", "namespace": "edge"], ["name": "off", "enabled": false]],
            ],
            "addons": ["kiali": .object([:]), "prometheus": .object([:]), "grafana": ["enabled": false]],
        ])
        #expect(
            resolved.components.map { "\($0.identity) in \($0.namespace)" } == [
                "base in istio-system", "pilot in istio-system", "cni in kube-system", "gateway/public in edge",
                "addon/prometheus in istio-system", "addon/kiali in istio-system",
            ])
        let pilot = resolved.components[1].values
        #expect(pilot["pilot"]?["cni"]?["enabled"] == true)
    }

    @Test("the version is the newest that the source has and the spec allows")
    func versions() throws {
        let charts = ChartCatalogue(
            source: "file:///charts",
            charts: ["1.29.6", "1.30.3", "1.31.0-beta.1"].flatMap { version in
                ["base", "istiod", "gateway"].map { chart($0, version) }
            })
        #expect(try resolve([:], charts).version.description == "1.30.3")
        #expect(try resolve(["version": "1.29"], charts).version.description == "1.29.6")
        #expect(try resolve(["version": "1.31.0-beta.1"], charts).version.description == "1.31.0-beta.1")
    }

    @Test(
        "what the source cannot give is told with what it has",
        arguments: [
            (
                ["version": "1.29"], "VersionNotAvailable",
                "spec.version: embedded has no chart base of version 1.29; it has 1.30.3"
            ),
            (
                ["addons": ["kiali": ["version": "1.0"]]], "VersionNotAvailable",
                "spec.addons.kiali.version: embedded has no chart kiali of version 1.0; it has 2.26.0"
            ),
            (
                ["profile": "remote"], "ProfileNotAvailable",
                "spec.profile: the charts of embedded have no profile remote: set spec.charts.source to a directory with "
                    + "Istio's own charts"
            ),
        ] as [(JSONValue, String, String)])
    func unavailable(json: JSONValue, reason: String, message: String) throws {
        let spec = try spec(json)
        #expect(throws: ResolutionProblem(reason: reason, description: message)) {
            try Resolution.resolve(spec, charts: catalogue)
        }
    }

    @Test("a chart that the source lacks is told with those that it has")
    func missingChart() throws {
        let charts = ChartCatalogue(source: "file:///charts", charts: [chart("base")])
        let spec = try spec([:])
        #expect(
            throws: ResolutionProblem(
                reason: "ChartNotFound",
                description: "spec.charts.source: file:///charts has no chart istiod; it has base")
        ) {
            try Resolution.resolve(spec, charts: charts)
        }
    }
}

@Suite("Values of charts")
struct ComponentValuesTests {
    private func values(_ json: JSONValue, of name: String) throws -> JSONValue {
        let resolved = try Resolution.resolve(spec(json), charts: catalogue)
        let component = try #require(resolved.components.first { $0.identity.description == name })
        return .object(component.values)
    }

    @Test("the order is profile, the spec's own fields, the component's values, spec.values")
    func order() throws {
        let json: JSONValue = [
            "profile": "demo", "hub": "a", "tag": "1", "revision": "canary",
            "meshConfig": ["accessLogFile": "/dev/stdout", "enableTracing": true],
            "components": [
                "pilot": [
                    "tag": "2",
                    "values": ["meshConfig": ["enableTracing": false], "global": ["hub": "b", "logAsJson": true]],
                ]
            ],
            "values": ["global": ["hub": "c"], "pilot": ["tag": "3"]],
        ]
        let pilot = try values(json, of: "pilot")
        #expect(pilot["profile"] == "demo")
        #expect(pilot["revision"] == "canary")
        #expect(pilot["meshConfig"] == ["accessLogFile": "/dev/stdout", "enableTracing": false])
        #expect(pilot["global"]?["hub"] == "c")
        #expect(pilot["global"]?["tag"] == "1")
        #expect(pilot["global"]?["logAsJson"] == true)
        #expect(pilot["pilot"]?["tag"] == "3")
        #expect(pilot["global"]?["istioNamespace"] == "istio-system")
        #expect(try values(json, of: "base")["defaultRevision"] == "")
        #expect(try values([:], of: "base")["defaultRevision"] == "default")
    }

    @Test("a null among the values stays, since it takes away a chart's default")
    func null() throws {
        #expect(try values(["values": ["pilot": ["resources": .null]]], of: "pilot")["pilot"]?["resources"] == .null)
    }

    @Test("a gateway's chart is given what concerns gateways only")
    func gateway() throws {
        let gateway = try values(
            [
                "revision": "canary", "meshConfig": ["a": 1],
                "components": ["ingressGateways": [["name": "public", "values": ["service": ["type": "NodePort"]]]]],
                "values": ["pilot": ["a": 1], "gateways": ["public": ["replicaCount": 2]], "global": ["hub": "x"]],
            ], of: "gateway/public")
        #expect(gateway.objectValue?.keys.sorted() == ["global", "name", "replicaCount", "revision", "service"])
        #expect(gateway["name"] == "public")
        #expect(gateway["replicaCount"] == 2)
        #expect(gateway["global"]?["hub"] == "x")
    }

    @Test("ztunnel's values are lifted to the top, and other components' are left out")
    func ztunnel() throws {
        let ztunnel = try values(
            ["profile": "ambient", "values": ["ztunnel": ["logLevel": "debug"], "pilot": ["a": 1]]], of: "ztunnel")
        #expect(ztunnel["logLevel"] == "debug")
        #expect(ztunnel["pilot"] == nil)
        #expect(ztunnel["global"]?["istioNamespace"] == "istio-system")
    }

    @Test("addons are told of each other, and of those that run elsewhere")
    func wiring() throws {
        let json: JSONValue = [
            "namespace": "mesh",
            "addons": [
                "prometheus": ["external": ["url": "https://metrics.example.com"]], "kiali": .object([:]),
                "jaeger": .object([:]),
            ],
        ]
        let kiali = try values(json, of: "addon/kiali")
        #expect(kiali["prometheus"]?["url"] == "https://metrics.example.com")
        #expect(kiali["grafana"]?["enabled"] == false)
        #expect(kiali["tracing"] == ["enabled": true, "url": "http://tracing.mesh:16685/jaeger"])
    }
}
