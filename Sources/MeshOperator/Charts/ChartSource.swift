import MeshAPI

/// Where charts come from.
package protocol ChartSource: Sendable {
    /// What there is of these names; a source that has everything at hand may list more.
    func catalogue(of names: Set<String>) async throws(ChartProblem) -> ChartCatalogue
    /// The files of a chart that the catalogue lists.
    func files(of chart: ChartDescription) async throws(ChartProblem) -> ChartFiles
    /// Why the source cannot be asked, where its last answers are used in its place; nil while all is well.
    var notice: String? { get }
}

extension ChartSource {
    package var notice: String? { nil }
}

/// Charts that are all at hand.
package struct FixedCharts: ChartSource {
    private let source: String
    private let charts: [ChartFiles]

    /// - Parameter source: the source as the spec names it.
    package init(source: String, charts: [ChartFiles]) {
        self.source = source
        self.charts = charts
    }

    package func catalogue(of names: Set<String> = []) throws(ChartProblem) -> ChartCatalogue {
        let profiles = Profile.allCases.map(\.rawValue).filter { profile in
            charts.contains { $0.contains("files/profile-\(profile).yaml") }
        }
        return ChartCatalogue(source: source, charts: charts.map(\.description), profiles: Set(profiles))
    }

    package func files(of chart: ChartDescription) throws(ChartProblem) -> ChartFiles {
        guard let files = charts.first(where: { $0.description == chart }) else {
            throw ChartProblem("\(source) no longer has chart \(chart.name) \(chart.version)", isTransient: true)
        }
        return files
    }
}
