import KubeCore

/// Who injects a pod: the webhooks that select it, then the rules that the injector itself applies.
struct InjectionRules {
    private static let ignoredNamespaces: Set<String> = [
        "kube-system", "kube-public", "kube-node-lease", "local-path-storage",
    ]
    private static let injectKey = "sidecar.istio.io/inject"

    /// A webhook of an injector, and the revision that answers it.
    struct Webhook {
        var name: String
        var revision: String
        /// `https://SERVICE.NAMESPACE.svc:PORT/PATH?timeout=…`, as errors name the call.
        var service: (name: String, namespace: String, path: String, port: Int)
        var timeoutSeconds: Int
        var hasTrust: Bool
        var failsOpen: Bool
    }

    /// The webhooks of injectors that select a pod, in the order in which the server calls them.
    static func webhooks(
        selecting pod: KubeObject, namespaceLabels: [String: String], in configurations: [KubeObject]
    ) -> [Webhook] {
        let labels = pod.labels
        return configurations.sorted { $0.name.utf8Less(than: $1.name) }.flatMap { configuration in
            (configuration["webhooks"]?.arrayValue ?? []).compactMap { webhook -> Webhook? in
                guard let name = webhook["name"]?.stringValue, name.hasSuffix("sidecar-injector.istio.io"),
                    concernsPods(webhook), matches(webhook["namespaceSelector"], namespaceLabels),
                    matches(webhook["objectSelector"], labels)
                else { return nil }
                let client = webhook["clientConfig"]
                let service = client?["service"]
                return Webhook(
                    name: name, revision: configuration.label("istio.io/rev") ?? "default",
                    service: (
                        service?["name"]?.stringValue ?? "istiod", service?["namespace"]?.stringValue ?? "istio-system",
                        service?["path"]?.stringValue ?? "/", service?["port"]?.intValue ?? 443
                    ), timeoutSeconds: webhook["timeoutSeconds"]?.intValue ?? 10,
                    hasTrust: !(client?["caBundle"]?.stringValue ?? "").isEmpty,
                    failsOpen: webhook["failurePolicy"]?.stringValue == "Ignore")
            }
        }
    }

    /// Whether the injector, once asked, injects: neither hosts' pods, nor its own and the system's namespaces, nor
    /// pods that say no.
    static func injects(_ pod: KubeObject, namespace: String) -> Bool {
        if pod.spec["hostNetwork"]?.boolValue == true || ignoredNamespaces.contains(namespace) { return false }
        // A label wins over the annotation of the same name.
        switch pod.label(injectKey) ?? pod.annotation(injectKey) ?? "" {
        case "", "true", "y", "yes", "on": return true
        default: return false
        }
    }

    private static func matches(_ selector: JSONValue?, _ labels: [String: String]) -> Bool {
        guard let selector else { return true }
        return LabelSelector(selector)?.matches(labels) ?? false
    }

    private static func concernsPods(_ webhook: JSONValue) -> Bool {
        (webhook["rules"]?.arrayValue ?? []).contains { rule in
            let has = { (member: String, value: String) in
                let values = rule[member]?.stringArrayValue ?? []
                return values.contains(value) || values.contains("*")
            }
            return has("operations", "CREATE") && has("resources", "pods") && has("apiGroups", "")
        }
    }
}
