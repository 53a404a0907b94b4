import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("IstioOperator documents")
struct IstioOperatorDocumentTests {
    private func merged(_ spec: JSONValue, _ settings: [String] = []) throws -> JSONValue {
        try IstioOperatorDocument(
            [["apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec]], settings: settings,
            profile: { name, _ in try IstioOperatorProfiles.document(name) }
        ).merged
    }

    private func components(_ document: JSONValue) -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: IstioOperatorComponentKind.all.map { ($0.name, $0.instances(in: document).count) })
    }

    @Test(
        "each profile turns on its components",
        arguments: [
            ("default", ["base", "pilot", "ingressGateways"]),
            ("demo", ["base", "pilot", "ingressGateways", "egressGateways"]), ("minimal", ["base", "pilot"]),
            ("ambient", ["base", "pilot", "cni", "ztunnel"]), ("empty", []),
            ("openshift", ["base", "pilot", "ingressGateways", "cni"]), ("remote", ["base", "pilot"]),
        ])
    func profiles(name: String, on: [String]) throws {
        let document = try merged(["profile": .string(name)])
        #expect(Set(components(document).filter { $0.value > 0 }.keys) == Set(on))
    }

    @Test("later settings win: profile, document, --set; the user's values have the last word")
    func order() throws {
        let document = try merged(
            [
                "hub": "document.example.com", "tag": 2, "meshConfig": ["accessLogFile": "/dev/stdout"],
                "values": ["global": ["tag": "from-values"]],
            ], ["hub=set.example.com", "components.cni.enabled=true"])
        let values = try #require(document[path: "spec", "values"])
        #expect(values[path: "global", "hub"] == "set.example.com")
        #expect(values[path: "global", "tag"] == "from-values")
        #expect(values[path: "meshConfig", "accessLogFile"] == "/dev/stdout")
        #expect(values[path: "pilot", "cni", "enabled"] == true)
        #expect(components(document)["cni"] == 1)
    }

    @Test("what a document may not say is refused with its path")
    func strictness() {
        let failures: [(JSONValue, String)] = [
            (["components": ["pilots": [:]]], "spec.components.pilots"),
            (["components": ["ztunnel": ["k8s": ["tolerations": [["thats": "x"]]]]]], "tolerations[0].thats"),
            (
                [
                    "components": [
                        "ingressGateways": [["k8s": ["service": ["ports": [["port": 80, "targetPort": 80]]]]]]
                    ]
                ],
                "ingressGateways[0].k8s.service.ports[0].targetPort"
            ),
            (["revision": "1.30"], "spec.revision"), (["profile": "no-such"], "no profile no-such"),
        ]
        for (spec, path) in failures {
            #expect {
                try merged(spec)
            } throws: {
                "\($0)".contains(path)
            }
        }
    }

    @Test("a gateway is told its name, labels, ports and bounds")
    func gateway() throws {
        let document = try IstioOperatorDocument(
            [
                [
                    "kind": "IstioOperator",
                    "spec": [
                        "components": [
                            "ingressGateways": [
                                [
                                    "name": "own", "label": ["a": "b"], "tag": 4,
                                    "k8s": [
                                        "hpaSpec": ["minReplicas": 2, "maxReplicas": 5],
                                        "service": ["ports": [["port": 8443, "targetPort": 8443]]],
                                    ],
                                ]
                            ]
                        ]
                    ],
                ]
            ], profile: { name, _ in try IstioOperatorProfiles.document(name) })
        let kind = try #require(IstioOperatorComponentKind.named("ingressGateways"))
        let instance = try #require(kind.instances(in: document.merged).first)
        let values = ComponentView(kind: kind, instance: instance).values(of: document)
        let own = try #require(values[path: "gateways", "istio-ingressgateway"])
        #expect(own["name"] == "own" && own["labels"] == ["a": "b"] && own["tag"] == 4)
        #expect(own["autoscaleMin"] == 2 && own["autoscaleMax"] == 5)
        #expect(own["ports"] == [["port": 8443, "targetPort": 8443]])
    }
}
