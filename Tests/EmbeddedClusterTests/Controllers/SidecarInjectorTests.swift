import KubeCore
import Testing

@testable import EmbeddedCluster

/// The webhooks of a revision as istiod's chart declares them; the unnamed revision also serves `istio-injection`.
private func webhookConfiguration(_ revision: String, tag: String? = nil, caBundle: String? = "Y2E=") -> KubeObject {
    let name = tag ?? revision
    let isDefault = name == "default"
    var configuration = KubeObject(
        type: .mutatingWebhookConfigurations,
        name: tag.map { "istio-revision-tag-\($0)" }
            ?? (revision == "default" ? "istio-sidecar-injector" : "istio-sidecar-injector-\(revision)"))
    configuration.labels = ["istio.io/rev": revision]
    func webhook(_ prefix: String, namespace: [JSONValue], object: [JSONValue]) -> JSONValue {
        var client: JSONObject = [
            "service": [
                "name": revision == "default" ? "istiod" : .string("istiod-\(revision)"), "namespace": "istio-system",
                "path": "/inject", "port": 443,
            ]
        ]
        if let caBundle { client["caBundle"] = .string(caBundle) }
        return [
            "name": .string(prefix + "sidecar-injector.istio.io"), "clientConfig": .object(client),
            "rules": [["operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]]],
            "failurePolicy": "Fail", "timeoutSeconds": 10,
            "namespaceSelector": ["matchExpressions": .array(namespace)],
            "objectSelector": ["matchExpressions": .array(object)],
        ]
    }
    func requirement(_ key: String, _ comparison: String, _ values: [String] = []) -> JSONValue {
        var object: JSONObject = ["key": .string(key), "operator": .string(comparison)]
        if !values.isEmpty { object["values"] = JSONValue(values) }
        return .object(object)
    }
    let notRefused = requirement("sidecar.istio.io/inject", "NotIn", ["false"])
    var webhooks = [
        webhook(
            "rev.namespace.",
            namespace: [requirement("istio.io/rev", "In", [name]), requirement("istio-injection", "DoesNotExist")],
            object: [notRefused]),
        webhook(
            "rev.object.",
            namespace: [requirement("istio.io/rev", "DoesNotExist"), requirement("istio-injection", "DoesNotExist")],
            object: [notRefused, requirement("istio.io/rev", "In", [name])]),
    ]
    if isDefault {
        webhooks += [
            webhook(
                "namespace.", namespace: [requirement("istio-injection", "In", ["enabled"])], object: [notRefused]),
            webhook(
                "object.",
                namespace: [
                    requirement("istio-injection", "DoesNotExist"), requirement("istio.io/rev", "DoesNotExist"),
                ],
                object: [
                    requirement("sidecar.istio.io/inject", "In", ["true"]), requirement("istio.io/rev", "DoesNotExist"),
                ]),
        ]
    }
    configuration["webhooks"] = .array(webhooks)
    return configuration
}

private func revisions(_ names: String..., values: JSONValue = .null) -> InjectorRevisions {
    var revisions = InjectorRevisions()
    for name in names {
        revisions.byRevision[name] = InjectorRevision(
            revision: name, namespace: "istio-system", values: values,
            proxyImage: "docker.io/istio/proxyv2:1.30.3")
    }
    return revisions
}

private func pod(
    labels: [String: String] = ["app": "web"], annotations: [String: String] = [:], _ spec: JSONObject = JSONObject()
) -> KubeObject {
    var pod = KubeObject(type: .pods, namespace: "shop", name: "web")
    pod.labels = labels
    pod.annotations = annotations
    var merged: JSONObject = ["containers": [["name": "app", "image": "app:1", "ports": [["containerPort": 8080]]]]]
    for (key, value) in spec { merged[key] = value }
    pod["spec"] = .object(merged)
    return pod
}

@Suite("Sidecar injection")
struct SidecarInjectorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var namespace: [String: String]
        var pod: [String: String] = [:]
        var revision: String?
        var testDescription: String { "namespace \(namespace), pod \(pod)" }
    }

    @Test(
        "The labels of namespace and pod decide which revision injects",
        arguments: [
            Case(namespace: [:], revision: nil),
            Case(namespace: ["istio-injection": "enabled"], revision: "default"),
            Case(namespace: ["istio-injection": "enabled", "istio.io/rev": "canary"], revision: "default"),
            Case(namespace: ["istio-injection": "disabled"], pod: ["sidecar.istio.io/inject": "true"], revision: nil),
            Case(namespace: ["istio.io/rev": "canary"], revision: "canary"),
            Case(namespace: ["istio.io/rev": "canary"], pod: ["istio.io/rev": "default"], revision: "canary"),
            Case(namespace: ["istio.io/rev": "stable"], revision: "canary"),
            Case(namespace: [:], pod: ["istio.io/rev": "canary"], revision: "canary"),
            Case(namespace: [:], pod: ["sidecar.istio.io/inject": "true"], revision: "default"),
            Case(
                namespace: [:], pod: ["sidecar.istio.io/inject": "true", "istio.io/rev": "canary"], revision: "canary"),
            Case(
                namespace: ["istio-injection": "enabled"], pod: ["sidecar.istio.io/inject": "false"], revision: nil),
            Case(namespace: ["istio.io/rev": "unknown"], revision: nil),
        ])
    func selection(example: Case) throws {
        let outcome = SidecarInjector.admit(
            pod(labels: example.pod), namespace: "shop", namespaceLabels: example.namespace,
            webhooks: [
                webhookConfiguration("default"), webhookConfiguration("canary"),
                webhookConfiguration("canary", tag: "stable"),
            ], revisions: revisions("default", "canary"))
        switch outcome {
        case .unchanged: #expect(example.revision == nil)
        case .injected(let pod): #expect(pod.annotation("istio.io/rev") == example.revision)
        case .refused(let status): Issue.record("\(status)")
        }
    }

    @Test("Neither pods on the host's network nor the system's namespaces are injected")
    func exemptions() {
        for (pod, namespace) in [(pod(["hostNetwork": true]), "shop"), (pod(), "kube-system")] {
            let outcome = SidecarInjector.admit(
                pod, namespace: namespace, namespaceLabels: ["istio-injection": "enabled"],
                webhooks: [webhookConfiguration("default")], revisions: revisions("default"))
            guard case .unchanged = outcome else {
                Issue.record("\(namespace): injected")
                continue
            }
        }
    }

    @Test("The sidecar is native, says what it added, and marks the pod")
    func sidecar() throws {
        let injected = try inject(pod())
        let names = (injected.spec["initContainers"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        #expect(names == ["istio-init", "istio-proxy"])
        let proxy = injected.spec["initContainers"]?[1]
        #expect(proxy?["image"] == "docker.io/istio/proxyv2:1.30.3")
        #expect(proxy?["restartPolicy"] == "Always")
        #expect(injected.label("security.istio.io/tlsMode") == "istio")
        #expect(injected.label("service.istio.io/canonical-name") == "web")
        #expect(injected.label("service.istio.io/canonical-revision") == "latest")
        let status = try JSONValue(parsing: try #require(injected.annotation("sidecar.istio.io/status")))
        #expect(status["initContainers"] == ["istio-init", "istio-proxy"])
        #expect(status["containers"] == .null)
        #expect(status["revision"] == "default")
        #expect(status["volumes"]?.arrayValue?.contains("istio-token") == true)
        let mounts = Set((proxy?["volumeMounts"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        let volumes = Set((injected.spec["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        #expect(mounts.isSubset(of: volumes))
    }

    @Test("Where native sidecars are off, the proxy is a container; with istio-cni, nothing redirects in the pod")
    func classicAndCNI() throws {
        let injected = try inject(
            pod(annotations: ["sidecar.istio.io/nativeSidecar": "false"]), values: ["pilot": ["cni": ["enabled": true]]]
        )
        let names = { (member: String) in
            (injected.spec[member]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        }
        #expect(names("containers") == ["app", "istio-proxy"])
        #expect(names("initContainers") == ["istio-validation"])
    }

    @Test("A gateway keeps what it says of its container; only the placeholder image is replaced")
    func gateway() throws {
        let injected = try inject(
            pod(
                annotations: ["inject.istio.io/templates": "gateway"],
                [
                    "containers": [
                        [
                            "name": "istio-proxy", "image": "auto", "env": [["name": "TRUST_DOMAIN", "value": "mine"]],
                            "securityContext": ["runAsUser": 0],
                        ]
                    ]
                ]))
        let containers = injected.spec["containers"]?.arrayValue ?? []
        #expect(containers.count == 1)
        let proxy = try #require(containers.first)
        #expect(proxy["image"] == "docker.io/istio/proxyv2:1.30.3")
        #expect(proxy["args"]?[1] == "router")
        #expect(proxy[path: "securityContext", "runAsUser"] == 0)
        #expect(proxy[path: "securityContext", "runAsNonRoot"] == true)
        let domains = (proxy["env"]?.arrayValue ?? []).filter { $0["name"] == "TRUST_DOMAIN" }
        #expect(domains == [["name": "TRUST_DOMAIN", "value": "mine"]])
        #expect(injected.spec["initContainers"] == nil)
        #expect(injected.label("security.istio.io/tlsMode") == nil)
    }

    @Test("A pod that was injected is not injected again")
    func once() throws {
        let injected = try inject(pod())
        let again = SidecarInjector.admit(
            injected, namespace: "shop", namespaceLabels: ["istio-injection": "enabled"],
            webhooks: [webhookConfiguration("default")], revisions: revisions("default"))
        guard case .unchanged = again else {
            Issue.record("injected twice")
            return
        }
    }

    @Test("A control plane that is down, or not trusted yet, fails the request; with policy Ignore it lets it pass")
    func failures() throws {
        func outcome(_ configuration: KubeObject, _ revisions: InjectorRevisions) -> SidecarInjector.Outcome {
            SidecarInjector.admit(
                pod(), namespace: "shop", namespaceLabels: ["istio-injection": "enabled"], webhooks: [configuration],
                revisions: revisions)
        }
        guard case .refused(let down) = outcome(webhookConfiguration("default"), InjectorRevisions()) else {
            Issue.record("let pass")
            return
        }
        #expect(down.code == 500)
        #expect(
            down.message
                == "Internal error occurred: failed calling webhook \"namespace.sidecar-injector.istio.io\": failed to "
                + "call webhook: Post \"https://istiod.istio-system.svc:443/inject?timeout=10s\": no endpoints available "
                + "for service \"istiod\"")
        guard
            case .refused(let untrusted) = outcome(
                webhookConfiguration("default", caBundle: nil), revisions("default"))
        else {
            Issue.record("let pass")
            return
        }
        #expect(untrusted.message.hasSuffix("x509: certificate signed by unknown authority"))
        var lenient = webhookConfiguration("default")
        lenient["webhooks"] = .array(
            (lenient["webhooks"]?.arrayValue ?? []).map {
                var webhook = $0
                webhook["failurePolicy"] = "Ignore"
                return webhook
            })
        guard case .unchanged = outcome(lenient, InjectorRevisions()) else {
            Issue.record("not let pass")
            return
        }
    }

    @Test("A template that does not exist is refused by name")
    func unknownTemplate() {
        let outcome = SidecarInjector.admit(
            pod(annotations: ["inject.istio.io/templates": "other"]), namespace: "shop",
            namespaceLabels: ["istio-injection": "enabled"], webhooks: [webhookConfiguration("default")],
            revisions: revisions("default"))
        guard case .refused(let status) = outcome else {
            Issue.record("let pass")
            return
        }
        #expect(status.message.contains("requested template \"other\" not found"))
    }

    @Test(
        "The proxy's image is the charts', else the neighbour of istiod's",
        arguments: [
            (.null, "docker.io/istio/pilot:1.30.3", "docker.io/istio/proxyv2:1.30.3", 30),
            (
                ["global": ["hub": "registry.test:5000/mesh", "tag": "1.29.6"]], "x/pilot:1",
                "registry.test:5000/mesh/proxyv2:1.29.6", 29
            ),
            (
                ["global": ["tag": "1.30.3", "variant": "distroless"]], "hub/pilot:1.30.3-distroless",
                "hub/proxyv2:1.30.3-distroless", 30
            ),
            (["global": ["proxy": ["image": "my/proxy:7"]]], "hub/pilot:1.30.3", "my/proxy:7", nil),
        ] as [(JSONValue, String, String, Int?)])
    func image(values: JSONValue, pilot: String, expected: String, minor: Int?) {
        let image = ProxyImage(values: values, pilotImage: pilot)
        #expect(image.reference == expected)
        #expect(image.minorVersion == minor)
    }

    private func inject(_ pod: KubeObject, values: JSONValue = .null) throws -> KubeObject {
        let outcome = SidecarInjector.admit(
            pod, namespace: "shop", namespaceLabels: ["istio-injection": "enabled"],
            webhooks: [webhookConfiguration("default")], revisions: revisions("default", values: values))
        guard case .injected(let injected) = outcome else {
            throw Status(code: 500, reason: .internalError, message: "not injected: \(outcome)")
        }
        return injected
    }
}

@Suite("What a ready istiod does to the cluster")
struct IstiodTests {
    private func istiod(_ revision: String, ready: Bool = true) -> JSONValue {
        let name = revision == "default" ? "istiod" : "istiod-\(revision)"
        return [
            "metadata": [
                "name": .string(name), "namespace": "istio-system",
                "labels": ["app": "istiod", "istio.io/rev": .string(revision)],
            ],
            "spec": [
                "selector": ["matchLabels": ["app": "istiod", "istio.io/rev": .string(revision)]],
                "template": [
                    "metadata": [
                        "labels": ["app": "istiod", "istio.io/rev": .string(revision)],
                        "annotations": JSONValue([FailureInjection.neverReady: ready ? "false" : "true"]),
                    ],
                    "spec": ["containers": [["name": "discovery", "image": "docker.io/istio/pilot:1.30.3"]]],
                ],
            ],
        ]
    }

    private func start() async throws -> VirtualCluster {
        let virtual = VirtualCluster()
        try await virtual.start()
        _ = try await virtual.access.create(.namespaces, KubeObject(type: .namespaces, name: "istio-system"))
        for revision in ["default", "canary"] {
            _ = try await virtual.access.create(
                .mutatingWebhookConfigurations, webhookConfiguration(revision, caBundle: nil))
        }
        var validating = KubeObject(type: .validatingWebhookConfigurations, name: "istio-validator-istio-system")
        validating.labels = ["istio.io/rev": "default"]
        validating["webhooks"] = [["name": "rev.validation.istio.io", "failurePolicy": "Ignore"]]
        _ = try await virtual.access.create(.validatingWebhookConfigurations, validating)
        return virtual
    }

    private func bundle(_ virtual: VirtualCluster, _ name: String) -> String? {
        virtual.cluster.object(.mutatingWebhookConfigurations, nil, name)?["webhooks"]?[0]?[
            path: "clientConfig", "caBundle"]?.stringValue
    }

    @Test("Nothing happens before its pod is ready; then it trusts its own webhooks and distributes its root")
    func becomesReady() async throws {
        let virtual = try await start()
        try await virtual.create(.deployments, istiod("default", ready: false))
        try await virtual.settle()
        #expect(bundle(virtual, "istio-sidecar-injector") == nil)
        #expect(virtual.injector.current.byRevision.isEmpty)
        _ = virtual.cluster.takeWrites()
        try await virtual.patch(
            .deployments, "istiod", namespace: "istio-system",
            ["spec": ["template": ["metadata": ["annotations": .null]]]])
        try await virtual.settle()
        #expect(bundle(virtual, "istio-sidecar-injector") != nil)
        #expect(bundle(virtual, "istio-sidecar-injector-canary") == nil)
        let validating = try virtual.get(.validatingWebhookConfigurations, "istio-validator-istio-system")
        #expect(validating["webhooks"]?[0]?["failurePolicy"] == "Fail")
        #expect(
            virtual.cluster.takeWrites().contains(
                "pilot-discovery update mutatingwebhookconfigurations/istio-sidecar-injector"))
        #expect(virtual.injector.current.byRevision["default"]?.proxyImage == "docker.io/istio/proxyv2:1.30.3")
        for namespace in ["default", "istio-system"] {
            let root = try virtual.get(.configMaps, "istio-ca-root-cert", namespace: namespace)
            #expect(root[path: "data", "root-cert.pem"] == .string(SimulationSettings.defaultRootCertificate))
        }
    }

    @Test("The root of `cacerts` is used, and follows it; what others change is put right")
    func followsRoot() async throws {
        let virtual = try await start()
        try await virtual.create(
            .secrets,
            [
                "metadata": ["name": "cacerts", "namespace": "istio-system"],
                "data": ["root-cert.pem": .string(Base64.encode(Array("one".utf8)))],
            ])
        try await virtual.create(.deployments, istiod("canary"))
        try await virtual.settle()
        #expect(bundle(virtual, "istio-sidecar-injector-canary") == Base64.encode(Array("one".utf8)))
        try await virtual.patch(.configMaps, "istio-ca-root-cert", ["data": ["root-cert.pem": "forged"]])
        try await virtual.settle()
        #expect(try virtual.get(.configMaps, "istio-ca-root-cert")[path: "data", "root-cert.pem"] == "one")
    }

    @Test("When the last ready pod goes, injection ends with it, and what was written stays")
    func goesDown() async throws {
        let virtual = try await start()
        try await virtual.create(.deployments, istiod("default"))
        try await virtual.settle()
        #expect(virtual.injector.current.byRevision.keys.sorted() == ["default"])
        try await virtual.patch(.deployments, "istiod", namespace: "istio-system", ["spec": ["replicas": 0]])
        try await virtual.settle()
        #expect(virtual.injector.current.byRevision.isEmpty)
        #expect(bundle(virtual, "istio-sidecar-injector") != nil)
    }
}
