import KubeCore

/// Gateways of the Gateway API: a Deployment and a Service for each of class `istio`, and its status, as istiod makes them
/// while it is ready.
///
/// The template is minimal; the image `auto` and the annotation `inject.istio.io/templates: gateway` leave the proxy to
/// injection, as in istiod's own.
struct GatewayController: ClusterController {
    var name: String { "istiod-gateway" }

    private static let resource = "gateways.gateway.networking.k8s.io"
    private static let nameLabel = "gateway.networking.k8s.io/gateway-name"
    private static let classes: Set<String> = ["istio"]

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .deployments, .services:
            guard let name = change.object.label(Self.nameLabel) else {
                // A control plane may have become ready.
                return change.object.label("app") == "istiod" ? cache.keys(of: Self.resource) : []
            }
            return [ResourceKey(resource: Self.resource, namespace: change.object.namespace, name: name)]
        default:
            return change.type.qualifiedName == Self.resource ? [ResourceKey(change.type, change.object)] : []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let gateway = context.cache.object(key), !gateway.isBeingDeleted,
            let type = context.cache.type(of: Self.resource),
            Self.classes.contains(gateway.spec["gatewayClassName"]?.stringValue ?? ""),
            // One that names an address of its own is attached to what has it, not deployed.
            gateway.spec["addresses"]?.arrayValue?.isEmpty ?? true, isControlled(context.cache)
        else { return [] }
        let name = "\(gateway.name)-istio"
        let deployment = context.cache.object(.deployments, namespace: gateway.namespace, name: name)
        let service = context.cache.object(.services, namespace: gateway.namespace, name: name)
        var actions: [ControllerAction] = []
        if deployment == nil { actions.append(.create(.deployments, Self.deployment(name, of: gateway, type))) }
        if let service {
            var new = service
            new.set(.array(Self.ports(of: gateway, known: service)), at: "spec", "ports")
            actions += ControllerAction.patch(.services, from: service, to: new)
        } else {
            actions.append(.create(.services, Self.service(name, of: gateway, type)))
        }
        return actions
            + ControllerAction.patchStatus(
                of: gateway, type, to: Self.status(of: gateway, deployment, service, now: context.now))
    }

    private func isControlled(_ cache: ClusterCache) -> Bool {
        cache.objects(.deployments).contains { $0.label("app") == "istiod" && $0.statusCount("readyReplicas") > 0 }
    }

    private static func made(
        _ type: ResourceType, _ name: String, for gateway: KubeObject, _ owner: ResourceType
    ) -> KubeObject {
        var object = KubeObject(type: type, namespace: gateway.namespace, name: name)
        object.labels = gateway.labels.merging([
            nameLabel: gateway.name, "gateway.networking.k8s.io/gateway-class-name": "istio",
            "gateway.istio.io/managed": "istio.io-gateway-controller",
        ]) { $1 }
        object.ownerReferences = [
            OwnerReference(
                apiVersion: owner.apiVersion, kind: owner.kind, name: gateway.name, uid: gateway.uid ?? "")
        ]
        return object
    }

    private static func deployment(_ name: String, of gateway: KubeObject, _ type: ResourceType) -> KubeObject {
        var deployment = made(.deployments, name, for: gateway, type)
        var labels = [nameLabel: gateway.name, "sidecar.istio.io/inject": "true"]
        if let revision = gateway.label("istio.io/rev") { labels["istio.io/rev"] = revision }
        deployment["spec"] = [
            "selector": ["matchLabels": [nameLabel: .string(gateway.name)]],
            "template": [
                "metadata": [
                    "labels": JSONValue(labels),
                    "annotations": ["inject.istio.io/templates": "gateway"],
                ],
                "spec": [
                    "containers": [
                        [
                            "name": "istio-proxy", "image": "auto",
                            "ports": [["name": "http-envoy-prom", "containerPort": 15090, "protocol": "TCP"]],
                        ]
                    ]
                ],
            ],
        ]
        return deployment
    }

    private static func service(_ name: String, of gateway: KubeObject, _ type: ResourceType) -> KubeObject {
        var service = made(.services, name, for: gateway, type)
        service["spec"] = [
            "type": .string(gateway.annotation("networking.istio.io/service-type") ?? "LoadBalancer"),
            "selector": [nameLabel: .string(gateway.name)], "ports": .array(ports(of: gateway, known: nil)),
        ]
        return service
    }

    /// The status port and one port for every port that listeners share; what the server filled in stays.
    private static func ports(of gateway: KubeObject, known: KubeObject?) -> [JSONValue] {
        var wanted: [(name: String, port: Int, application: String)] = [("status-port", 15021, "tcp")]
        for listener in gateway.spec["listeners"]?.arrayValue ?? [] {
            guard let port = listener["port"]?.intValue, !wanted.contains(where: { $0.port == port }) else { continue }
            let application = listener["protocol"]?.stringValue?.lowercased() ?? "http"
            wanted.append((listener["name"]?.stringValue ?? "port-\(port)", port, application))
        }
        let present = known?.spec["ports"]?.arrayValue ?? []
        return wanted.map { port in
            if let kept = present.first(where: {
                $0["port"]?.intValue == port.port && $0["name"]?.stringValue == port.name
            }) {
                return kept
            }
            return [
                "name": .string(port.name), "port": .integer(Int64(port.port)), "protocol": "TCP",
                "appProtocol": .string(port.application),
            ]
        }
    }

    private static func status(
        of gateway: KubeObject, _ deployment: KubeObject?, _ service: KubeObject?, now: Timestamp
    ) -> JSONObject {
        var status = gateway.status
        var conditions = status.conditions
        let generation: JSONObject = ["observedGeneration": .integer(gateway.generation)]
        let isRenewed = conditions.contains { $0["observedGeneration"]?.integerValue != gateway.generation }
        Condition("Accepted", true, reason: "Accepted", message: "Resource accepted")
            .set(in: &conditions, now: now, extra: generation, isRenewed: isRenewed)
        let address = service?[path: "status", "loadBalancer", "ingress"]?[0]?["ip"]
        let isReady = deployment?.statusCount("readyReplicas") ?? 0 > 0
        Condition(
            "Programmed", isReady, reason: isReady ? "Programmed" : "AddressNotAssigned",
            message: isReady ? "Resource programmed" : "Assigned to service(s), but no pod of it is ready"
        ).set(in: &conditions, now: now, extra: generation, isRenewed: isRenewed)
        status.conditions = conditions
        if let address { status["addresses"] = [["type": "IPAddress", "value": address]] }
        return status
    }
}
