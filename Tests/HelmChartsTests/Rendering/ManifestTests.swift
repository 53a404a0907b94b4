import HelmCharts
import KubeCore
import Testing

@Suite("Manifests")
struct ManifestTests {
    @Test("objects come in install order, hooks and notes apart")
    func order() throws {
        let chart = try ChartFixtures.chart([
            "templates/a.yaml":
                "kind: Deployment\n---\nkind: Zebra\n---\nkind: Service\n---\nkind: Apple\n---\nkind: Namespace\n",
            "templates/h.yaml":
                "kind: Job\nmetadata: {annotations: {helm.sh/hook: \"pre-install, post-upgrade\", helm.sh/hook-weight: \"5\"}}\n",
            "templates/NOTES.txt": "Hi {{ .Release.Name }}",
            "crds/c.yaml": "kind: CustomResourceDefinition\n---\nkind: Other\n",
            "templates/_p.tpl": "partial", "templates/comment.yaml": "# nothing here\n",
        ])
        let rendered = try ChartFixtures.render(chart)
        #expect(try rendered.manifests().map(\.kind) == ["Namespace", "Service", "Deployment", "Apple", "Zebra"])
        let hooks = try rendered.hooks()
        #expect(hooks.map(\.kind) == ["Job"])
        #expect(hooks.first?.hookEvents == ["pre-install", "post-upgrade"])
        #expect(hooks.first?.hookWeight == 5)
        #expect(rendered.notes == "Hi rel")
        #expect(rendered.customResourceDefinitions.map(\.kind) == ["CustomResourceDefinition", "Other"])
    }

    @Test("separators split at line starts, glued or with trailing space, but not inside blocks")
    func splitting() throws {
        let text = "\n---\nkind: A\n---   \nkind: B\ndata: |\n  ---\n  x\n---kind: C\n"
        let rendered = try ChartFixtures.render(ChartFixtures.chart(["templates/a.yaml": text]))
        #expect(try rendered.manifests().map(\.kind) == ["A", "B", "C"])
    }

    @Test("output that is not YAML is an error that names the template")
    func broken() throws {
        let rendered = try ChartFixtures.render(ChartFixtures.chart(["templates/a.yaml": "a: b: c\n"]))
        let error = #expect(throws: RenderError.self) { try rendered.manifests() }
        #expect(
            error?.message == "YAML parse error on t/templates/a.yaml: error converting YAML to JSON: "
                + "yaml: mapping values are not allowed in this context")
    }

    @Test("a chart that does not support the cluster's version is refused")
    func kubernetesVersion() throws {
        let chart = try ChartFixtures.chart(["Chart.yaml": ChartFixtures.metadata + "kubeVersion: \">= 1.40.0-0\"\n"])
        let error = #expect(throws: RenderError.self) { try ChartFixtures.render(chart) }
        #expect(
            error?.message == "chart requires kubeVersion: >= 1.40.0-0 which is incompatible with Kubernetes v1.32.0")
    }
}
