import KubeCore
import MeshAPI

/// The values of each component's chart, merged in IstioOperator's order: profile, then the spec's own fields, then the
/// component's values, then `spec.values`.
package struct ComponentValues: Sendable {
    private let spec: MeshSpec
    private let profile: ProfileComponents
    /// What the spec's own fields say, as every chart is told.
    private let translated: JSONValue

    /// - Parameter usesCNI: whether the CNI plug-in is on, which istiod's injector must know.
    package init(spec: MeshSpec, profile: ProfileComponents, usesCNI: Bool) {
        self.spec = spec
        self.profile = profile
        var values = JSONValue.object([:])
        if let name = profile.chartProfile { values["profile"] = .string(name) }
        if let platform = profile.platform { values.set(.string(platform), at: "global", "platform") }
        if let hub = spec.hub { values.set(.string(hub), at: "global", "hub") }
        if let tag = spec.tag { values.set(.string(tag), at: "global", "tag") }
        values["revision"] = .string(spec.revisionName)
        if !spec.meshConfig.isEmpty { values["meshConfig"] = .object(spec.meshConfig) }
        values.set(.string(spec.namespace), at: "global", "istioNamespace")
        if usesCNI { values.set(true, at: "pilot", "cni", "enabled") }
        translated = values
    }

    /// The values of a component of which there is one.
    package func values(of kind: ComponentIdentity.Kind, _ component: Component) -> JSONObject {
        var values = translated
        switch kind {
        case .base:
            // A mesh with a revision is not the one that validates what names no revision.
            values["defaultRevision"] = .string(spec.revisionName.isEmpty ? "default" : "")
        case .pilot: Self.setImage(&values, under: "pilot", hub: component.hub, tag: component.tag)
        case .cni: Self.setImage(&values, under: "cni", hub: component.hub, tag: component.tag)
        case .ztunnel: Self.setImage(&values, under: "ztunnel", hub: component.hub, tag: component.tag)
        default: break
        }
        if kind != .base { Self.tell(component.k8s, to: &values, at: [kind.rawValue], autoscaler: .pilot) }
        values = MergePatch.merging(.object(component.values), over: values)
        values = MergePatch.merging(.object(spec.values), over: values)
        return kind == .ztunnel ? Self.flattened(values, "ztunnel") : values.objectValue ?? [:]
    }

    /// The values of a gateway. Its chart has a schema, so it is given what concerns gateways and nothing else; the
    /// gateway's part of `spec.values` is `gateways.NAME`.
    package func values(of gateway: GatewayComponent) -> JSONObject {
        var values = JSONValue.object([:])
        for key in ["global", "profile"] { values[key] = translated[key] }
        if !spec.revisionName.isEmpty { values["revision"] = .string(spec.revisionName) }
        values["name"] = .string(gateway.name)
        if let hub = gateway.hub { values.set(.string(hub), at: "global", "hub") }
        if let tag = gateway.tag { values.set(.string(tag), at: "global", "tag") }
        if !gateway.label.isEmpty { values["labels"] = .object(gateway.label) }
        Self.tell(gateway.k8s, to: &values, at: [], autoscaler: .gateway)
        if let ports = gateway.k8s?.service?["ports"] { values.set(ports, at: "service", "ports") }
        values = MergePatch.merging(.object(gateway.values), over: values)
        if let global = spec.values["global"] {
            values = MergePatch.merging(["global": global], over: values)
        }
        if let own = spec.values["gateways"]?[gateway.name] { values = MergePatch.merging(own, over: values) }
        return values.objectValue ?? [:]
    }

    /// The values of an addon; its part of `spec.values` is the addon's name.
    package func values(ofAddon name: String, _ addon: Addon, wiring: JSONValue) -> JSONObject {
        var values = wiring
        values.set(.string(spec.namespace), at: "global", "istioNamespace")
        values = MergePatch.merging(.object(addon.values), over: values)
        if let own = spec.values[name] { values = MergePatch.merging(own, over: values) }
        return values.objectValue ?? [:]
    }

    /// Where a chart has the bounds of its autoscaler.
    private enum Autoscaler {
        case pilot
        case gateway
    }

    /// Tells a chart what of `k8s` decides which objects it makes; the rest is patched on what it made.
    private static func tell(
        _ settings: KubernetesSettings?, to values: inout JSONValue, at path: [String], autoscaler: Autoscaler
    ) {
        guard let settings else { return }
        func set(_ value: JSONValue?, _ further: String...) {
            if let value { values.set(value, at: (path + further)[...]) }
        }
        switch autoscaler {
        case .pilot:
            set(settings.hpaSpec?["minReplicas"], "autoscaleMin")
            set(settings.hpaSpec?["maxReplicas"], "autoscaleMax")
        case .gateway:
            set(settings.hpaSpec?["minReplicas"], "autoscaling", "minReplicas")
            set(settings.hpaSpec?["maxReplicas"], "autoscaling", "maxReplicas")
        }
        set(settings.replicaCount.map { .integer($0) }, "replicaCount")
        for bound in ["limits", "requests"] {
            set(settings.resources?[bound]?["cpu"], "resources", bound, "cpu")
        }
    }

    private static func setImage(_ values: inout JSONValue, under key: String, hub: String?, tag: String?) {
        if let hub { values.set(.string(hub), at: key, "hub") }
        if let tag { values.set(.string(tag), at: key, "tag") }
    }

    /// Lifts what concerns one component to the top and leaves out what concerns the others, for charts whose values
    /// have no folder for the component.
    private static func flattened(_ values: JSONValue, _ key: String) -> JSONObject {
        var flat = JSONValue.object([:])
        for name in ["global", "profile", "revision", "meshConfig"] { flat[name] = values[name] }
        return MergePatch.merging(values[key] ?? .object([:]), over: flat).objectValue ?? [:]
    }
}

extension MergePatch {
    /// Values laid over others as Helm does it: maps merge, everything else replaces. Null stays, since to a chart it
    /// says that the chart's own default is not wanted.
    static func merging(_ upper: JSONValue, over lower: JSONValue) -> JSONValue {
        guard case .object(let upperObject) = upper, case .object(var result) = lower else { return upper }
        for (key, value) in upperObject {
            if let below = result[key] {
                result[key] = merging(value, over: below)
            } else {
                result[key] = value
            }
        }
        return .object(result)
    }
}
