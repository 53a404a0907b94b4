import KubeCore
import MeshAPI
import Testing

@Suite("Mesh documents")
struct MeshTests {
    @Test("an empty spec is the default profile in istio-system")
    func defaults() throws {
        let mesh = try Mesh(mesh([:]))
        #expect(mesh.spec.profile == .default)
        #expect(mesh.spec.namespace == "istio-system")
        #expect(mesh.spec.revisionName == "")
        #expect(mesh.spec.charts.source == "embedded")
        #expect(mesh.spec.drift.policy == .enforce)
        #expect(!mesh.spec.suspend)
        #expect(mesh.spec.components.ingressGateways == nil)
    }

    @Test("every field is read, and written back as it was")
    func everyField() throws {
        let spec: JSONValue = [
            "profile": "demo", "version": ">=1.29 <1.31", "namespace": "mesh", "revision": "1-30-3",
            "hub": "registry.example.com/istio", "tag": "1.30.3-distroless",
            "meshConfig": ["accessLogFile": "/dev/stdout"], "values": ["pilot": ["traceSampling": 1.5]],
            "components": [
                "cni": ["enabled": true, "namespace": "kube-system"],
                "ingressGateways": [["name": "public", "enabled": true], ["name": "private", "enabled": false]],
                "egressGateways": [],
            ],
            "charts": ["source": "file:///charts"],
            "addons": [
                "kiali": ["enabled": false],
                "prometheus": ["external": ["url": "https://metrics.example.com/prometheus"]],
            ],
            "drift": ["policy": "Report", "ignore": [["kind": "Service", "paths": ["/spec/ports/*/nodePort"]]]],
            "suspend": true,
        ]
        #expect(try Mesh(mesh(spec)).spec.encoded == spec)
    }

    @Test(
        "a wrong document is refused with the path of the field and what to write instead",
        arguments: [
            (["profil": "demo"], #"spec.profil: unknown field: did you mean "profile"?"#),
            (["certificates": ["provider": "Managed"]], "spec.certificates: unknown field"),
            (
                ["profile": "tiny"],
                "spec.profile: unsupported value \"tiny\": use one of default, demo, minimal, ambient, empty, "
                    + "openshift, preview, remote, stable"
            ),
            (["profile": 3], "spec.profile: expected a string, but this is an integer"),
            (["tag": 1.3], "spec.tag: expected a string, but this is a number"),
            (
                ["version": "latest"],
                "spec.version: write an exact version (1.30.3), a line (1.30) or a range (>=1.29 <1.31)"
            ),
            (["revision": "1.30.3"], "spec.revision: write a DNS label, with hyphens for dots: 1-30-3"),
            (["revision": "default"], #"spec.revision: "default" means no revision: leave the field out"#),
            (
                ["components": ["ingressGateways": [["name": "a"], ["enabled": true]]]],
                "spec.components.ingressGateways[1].name: is required"
            ),
            (
                ["components": ["ingressGateways": [["name": "a"], ["name": "a"]]]],
                #"spec.components.ingressGateways: two elements have the name "a": give each its own"#
            ),
            (
                ["components": ["ingressGateways": [["name": "a"]], "egressGateways": [["name": "a"]]]],
                "spec.components: an ingress and an egress gateway have the same name: give each its own"
            ),
            (
                ["components": ["pilot": ["namespace": "elsewhere"]]],
                "spec: components.pilot.namespace: the control plane runs in spec.namespace, leave this out"
            ),
            (
                ["components": ["cni": ["enabled": "yes"]]],
                "spec.components.cni.enabled: expected true or false, but this is a string"
            ),
            (
                ["addons": ["grafana": ["enabled": true, "external": ["url": "https://g.example.com"]]]],
                "spec.addons.grafana: external means that one runs already: leave enabled out, or leave external out "
                    + "to install one"
            ),
            (
                ["addons": ["grafana": ["external": ["url": "grafana:3000"]]]],
                "spec.addons.grafana.external.url: write an http:// or https:// address"
            ),
            (
                ["charts": ["source": "https://user:secret@example.com/charts"]],
                "spec.charts.source: write embedded, https://HOST/PATH of a Helm repository, oci://HOST/PATH of a "
                    + "registry, or file:///PATH for a directory of charts in the operator's file system; credentials "
                    + "belong into the Secret of pullSecretRef"
            ),
            (
                ["drift": ["ignore": [["paths": ["spec.replicas"]]]]],
                "spec.drift.ignore[0].paths[0]: write a JSON pointer such as /spec/replicas or "
                    + "/metadata/annotations/example.com~1team"
            ),
            (["values": []], "spec.values: expected an object, but this is an array"),
        ] as [(JSONValue, String)])
    func refused(spec: JSONValue, problem: String) {
        #expect(problems(mesh(spec)) == [problem])
    }

    @Test("all problems are told at once")
    func severalProblems() {
        #expect(problems(mesh(["profile": "tiny", "suspend": "no", "more": 1])).count == 3)
    }

    @Test("null means left out")
    func null() throws {
        #expect(try Mesh(mesh(["profile": .null, "hub": .null, "components": .null])).spec == MeshSpec())
    }

    @Test("a name that no label can carry is refused")
    func name() {
        #expect(problems(mesh([:], name: "a.b")).first?.hasPrefix("metadata.name: write a name") == true)
    }

    @Test("settings beside the spec and other kinds are refused")
    func beside() {
        var object = mesh([:])
        object["profile"] = "demo"
        #expect(problems(object) == ["profile: unknown field: settings belong under spec"])
        object = mesh([:])
        object.kind = "Istio"
        #expect(problems(object) == ["expected Mesh of boltrope.dev/v1, but this is Istio of boltrope.dev/v1"])
    }

    @Test("a status of a newer version is read as far as it is known")
    func newerStatus() throws {
        var object = mesh([:])
        object["status"] = ["observedGeneration": 4, "certificates": ["root": "x"], "version": "1.30.3"]
        let status = try Mesh(object).status
        #expect(status.observedGeneration == 4)
        #expect(status.version == "1.30.3")
    }

    @Test("an addon that is named is installed, unless it is off or runs elsewhere")
    func addons() throws {
        let addons = try Mesh(
            mesh([
                "addons": [
                    "prometheus": [:], "grafana": ["enabled": false], "kiali": ["enabled": true],
                    "jaeger": ["external": ["url": "http://jaeger.example.com"]],
                ]
            ])
        ).spec.addons
        #expect(addons.prometheus?.isInstalled == true)
        #expect(addons.grafana?.isInstalled == false)
        #expect(addons.kiali?.isInstalled == true)
        #expect(addons.jaeger?.isInstalled == false)
    }
}
