import KubeCore

/// What istiods that are ready do to the cluster: trust for their webhooks, the root certificate in every namespace.
///
/// All of it stops when no pod of an istiod is ready, and nothing is undone: a control plane that is down leaves
/// behind what it wrote, as the real one does. One request stands for all revisions.
struct IstiodController: ClusterController {
    /// The user agent, and with it the field manager, of the real istiod.
    var name: String { "pilot-discovery" }

    private static let key = ResourceKey(resource: "istiods", namespace: nil, name: "")
    private static let rootConfigMap = "istio-ca-root-cert"
    private static let ignoredNamespaces: Set<String> = ["kube-public", "kube-node-lease", "local-path-storage"]

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        let object = change.object
        let concerns: Bool
        switch change.type {
        case .pods:
            concerns =
                object.label("app") == "istiod"
                && (change.old?.isReady != change.new?.isReady
                    || change.old?.isBeingDeleted != change.new?.isBeingDeleted)
        case .mutatingWebhookConfigurations, .validatingWebhookConfigurations:
            concerns = object.label("istio.io/rev") != nil
        case .namespaces:
            concerns = change.new != nil
        case .configMaps:
            concerns = object.name == Self.rootConfigMap || object.name.hasPrefix("istio-sidecar-injector")
        case .secrets:
            concerns = object.name == "cacerts"
        default: concerns = false
        }
        return concerns ? [Self.key] : []
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        let cache = context.cache
        var revisions = InjectorRevisions()
        var roots: [String: String] = [:]
        for deployment in cache.objects(.deployments) where deployment.label("app") == "istiod" {
            guard let pod = Self.readyPod(of: deployment, in: cache) else { continue }
            let name = pod.label("istio.io/rev") ?? deployment.label("istio.io/rev") ?? "default"
            let namespace = deployment.namespace ?? ""
            let configMap = name == "default" ? "istio-sidecar-injector" : "istio-sidecar-injector-\(name)"
            let values = Self.values(cache.object(.configMaps, namespace: namespace, name: configMap))
            let image = ProxyImage(values: values, pilotImage: Self.image(of: pod))
            revisions.byRevision[name] = InjectorRevision(
                revision: name, namespace: namespace, values: values, proxyImage: image.reference,
                usesNativeSidecars: Self.usesNativeSidecars(values, image))
            roots[name] = Self.root(inNamespace: namespace, context)
        }
        if context.revisions != revisions { context.revisions = revisions }
        var actions: [ControllerAction] = []
        for (revision, root) in roots.sorted(by: { $0.key < $1.key }) {
            actions += Self.trust(root, revision: revision, in: cache)
        }
        // One of the control planes holds the lock of the namespace controller; the least name stands for it.
        if let root = roots.min(by: { $0.key < $1.key })?.value { actions += Self.distribute(root, in: cache) }
        return actions
    }

    private static func readyPod(of deployment: KubeObject, in cache: ClusterCache) -> KubeObject? {
        cache.controlled(.replicaSets, by: deployment.uid ?? "").lazy
            .flatMap { cache.controlled(.pods, by: $0.uid ?? "") }
            .first { $0.isReady && !$0.isBeingDeleted }
    }

    private static func image(of pod: KubeObject) -> String {
        let containers = pod.spec["containers"]?.arrayValue ?? []
        return (containers.first { $0["name"] == "discovery" } ?? containers.first)?["image"]?.stringValue ?? ""
    }

    /// The charts' values that istiod injects with; null if its ConfigMap is missing or says something else.
    private static func values(_ configMap: KubeObject?) -> JSONValue {
        guard let text = configMap?[path: "data", "values"]?.stringValue else { return .null }
        do {
            return try JSONValue(parsing: text)
        } catch {
            // The real istiod keeps what it had; here, as without the ConfigMap, it injects with the defaults.
            return .null
        }
    }

    private static func usesNativeSidecars(_ values: JSONValue, _ image: ProxyImage) -> Bool {
        if let setting = values[path: "pilot", "env", "ENABLE_NATIVE_SIDECARS"] {
            return setting.boolValue ?? (setting.stringValue == "true")
        }
        // On by default since 1.27.
        return image.minorVersion.map { $0 >= 27 } ?? true
    }

    /// The root that the control plane of a namespace signs under: of `cacerts`, or self-signed.
    private static func root(inNamespace namespace: String, _ context: ControllerContext) -> String {
        let secret = context.cache.object(.secrets, namespace: namespace, name: "cacerts")
        guard let encoded = secret?[path: "data", "root-cert.pem"]?.stringValue else {
            return context.settings.rootCertificate
        }
        switch Base64.decode(encoded) {
        case .success(let root): return String(decoding: root, as: UTF8.self)
        case .failure: return context.settings.rootCertificate
        }
    }

    /// Puts the root into the webhooks of a revision, and lets the validating ones fail closed.
    private static func trust(_ root: String, revision: String, in cache: ClusterCache) -> [ControllerAction] {
        let bundle = JSONValue.string(Base64.encode(Array(root.utf8)))
        return [ResourceType.mutatingWebhookConfigurations, .validatingWebhookConfigurations].flatMap { type in
            cache.objects(type).filter { $0.label("istio.io/rev") == revision && !$0.isBeingDeleted }
                .sorted { $0.name.utf8Less(than: $1.name) }
                .compactMap { configuration -> ControllerAction? in
                    var webhooks = configuration["webhooks"]?.arrayValue ?? []
                    for index in webhooks.indices {
                        webhooks[index].set(bundle, at: "clientConfig", "caBundle")
                        if type == .validatingWebhookConfigurations { webhooks[index]["failurePolicy"] = "Fail" }
                    }
                    var new = configuration
                    new["webhooks"] = .array(webhooks)
                    return webhooks.isEmpty || new == configuration ? nil : .update(type, new)
                }
        }
    }

    /// Writes the root into every namespace, and puts it right where it was changed.
    private static func distribute(_ root: String, in cache: ClusterCache) -> [ControllerAction] {
        let data: JSONValue = ["root-cert.pem": .string(root)]
        return cache.objects(.namespaces)
            .filter { !$0.isBeingDeleted && !ignoredNamespaces.contains($0.name) }
            .sorted { $0.name.utf8Less(than: $1.name) }
            .compactMap { namespace in
                if let known = cache.object(.configMaps, namespace: namespace.name, name: rootConfigMap) {
                    guard known["data"] != data || known.label("istio.io/config") != "true" else { return nil }
                    var new = known
                    new["data"] = data
                    new.labels["istio.io/config"] = "true"
                    return known.isBeingDeleted ? nil : .update(.configMaps, new)
                }
                var new = KubeObject(type: .configMaps, namespace: namespace.name, name: rootConfigMap)
                new.labels = ["istio.io/config": "true"]
                new["data"] = data
                return .create(.configMaps, new)
            }
    }
}

