import KubeCore

/// The proxy as a control plane adds it to a pod: a sidecar beside the application, or a gateway of its own.
struct ProxyTemplate {
    let pod: KubeObject
    let namespace: String
    let revision: InjectorRevision

    private var values: JSONValue { revision.values }
    private var proxy: JSONValue { values[path: "global", "proxy"] ?? .null }
    private var usesCNI: Bool { values[path: "pilot", "cni", "enabled"]?.boolValue == true }
    private var annotations: [String: String] { pod.annotations }

    private var image: String {
        let requested = annotations["sidecar.istio.io/proxyImage"]
        return requested.flatMap { $0.contains("/") ? $0 : nil } ?? revision.proxyImage
    }

    private var usesNativeSidecar: Bool {
        annotations["sidecar.istio.io/nativeSidecar"].map { $0 != "false" } ?? revision.usesNativeSidecars
    }

    private func text(_ path: String..., fallback: String) -> String {
        // Charts spell "as usual" as an empty string.
        guard let value = values.value(at: path[...]), value != "" else { return fallback }
        return value.stringValue ?? (value.isNull ? fallback : value.serialized())
    }

    /// The pod with a sidecar, and with what redirects its traffic unless istio-cni does.
    func withSidecar() -> KubeObject {
        var result = pod
        label(&result, defaults: ["security.istio.io/tlsMode": "istio"])
        let application = (pod.spec["containers"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            .first { $0 != "istio-proxy" }
        if let application {
            annotate(&result, "kubectl.kubernetes.io/default-logs-container", application)
            annotate(&result, "kubectl.kubernetes.io/default-container", application)
        }
        scrape(&result)
        var initContainers = pod.spec["initContainers"]?.arrayValue ?? []
        var containers = pod.spec["containers"]?.arrayValue ?? []
        // The user may have declared the proxy to override parts of it; it is found wherever it was declared.
        let declared = (containers + initContainers).first { $0["name"] == "istio-proxy" }
        containers.removeAll { $0["name"] == "istio-proxy" }
        initContainers.removeAll { $0["name"] == "istio-proxy" }
        var container = proxyContainer(role: "sidecar")
        if usesNativeSidecar {
            container["restartPolicy"] = "Always"
            container["lifecycle"] = [
                "preStop": ["exec": ["command": ["pilot-agent", "request", "--debug-port=15020", "POST", "drain"]]]
            ]
        }
        container = Self.overriding(container, by: declared)
        let mode = annotations["sidecar.istio.io/interceptionMode"] ?? "REDIRECT"
        let redirection = mode == "NONE" ? [] : [redirectionContainer(mode: mode)]
        if usesNativeSidecar {
            initContainers = redirection + [container] + initContainers
        } else {
            initContainers = redirection + initContainers
            let isFirst = proxy["holdApplicationUntilProxyStarts"]?.boolValue == true
            containers = isFirst ? [container] + containers : containers + [container]
        }
        result.set(initContainers.isEmpty ? nil : .array(initContainers), at: "spec", "initContainers")
        result.set(.array(containers), at: "spec", "containers")
        addVolumes(&result)
        return result
    }

    /// The pod as a gateway: its container `istio-proxy` completed, and its placeholder image replaced.
    func withGateway() -> KubeObject {
        var result = pod
        label(&result, defaults: [:])
        scrape(&result)
        var containers = pod.spec["containers"]?.arrayValue ?? []
        let index = containers.firstIndex { $0["name"] == "istio-proxy" }
        let container = Self.overriding(proxyContainer(role: "router"), by: index.map { containers[$0] })
        if let index { containers[index] = container } else { containers.append(container) }
        result.set(.array(containers), at: "spec", "containers")
        addVolumes(&result)
        return result
    }

    // MARK: Metadata

    private func label(_ result: inout KubeObject, defaults: [String: String]) {
        let known = pod.labels
        var labels = defaults.merging(known) { $1 }
        let owner = workloadName
        labels["service.istio.io/canonical-name"] =
            known["service.istio.io/canonical-name"] ?? known["app.kubernetes.io/name"] ?? known["app"] ?? owner
        labels["service.istio.io/canonical-revision"] =
            known["service.istio.io/canonical-revision"] ?? known["app.kubernetes.io/version"] ?? known["version"]
            ?? "latest"
        result.labels = labels
        result.annotations["istio.io/rev"] = revision.revision
    }

    /// The name of the Deployment, or of whatever controls the pod, as far as the pod alone tells.
    private var workloadName: String {
        guard let owner = pod.controller else { return pod.name.isEmpty ? "pod" : pod.name }
        if owner.kind == "ReplicaSet", let hash = pod.label("pod-template-hash"), owner.name.hasSuffix("-\(hash)") {
            return String(owner.name.dropLast(hash.count + 1))
        }
        return owner.name
    }

    private func annotate(_ result: inout KubeObject, _ key: String, _ value: String) {
        if result.annotation(key) == nil { result.annotations[key] = value }
    }

    private func scrape(_ result: inout KubeObject) {
        guard pod.annotation("prometheus.io/scrape") != "false" else { return }
        result.annotations.merge([
            "prometheus.io/scrape": "true", "prometheus.io/port": "15020", "prometheus.io/path": "/stats/prometheus",
        ]) { $1 }
    }

    // MARK: Containers

    private func redirectionContainer(mode: String) -> JSONValue {
        let range = { (key: String, value: String, fallback: String) in
            annotations["traffic.sidecar.istio.io/\(key)"] ?? text("global", "proxy", value, fallback: fallback)
        }
        let excluded = range("excludeInboundPorts", "excludeInboundPorts", "")
        var arguments = [
            "istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", mode, "-i",
            range("includeOutboundIPRanges", "includeIPRanges", "*"), "-x",
            range("excludeOutboundIPRanges", "excludeIPRanges", ""), "-b",
            range("includeInboundPorts", "includeInboundPorts", "*"), "-d",
            (["15090", "15021", "15020"] + (excluded.isEmpty ? [] : [excluded])).joined(separator: ","),
            "--log_output_level=\(text("global", "logging", "level", fallback: "default:info"))",
        ]
        if usesCNI { arguments += ["--run-validation", "--skip-rule-apply"] }
        let security: JSONValue =
            usesCNI
            ? [
                "allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true,
                "runAsGroup": 1337, "runAsUser": 1337, "runAsNonRoot": true, "capabilities": ["drop": ["ALL"]],
            ]
            : [
                "allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": false,
                "runAsGroup": 0, "runAsUser": 0, "runAsNonRoot": false,
                "capabilities": ["add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]],
            ]
        var container: JSONObject = [
            "name": usesCNI ? "istio-validation" : "istio-init", "image": .string(image),
            "args": JSONValue(arguments), "securityContext": security,
        ]
        if let resources { container["resources"] = resources }
        return .object(container)
    }

    private var resources: JSONValue? {
        var resources = JSONObject()
        for (kind, cpu, memory) in [
            ("requests", "proxyCPU", "proxyMemory"), ("limits", "proxyCPULimit", "proxyMemoryLimit"),
        ] {
            var amounts = JSONObject()
            if let amount = annotations["sidecar.istio.io/\(cpu)"] { amounts["cpu"] = .string(amount) }
            if let amount = annotations["sidecar.istio.io/\(memory)"] { amounts["memory"] = .string(amount) }
            if !amounts.isEmpty { resources[kind] = .object(amounts) }
        }
        return resources.isEmpty ? proxy["resources"] : .object(resources)
    }

    private func proxyContainer(role: String) -> JSONValue {
        let level = annotations["sidecar.istio.io/logLevel"] ?? text("global", "proxy", "logLevel", fallback: "warning")
        var container: JSONObject = [
            "name": "istio-proxy", "image": .string(image),
            "ports": [["containerPort": 15090, "protocol": "TCP", "name": "http-envoy-prom"]],
            "args": [
                "proxy", .string(role), "--domain",
                .string(
                    "$(POD_NAMESPACE).svc." + text("global", "proxy", "clusterDomain", fallback: "cluster.local")),
                .string("--proxyLogLevel=\(level)"),
                .string(
                    "--proxyComponentLogLevel="
                        + text("global", "proxy", "componentLogLevel", fallback: "misc:error")),
                .string("--log_output_level=" + text("global", "logging", "level", fallback: "default:info")),
            ],
            "env": .array(environment),
            "startupProbe": Self.probe(period: 1, failureThreshold: 600),
            "readinessProbe": Self.probe(period: 15, failureThreshold: 4),
            "securityContext": [
                "allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true,
                "runAsGroup": 1337, "runAsUser": 1337, "runAsNonRoot": true, "capabilities": ["drop": ["ALL"]],
            ],
            "volumeMounts": .array(Self.mounts.map { ["name": .string($0.name), "mountPath": .string($0.path)] }),
        ]
        if let resources { container["resources"] = resources }
        return .object(container)
    }

    private static func probe(period: Int64, failureThreshold: Int64) -> JSONValue {
        [
            "httpGet": ["path": "/healthz/ready", "port": 15021], "periodSeconds": .integer(period),
            "timeoutSeconds": 3, "failureThreshold": .integer(failureThreshold),
        ]
    }

    private var environment: [JSONValue] {
        func value(_ name: String, _ value: String) -> JSONValue { ["name": .string(name), "value": .string(value)] }
        func field(_ name: String, _ path: String) -> JSONValue {
            ["name": .string(name), "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]]
        }
        func resource(_ name: String, _ path: String) -> JSONValue {
            ["name": .string(name), "valueFrom": ["resourceFieldRef": ["resource": .string(path), "divisor": "1"]]]
        }
        let suffix = revision.revision == "default" ? "" : "-\(revision.revision)"
        let domain = text("global", "trustDomain", fallback: "cluster.local")
        let applications = (pod.spec["containers"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            .filter { $0 != "istio-proxy" }.joined(separator: ",")
        let address = text("global", "caAddress", fallback: "")
        var environment = [
            value("PILOT_CERT_PROVIDER", text("global", "pilotCertProvider", fallback: "istiod")),
            value("CA_ADDR", address.isEmpty ? "istiod\(suffix).\(revision.namespace).svc:15012" : address),
            field("POD_NAME", "metadata.name"), field("POD_NAMESPACE", "metadata.namespace"),
            field("INSTANCE_IP", "status.podIP"), field("SERVICE_ACCOUNT", "spec.serviceAccountName"),
            field("HOST_IP", "status.hostIP"), resource("ISTIO_CPU_LIMIT", "limits.cpu"),
            value("PROXY_CONFIG", "{}"), value("ISTIO_META_POD_PORTS", podPorts),
            value("ISTIO_META_APP_CONTAINERS", applications), resource("GOMEMLIMIT", "limits.memory"),
            resource("GOMAXPROCS", "limits.cpu"),
            value(
                "ISTIO_META_CLUSTER_ID", text("global", "multiCluster", "clusterName", fallback: "Kubernetes")),
            field("ISTIO_META_NODE_NAME", "spec.nodeName"),
            value(
                "ISTIO_META_INTERCEPTION_MODE", annotations["sidecar.istio.io/interceptionMode"] ?? "REDIRECT"),
            value("ISTIO_META_WORKLOAD_NAME", workloadName),
            value(
                "ISTIO_META_OWNER",
                "kubernetes://apis/apps/v1/namespaces/\(namespace)/deployments/\(workloadName)"),
            value("ISTIO_META_MESH_ID", text("global", "meshID", fallback: domain)), value("TRUST_DOMAIN", domain),
        ]
        let network = pod.label("topology.istio.io/network") ?? text("global", "network", fallback: "")
        if !network.isEmpty { environment.append(value("ISTIO_META_NETWORK", network)) }
        return environment
    }

    private var podPorts: String {
        let ports = (pod.spec["containers"]?.arrayValue ?? []).filter { $0["name"] != "istio-proxy" }
            .flatMap { $0["ports"]?.arrayValue ?? [] }
        return JSONValue.array(ports).serialized()
    }

    // MARK: Volumes

    private static let mounts = [
        ("workload-socket", "/var/run/secrets/workload-spiffe-uds"),
        ("credential-socket", "/var/run/secrets/credential-uds"),
        ("workload-certs", "/var/run/secrets/workload-spiffe-credentials"),
        ("istiod-ca-cert", "/var/run/secrets/istio"), ("istio-ca-crl", "/var/run/secrets/istio/crl"),
        ("istio-data", "/var/lib/istio/data"), ("istio-envoy", "/etc/istio/proxy"),
        ("istio-token", "/var/run/secrets/tokens"), ("istio-podinfo", "/etc/istio/pod"),
    ].map { (name: $0.0, path: $0.1) }

    private func addVolumes(_ result: inout KubeObject) {
        let token: JSONValue = [
            "serviceAccountToken": [
                "path": "istio-token", "expirationSeconds": 43200,
                "audience": .string(text("global", "sds", "token", "aud", fallback: "istio-ca")),
            ]
        ]
        let information: JSONValue = [
            ["path": "labels", "fieldRef": ["fieldPath": "metadata.labels"]],
            ["path": "annotations", "fieldRef": ["fieldPath": "metadata.annotations"]],
        ]
        let volumes: [JSONValue] = [
            ["name": "workload-socket", "emptyDir": .object(JSONObject())],
            ["name": "credential-socket", "emptyDir": .object(JSONObject())],
            ["name": "workload-certs", "emptyDir": .object(JSONObject())],
            ["name": "istio-envoy", "emptyDir": ["medium": "Memory"]],
            ["name": "istio-data", "emptyDir": .object(JSONObject())],
            ["name": "istio-podinfo", "downwardAPI": ["items": information]],
            ["name": "istio-token", "projected": ["sources": [token]]],
            [
                "name": "istiod-ca-cert",
                "configMap": ["name": .string(text("global", "trustBundleName", fallback: "istio-ca-root-cert"))],
            ],
            ["name": "istio-ca-crl", "configMap": ["name": "istio-ca-crl", "optional": true]],
        ]
        let known = pod.spec["volumes"]?.arrayValue ?? []
        let names = Set(known.compactMap { $0["name"]?.stringValue })
        result.set(
            .array(volumes.filter { !names.contains($0["name"]?.stringValue ?? "") } + known), at: "spec", "volumes")
    }

    // MARK: Overriding

    /// What a list of a container is merged by.
    private static let mergeKeys = ["env": "name", "ports": "containerPort", "volumeMounts": "mountPath"]

    /// The template's container with what the pod itself says of it; only the placeholder image gives way.
    static func overriding(_ template: JSONValue, by declared: JSONValue?) -> JSONValue {
        guard case .object(let members) = declared, case .object(var result) = template else { return template }
        for (member, value) in members {
            if member == "image", value == "auto" || value == "" { continue }
            if let key = mergeKeys[member], let own = value.arrayValue, let known = result[member]?.arrayValue {
                let taken = Set(own.compactMap { $0[key]?.serialized() })
                result[member] = .array(known.filter { !taken.contains($0[key]?.serialized() ?? "") } + own)
            } else if value.objectValue != nil, let known = result[member], known.objectValue != nil,
                member != "resources"
            {
                result[member] = MergePatch.apply(value, to: known)
            } else {
                result[member] = value
            }
        }
        return .object(result)
    }
}
