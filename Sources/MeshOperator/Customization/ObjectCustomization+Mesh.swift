import KubeCore

extension ObjectCustomization {
    /// A component's rendered objects with what the Mesh's `k8s` says.
    ///
    /// - Throws: ``ResolutionProblem`` with the path of every setting that matches nothing: what somebody wrote must not be
    ///   without effect unseen.
    static func customize(
        _ objects: [KubeObject], of component: ResolvedComponent
    ) throws(ResolutionProblem) -> [KubeObject] {
        guard let settings = component.settings else { return objects }
        let customization = ObjectCustomization(
            workload: workload(of: component, among: objects), settings: settings.values)
        let (customized, findings) = customization.apply(to: objects)
        guard findings.isEmpty else {
            throw ResolutionProblem(
                reason: "SettingsMatchNothing",
                description: findings.map { "\(settings.path).\($0.path): \($0.message)" }.joined(separator: "; "))
        }
        return customized
    }

    /// The workload that the settings are about, as the component's chart names it.
    private static func workload(of component: ResolvedComponent, among objects: [KubeObject]) -> Workload? {
        switch component.identity.kind {
        case .definitions, .base, .addon: return nil
        case .pilot, .cni, .ztunnel:
            guard var workload = IstioOperatorComponentKind.named(component.identity.kind.rawValue)?.workload else {
                return nil
            }
            // Charts name their one workload after the revision or a value.
            let names = objects.filter { $0.kind == workload.kind }.map(\.name)
            if names.count == 1 { workload.name = names[0] }
            return workload
        case .ingressGateway, .egressGateway:
            return Workload(
                kind: "Deployment", name: component.identity.name, container: "istio-proxy", isGateway: true)
        }
    }
}
