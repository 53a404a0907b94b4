import KubeCore
import MeshAPI

/// Makes every choice that a spec leaves open. Pure: a function of the spec and of what charts there are.
package enum Resolution {
    /// The chart of each component.
    static func chartName(of identity: ComponentIdentity) -> String {
        switch identity.kind {
        case .definitions, .base: "base"
        case .pilot: "istiod"
        case .cni: "cni"
        case .ztunnel: "ztunnel"
        case .ingressGateway, .egressGateway: "gateway"
        case .addon: identity.name
        }
    }

    /// The charts that a spec may need.
    package static func chartNames(for spec: MeshSpec) -> Set<String> {
        Set(["base", "istiod", "cni", "ztunnel", "gateway"] + spec.addons.named.filter(\.1.isInstalled).map(\.0))
    }

    /// Resolves a spec against the charts that a source has.
    ///
    /// - Throws: ``ResolutionProblem`` where the spec asks for what the source does not have; the message says what it has.
    package static func resolve(
        _ spec: MeshSpec, charts: ChartCatalogue
    ) throws(ResolutionProblem) -> ResolvedMesh {
        let profile = ProfileComponents(spec.profile)
        if spec.profile == .remote, !charts.knowsProfile("remote") {
            throw ResolutionProblem(
                reason: "ProfileNotAvailable",
                description:
                    "spec.profile: the charts of \(charts.source) have no profile remote: set spec.charts.source "
                    + "to a directory with Istio's own charts")
        }
        let requirement = spec.versionRequirement
        func isEnabled(_ kind: ComponentIdentity.Kind, _ component: Component) -> Bool {
            component.enabled ?? profile.enabled.contains(kind)
        }
        let values = ComponentValues(
            spec: spec, profile: profile, usesCNI: isEnabled(.cni, spec.components.cni))

        var components: [ResolvedComponent] = []
        func add(
            _ identity: ComponentIdentity, release: String, namespace: String?, values: JSONObject,
            settings: KubernetesSettings?, at path: String
        ) throws(ResolutionProblem) {
            let chart = try charts.chart(
                named: chartName(of: identity), requirement: requirement, field: "spec.version")
            components.append(
                ResolvedComponent(
                    identity: identity, chart: chart, release: release, namespace: namespace ?? spec.namespace,
                    values: values,
                    settings: (settings?.encoded.objectValue).map {
                        ResolvedComponent.Settings(path: "spec.components.\(path).k8s", values: $0)
                    }))
        }
        let suffix = spec.revisionName.isEmpty ? "" : "-\(spec.revisionName)"
        let single: [(ComponentIdentity.Kind, Component, String)] = [
            (.base, spec.components.base, "istio-base"), (.pilot, spec.components.pilot, "istiod\(suffix)"),
            (.cni, spec.components.cni, "istio-cni"), (.ztunnel, spec.components.ztunnel, "ztunnel"),
        ]
        for (kind, component, release) in single where isEnabled(kind, component) {
            try add(
                ComponentIdentity(kind), release: release, namespace: component.namespace,
                values: values.values(of: kind, component), settings: component.k8s, at: kind.rawValue)
        }
        let gateways: [(ComponentIdentity.Kind, [GatewayComponent])] = [
            (.ingressGateway, spec.components.ingressGateways ?? profile.ingressGateways),
            (.egressGateway, spec.components.egressGateways ?? profile.egressGateways),
        ]
        for (kind, list) in gateways {
            for (index, gateway) in list.enumerated() where gateway.enabled {
                try add(
                    ComponentIdentity(kind, gateway.name), release: gateway.name, namespace: gateway.namespace,
                    values: values.values(of: gateway), settings: gateway.k8s,
                    at: "\(kind == .ingressGateway ? "ingressGateways" : "egressGateways")[\(index)]")
            }
        }
        components += try addons(spec, values: values, charts: charts)
        // Without istiod the version is that of whatever else of Istio there is, or would be.
        let first =
            components.first { $0.identity.kind == .pilot } ?? components.first { $0.identity.kind != .addon }
        let chart: ChartDescription
        if let first {
            chart = first.chart
        } else {
            chart = try charts.chart(named: "istiod", requirement: requirement, field: "spec.version")
        }
        return ResolvedMesh(
            version: chart.istioVersion, revision: spec.revisionName, namespace: spec.namespace,
            components: components)
    }

    private static func addons(
        _ spec: MeshSpec, values: ComponentValues, charts: ChartCatalogue
    ) throws(ResolutionProblem) -> [ResolvedComponent] {
        let wiring = AddonWiring(spec)
        var components: [ResolvedComponent] = []
        for (name, addon) in spec.addons.named where addon.isInstalled {
            let requirement = addon.version.flatMap { VersionRequirement($0) } ?? .any
            let chart = try charts.chart(
                named: name, requirement: requirement, field: "spec.addons.\(name).version")
            components.append(
                ResolvedComponent(
                    identity: ComponentIdentity(.addon, name), chart: chart, release: name, namespace: spec.namespace,
                    values: values.values(ofAddon: name, addon, wiring: wiring.values(of: name))))
        }
        return components
    }
}

extension Addons {
    /// The addons that are named, in the order of installation: each after those that it reads from.
    var named: [(String, Addon)] {
        [("prometheus", prometheus), ("jaeger", jaeger), ("grafana", grafana), ("kiali", kiali)]
            .compactMap { name, addon in addon.map { (name, $0) } }
    }
}
