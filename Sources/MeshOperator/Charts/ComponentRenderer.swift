import KubeCore

/// What charts are told of the cluster: `.Capabilities`.
package struct ClusterCapabilities: Sendable, Hashable {
    /// The server's version, such as `v1.34.1`.
    package var kubeVersion: String
    /// The API versions that it serves, such as `apps/v1` and `apps/v1/Deployment`.
    package var apiVersions: Set<String>

    package init(kubeVersion: String, apiVersions: Set<String> = []) {
        self.kubeVersion = kubeVersion
        self.apiVersions = apiVersions
    }
}

/// Renders a component's chart. Pure: equal arguments give equal objects.
package protocol ComponentRenderer: Sendable {
    /// The objects of a component, in the chart's order.
    ///
    /// - Throws: ``ChartProblem`` with the template's name and line, as far as the engine knows them.
    func render(
        _ component: ResolvedComponent, _ files: ChartFiles, _ capabilities: ClusterCapabilities
    ) throws(ChartProblem) -> [KubeObject]
}
