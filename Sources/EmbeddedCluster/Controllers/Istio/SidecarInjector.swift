import KubeCore

/// What the webhook of a ready istiod does to a pod that is being made, as a pure function.
///
/// The webhook configurations of the cluster decide which revision is asked; a revision that is not ready, or whose
/// certificate the server cannot verify yet, fails the request as the real server would.
package struct SidecarInjector: Sendable {
    /// What becomes of the pod.
    package enum Outcome: Sendable {
        /// No injector wants it; it stays as it is.
        case unchanged
        /// It was injected.
        case injected(KubeObject)
        /// The webhook could not be called and its failure policy is `Fail`: the request fails with this.
        case refused(Status)
    }

    /// Injects a pod, if a webhook selects it.
    ///
    /// - Parameters:
    ///   - pod: the pod as asked for, defaulted or not.
    ///   - namespace: where it is being made.
    ///   - namespaceLabels: the labels of that namespace.
    ///   - webhooks: all MutatingWebhookConfigurations of the cluster.
    ///   - revisions: the control planes that are ready.
    package static func admit(
        _ pod: KubeObject, namespace: String, namespaceLabels: [String: String], webhooks: [KubeObject],
        revisions: InjectorRevisions
    ) -> Outcome {
        var labels = namespaceLabels
        labels["kubernetes.io/metadata.name"] = namespace
        for webhook in InjectionRules.webhooks(selecting: pod, namespaceLabels: labels, in: webhooks) {
            if let failure = failure(of: webhook, revisions) {
                if webhook.failsOpen { continue }
                return .refused(failure)
            }
            // A second webhook that selects the pod finds it injected already.
            guard let revision = revisions.byRevision[webhook.revision],
                InjectionRules.injects(pod, namespace: namespace), pod.annotation(statusAnnotation) == nil
            else { continue }
            do throws(Status) {
                return .injected(
                    try inject(pod, namespace: namespace, revision: revision, webhook: webhook.name))
            } catch {
                return .refused(error)
            }
        }
        return .unchanged
    }

    static let statusAnnotation = "sidecar.istio.io/status"

    private static func failure(of webhook: InjectionRules.Webhook, _ revisions: InjectorRevisions) -> Status? {
        let service = webhook.service
        let url =
            "https://\(service.name).\(service.namespace).svc:\(service.port)\(service.path)"
            + "?timeout=\(webhook.timeoutSeconds)s"
        let cause: String
        if revisions.byRevision[webhook.revision] == nil {
            cause = "no endpoints available for service \"\(service.name)\""
        } else if !webhook.hasTrust {
            cause = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        } else {
            return nil
        }
        return .internalError(
            "failed calling webhook \"\(webhook.name)\": failed to call webhook: Post \"\(url)\": \(cause)")
    }

    /// Injects a pod by the templates that it names, `sidecar` if it names none.
    private static func inject(
        _ pod: KubeObject, namespace: String, revision: InjectorRevision, webhook: String
    ) throws(Status) -> KubeObject {
        let names = (pod.annotation("inject.istio.io/templates") ?? "sidecar").split(separator: ",").map {
            String($0).trimmingSpaces
        }
        var injected = pod
        for name in names {
            let template = ProxyTemplate(pod: injected, namespace: namespace, revision: revision)
            switch name {
            case "sidecar": injected = template.withSidecar()
            case "gateway": injected = template.withGateway()
            default:
                throw Status(
                    code: 400, reason: .badRequest,
                    message: "admission webhook \"\(webhook)\" denied the request: "
                        + "requested template \"\(name)\" not found; have gateway, sidecar")
            }
        }
        injected.annotations[statusAnnotation] = status(of: injected, before: pod, revision.revision)
        return injected
    }

    /// What the injector says it added.
    private static func status(of pod: KubeObject, before: KubeObject, _ revision: String) -> String {
        func added(_ member: String) -> JSONValue {
            let known = Set((before.spec[member]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
            let names = (pod.spec[member]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
                .filter { !known.contains($0) || $0 == "istio-proxy" }
            return names.isEmpty ? .null : JSONValue(names)
        }
        let status: JSONValue = [
            "initContainers": added("initContainers"), "containers": added("containers"), "volumes": added("volumes"),
            "imagePullSecrets": added("imagePullSecrets"), "revision": .string(revision),
        ]
        return status.serialized()
    }
}

extension String {
    /// Without spaces at either end.
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
