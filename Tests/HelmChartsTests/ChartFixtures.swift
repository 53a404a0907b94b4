import HelmCharts
import KubeCore

/// Small charts made in place.
enum ChartFixtures {
    static let metadata = "apiVersion: v2\nname: t\nversion: 0.1.0\nappVersion: \"1.2.3\"\n"

    /// A chart of these files over a minimal `Chart.yaml`.
    static func chart(_ files: [String: String]) throws -> Chart {
        var all = ["Chart.yaml": metadata]
        all.merge(files) { $1 }
        return try Chart.load(files: all.mapValues { Array($0.utf8) })
    }

    /// What the one template of a chart prints.
    static func text(_ template: String, _ values: JSONValue = [:], files: [String: String] = [:]) throws -> String {
        let chart = try chart(files.merging(["templates/case.yaml": template]) { $1 })
        return try render(chart, values).files.first { $0.path == "t/templates/case.yaml" }?.text ?? ""
    }

    /// A render with the defaults of the tests.
    static func render(
        _ chart: Chart, _ values: JSONValue = [:], options: ChartRenderer.Options = .init()
    ) throws -> RenderedChart {
        try ChartRenderer(options: options).render(
            chart, values: values, release: Release(name: "rel", namespace: "ns"),
            capabilities: Capabilities(kubernetesVersion: "v1.32.0"))
    }

    /// The message that rendering a template fails with.
    static func failure(_ template: String, _ values: JSONValue = [:]) -> String? {
        do {
            _ = try text(template, values)
            return nil
        } catch let error as RenderError {
            return error.message
        } catch {
            return "\(error)"
        }
    }
}
