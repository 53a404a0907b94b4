import Foundation
import MeshAPI

/// Where charts come from.
package protocol ChartSource: Sendable {
    /// What there is.
    func catalogue() async throws(ChartProblem) -> ChartCatalogue
    /// The files of a chart that the catalogue lists.
    func files(of chart: ChartDescription) async throws(ChartProblem) -> ChartFiles
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

    package func catalogue() throws(ChartProblem) -> ChartCatalogue {
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

/// A directory with one folder for each chart, read anew each time, so that edits take effect.
package struct ChartDirectory: ChartSource {
    /// How large all files of one chart may be together.
    static let maximumBytes = 16 << 20

    private let path: String

    package init(path: String) { self.path = path }

    package func catalogue() throws(ChartProblem) -> ChartCatalogue { try charts().catalogue() }

    package func files(of chart: ChartDescription) throws(ChartProblem) -> ChartFiles {
        try charts().files(of: chart)
    }

    private func charts() throws(ChartProblem) -> FixedCharts {
        let folders: [String]
        do {
            folders = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw ChartProblem(
                "spec.charts.source: the directory \(path) cannot be read: \(error.localizedDescription)")
        }
        var charts: [ChartFiles] = []
        for folder in folders {
            let chart = "\(path)/\(folder)"
            guard FileManager.default.fileExists(atPath: "\(chart)/Chart.yaml") else { continue }
            charts.append(try ChartFiles(try Self.read(chart), from: chart))
        }
        return FixedCharts(source: "file://\(path)", charts: charts)
    }

    private static func read(_ folder: String) throws(ChartProblem) -> [ChartFiles.File] {
        var files: [ChartFiles.File] = []
        var total = 0
        for path in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }).sorted() ?? [] {
            var isDirectory: ObjCBool = false
            let full = "\(folder)/\(path)"
            guard FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory), !isDirectory.boolValue
            else { continue }
            guard let content = FileManager.default.contents(atPath: full) else {
                throw ChartProblem("\(full) cannot be read", isTransient: true)
            }
            total += content.count
            guard total <= maximumBytes else {
                throw ChartProblem("chart \(folder) is larger than \(maximumBytes) bytes")
            }
            files.append(ChartFiles.File(path: path, content: Array(content)))
        }
        return files
    }
}

/// Finds the source that a spec names.
package struct ChartSources: Sendable {
    private let embedded: FixedCharts

    /// - Parameter embedded: the charts that `embedded` means.
    package init(embedded: [ChartFiles]) {
        self.embedded = FixedCharts(source: "embedded", charts: embedded)
    }

    /// The source of this name: `embedded` or `file:///PATH`.
    package func source(named name: String) throws(ChartProblem) -> any ChartSource {
        if name == "embedded" { return embedded }
        guard name.hasPrefix("file://") else {
            throw ChartProblem("spec.charts.source: \(name) is neither embedded nor file:///PATH")
        }
        return ChartDirectory(path: String(name.dropFirst("file://".count)))
    }
}
