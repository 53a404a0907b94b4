/// Where charts come from: a directory, an archive, a repository.
public protocol ChartSource: Sendable {
    /// The newest chart of a name within a version range (Masterminds' syntax; empty for the newest release).
    func chart(name: String, version: String) async throws -> Chart
}

/// Charts in the sub-directories of a directory, each named after its chart.
public struct DirectoryChartSource: ChartSource {
    /// The directory that holds the charts.
    public var directory: String

    /// Charts below this directory.
    public init(directory: String) { self.directory = directory }

    /// The chart in the sub-directory of its name; throws if its version is not in the range.
    public func chart(name: String, version: String) async throws -> Chart {
        let chart = try Chart.load(directory: directory + "/" + name)
        guard
            version.isEmpty
                || SemanticVersion(chart.version).map({ VersionConstraint(version)?.allows($0) ?? false }) == true
        else {
            throw ChartError("chart \(name) in \(directory) has version \(chart.version), which is not in \(version)")
        }
        return chart
    }
}
