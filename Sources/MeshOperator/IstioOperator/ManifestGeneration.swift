import HelmCharts
import KubeCore
import MeshAPI

/// Renders an IstioOperator document to the objects that `istioctl manifest generate` gives on the same charts.
package struct ManifestGeneration: Sendable {
    /// What was rendered.
    package struct Result: Sendable {
        /// The objects in istioctl's order.
        package var objects: [KubeObject]
        /// What charts warn of, and settings that changed nothing.
        package var warnings: [String]
    }

    /// The chart in a folder below `charts/`.
    private let chart: @Sendable (String) throws -> Chart
    private let kubeVersion: String
    private let renderer = ChartRenderer()

    /// The version that istioctl renders for where it asks no cluster.
    package static let defaultKubeVersion = "v1.32.0"

    /// - Parameters:
    ///   - kubeVersion: the version that charts are told.
    ///   - chart: the chart in a folder of Istio's `charts/`, such as `istio-control/istio-discovery`.
    package init(
        kubeVersion: String = defaultKubeVersion, chart: @escaping @Sendable (String) throws -> Chart
    ) {
        self.kubeVersion = kubeVersion
        self.chart = chart
    }

    /// Renders every component.
    ///
    /// - Throws: what a chart cannot render, or an overlay whose path leads nowhere.
    package func generate(_ document: IstioOperatorDocument) throws -> Result {
        var objects: [KubeObject] = []
        var warnings: [String] = []
        for kind in IstioOperatorComponentKind.all {
            let instances = kind.instances(in: document.merged)
            guard !instances.isEmpty else { continue }
            let chart = try chart(kind.chart)
            for instance in instances {
                let rendered = try render(chart, kind, instance, document, &warnings)
                objects += try customize(rendered, kind, instance, document, &warnings)
            }
        }
        return Result(objects: Self.sorted(objects), warnings: warnings)
    }

    // MARK: Rendering

    private func render(
        _ chart: Chart, _ kind: IstioOperatorComponentKind, _ instance: JSONValue, _ document: IstioOperatorDocument,
        _ warnings: inout [String]
    ) throws -> [KubeObject] {
        let values = ComponentView(kind: kind, instance: instance).values(of: document)
        let namespace = instance["namespace"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? document.namespace
        let rendered = try renderer.render(
            chart, values: values, release: Release(name: "istio", namespace: namespace),
            capabilities: Capabilities(kubernetesVersion: kubeVersion, apiVersions: [], includesBuiltInVersions: true))
        for line in rendered.notes.split(separator: "\n") where line.hasPrefix("WARNING: ") {
            warnings.append(String(line.dropFirst("WARNING: ".count)))
        }
        var manifests = try rendered.manifestsInFileOrder()
        let hasDefinitions =
            kind.name != "base" || values[path: "base", "enableIstioConfigCRDs"]?.boolValue ?? true
        if hasDefinitions { manifests += rendered.customResourceDefinitions }
        return manifests.compactMap { KubeObject($0.object) }.filter { !$0.kind.isEmpty }
    }

    // MARK: Settings

    private func customize(
        _ objects: [KubeObject], _ kind: IstioOperatorComponentKind, _ instance: JSONValue,
        _ document: IstioOperatorDocument, _ warnings: inout [String]
    ) throws -> [KubeObject] {
        guard let settings = instance["k8s"]?.objectValue else { return objects }
        var workload = kind.workload
        if let name = instance["name"]?.stringValue, !name.isEmpty { workload?.name = name }
        let revision = document.values["revision"]?.stringValue ?? ""
        if kind.name == "pilot", !revision.isEmpty, revision != "default" { workload?.name += "-\(revision)" }
        let (customized, findings) = ObjectCustomization(workload: workload, settings: settings).apply(to: objects)
        let faults = findings.filter { $0.path.contains(".patches[") }
        guard faults.isEmpty else {
            throw IstioOperatorDocument.Failure(
                description: faults.map { "spec.components.\(kind.name).\($0)" }.joined(separator: "\n"))
        }
        warnings += findings.map { "spec.components.\(kind.name).\($0)" }
        return customized
    }

    // MARK: Order

    /// Kinds that others need come first, Services last; among equals by group, kind and name.
    static func sorted(_ objects: [KubeObject]) -> [KubeObject] {
        var ranked: [(rank: Rank, offset: Int, object: KubeObject)] = []
        for (offset, object) in objects.enumerated() { ranked.append((rank(object), offset, object)) }
        ranked.sort { left, right in left.rank == right.rank ? left.offset < right.offset : left.rank < right.rank }
        return ranked.map(\.object)
    }

    private struct Rank: Comparable {
        var order: Int
        var names: [String]

        static func < (left: Rank, right: Rank) -> Bool {
            if left.order != right.order { return left.order < right.order }
            for (a, b) in zip(left.names, right.names) where a != b { return a.utf8Less(than: b) }
            return false
        }
    }

    private static func rank(_ object: KubeObject) -> Rank {
        let group = object.groupVersionKind?.group ?? ""
        let order =
            switch "\(group)/\(object.kind)" {
            case "apiextensions.k8s.io/CustomResourceDefinition": -1000
            case "/ServiceAccount", "rbac.authorization.k8s.io/ClusterRole": 1
            case "rbac.authorization.k8s.io/ClusterRoleBinding": 2
            case "admissionregistration.k8s.io/ValidatingWebhookConfiguration": 3
            case "/ConfigMap", "/Secrets": 100
            case "autoscaling/HorizontalPodAutoscaler": 1001
            case "/Service": 10_000
            default: 1000
            }
        return Rank(order: order, names: [group, object.kind, object.name])
    }
}
