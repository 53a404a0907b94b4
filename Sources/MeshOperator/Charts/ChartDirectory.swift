import Foundation
import MeshAPI

/// A directory with one folder for each chart, read anew each time, so that edits take effect.
package struct ChartDirectory: ChartSource {
    /// How large all files of one chart may be together.
    static let maximumBytes = 16 << 20

    private let path: String

    package init(path: String) { self.path = path }

    package func catalogue(of names: Set<String> = []) throws(ChartProblem) -> ChartCatalogue {
        try charts().catalogue(of: names)
    }

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
