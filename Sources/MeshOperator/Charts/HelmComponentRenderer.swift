import HelmCharts
import KubeCore
import Synchronization

/// Renders charts as Helm does. Charts that were read once are kept, since their templates are parsed only once.
package final class HelmComponentRenderer: ComponentRenderer {
    private let renderer = ChartRenderer()
    private let charts = Mutex<[String: Chart]>([:])

    package init() {}

    package func render(
        _ component: ResolvedComponent, _ files: ChartFiles, _ capabilities: ClusterCapabilities
    ) throws(ChartProblem) -> [KubeObject] {
        do {
            let rendered = try renderer.render(
                try chart(files), values: .object(component.values),
                release: Release(name: component.release, namespace: component.namespace),
                capabilities: Capabilities(
                    kubernetesVersion: capabilities.kubeVersion, apiVersions: capabilities.apiVersions.sorted(),
                    includesBuiltInVersions: capabilities.apiVersions.isEmpty))
            let manifests = try rendered.customResourceDefinitions + rendered.manifests()
            return manifests.compactMap { KubeObject($0.object) }
        } catch {
            throw ChartProblem("\(component.identity): chart \(component.chart.name) cannot be rendered: \(error)")
        }
    }

    private func chart(_ files: ChartFiles) throws(ChartError) -> Chart {
        let digest = files.description.digest
        if let known = charts.withLock({ $0[digest] }) { return known }
        let chart = try Chart.load(
            files: Dictionary(files.files.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first }))
        charts.withLock { charts in
            // A directory that is edited again and again must not fill the memory.
            if charts.count >= 64 { charts.removeAll() }
            charts[digest] = chart
        }
        return chart
    }
}