/// The proxy's image: of the charts' values, else the neighbour of istiod's own.
struct ProxyImage {
    /// The whole reference.
    let reference: String

    /// - Parameters:
    ///   - values: `global.hub`, `global.tag`, `global.variant` and `global.proxy.image`.
    ///   - pilotImage: the image of istiod, for example `docker.io/istio/pilot:1.30.3`.
    init(values: JSONValue, pilotImage: String) {
        let global = values["global"]
        let name = global?[path: "proxy", "image"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? "proxyv2"
        if name.contains("/") {
            reference = name
            return
        }
        let slash = pilotImage.lastIndex(of: "/")
        let rest = slash.map { pilotImage[pilotImage.index(after: $0)...] } ?? pilotImage[...]
        let pilotTag = rest.firstIndex(of: ":").map { String(rest[rest.index(after: $0)...]) } ?? "latest"
        let pilotHub = slash.map { String(pilotImage[..<$0]) } ?? "docker.io/istio"
        let setting = { (member: String) -> String? in
            guard let value = global?[member], !value.isNull else { return nil }
            let text = value.stringValue ?? value.serialized()
            return text.isEmpty ? nil : text
        }
        var tag = setting("tag") ?? pilotTag
        if let variant = setting("variant"), !tag.hasSuffix("-\(variant)") { tag += "-\(variant)" }
        reference = "\(setting("hub") ?? pilotHub)/\(name):\(tag)"
    }

    /// The minor version that the tag tells: 30 of `1.30.3-distroless`.
    var minorVersion: Int? {
        guard let colon = reference.lastIndex(of: ":") else { return nil }
        let parts = reference[reference.index(after: colon)...].split(separator: ".")
        guard parts.count >= 2, parts[0] == "1" else { return nil }
        return Int(parts[1].prefix { $0.isNumber })
    }
}
