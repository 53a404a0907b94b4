import MeshAPI

/// What a chart source has: for each name, the charts of that name.
package struct ChartCatalogue: Sendable {
    /// The source as the spec names it.
    package let source: String
    private let charts: [String: [ChartDescription]]
    private let profiles: Set<String>
    private let failures: [String: String]

    /// - Parameters:
    ///   - profiles: profiles whose values the charts bring along.
    ///   - failures: charts of which the source would not say what there is, and why.
    package init(
        source: String, charts: [ChartDescription], profiles: Set<String> = [], failures: [String: String] = [:]
    ) {
        self.source = source
        self.charts = Dictionary(grouping: charts, by: \.name)
        self.profiles = profiles
        self.failures = failures
    }

    /// The names of the charts.
    package var names: [String] { charts.keys.sorted() }

    /// Whether the charts bring along the values of a profile.
    package func knowsProfile(_ name: String) -> Bool { profiles.contains(name) }

    /// The newest chart of a name that a requirement allows.
    ///
    /// - Throws: ``ResolutionProblem`` that says which versions there are.
    package func chart(
        named name: String, requirement: VersionRequirement, field: String
    ) throws(ResolutionProblem) -> ChartDescription {
        if let failure = failures[name] {
            throw ResolutionProblem(
                reason: "ChartSourceFailed", description: "spec.charts.source: chart \(name): \(failure)",
                isTransient: true)
        }
        guard let candidates = charts[name], !candidates.isEmpty else {
            throw ResolutionProblem(
                reason: "ChartNotFound",
                description: "spec.charts.source: \(source) has no chart \(name); it has "
                    + (names.isEmpty ? "none" : names.joined(separator: ", ")))
        }
        let allowed = candidates.filter { requirement.allows($0.istioVersion) }
        if let newest = allowed.max(by: { $0.istioVersion < $1.istioVersion }) { return newest }
        // Where nothing is asked for, a source that only has a pre-release gives that.
        if requirement == .any, let newest = candidates.max(by: { $0.istioVersion < $1.istioVersion }) { return newest }
        let versions = Set(candidates.map(\.istioVersion)).sorted(by: >).prefix(10).map(\.description)
        throw ResolutionProblem(
            reason: "VersionNotAvailable",
            description: "\(field): \(source) has no chart \(name) of version \(requirement); it has "
                + versions.joined(separator: ", "))
    }
}
