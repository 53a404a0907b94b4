import KubeCore
import Synchronization

/// A Helm chart in memory: metadata, default values, templates, files and the charts it carries in `charts/`.
///
/// A value that is cheap to pass on; its templates are parsed once, however often it is rendered.
public struct Chart: Sendable {
    let contents: ChartContents

    /// Loads a chart from a directory; `.helmignore` applies, links are followed only within the directory.
    public static func load(directory: String) throws(ChartError) -> Chart {
        Chart(contents: try ChartLoader.load(files: ChartDirectory.files(in: directory)))
    }

    /// Loads a chart from the bytes of a `.tgz` archive, bounded in size, count and path.
    public static func load(archive: [UInt8]) throws(ChartError) -> Chart {
        Chart(contents: try ChartLoader.load(files: ChartArchive.files(in: archive)))
    }

    /// Loads a chart from files in memory by their paths within the chart (`Chart.yaml`, `templates/a.yaml`).
    public static func load(files: [String: [UInt8]]) throws(ChartError) -> Chart {
        let files = files.map { ChartFile(path: $0.key, bytes: $0.value) }.sorted {
            $0.path.isLessByBytes(than: $1.path)
        }
        return Chart(contents: try ChartLoader.load(files: files))
    }

    /// The files of a `.tgz` archive by their paths within the chart, within the same bounds as ``load(archive:)``.
    public static func files(inArchive archive: [UInt8]) throws(ChartError) -> [(path: String, content: [UInt8])] {
        try ChartArchive.files(in: archive).map { ($0.path, $0.bytes) }
    }

    /// The chart's name.
    public var name: String { contents.metadata.name }
    /// The chart's own version.
    public var version: String { contents.metadata.version }
    /// The version of what the chart installs; empty if it does not say.
    public var appVersion: String { contents.metadata.appVersion }
    /// Which Kubernetes versions the chart supports, a version range; empty if any.
    public var kubeVersion: String { contents.metadata.kubeVersion }
    /// SHA-256 over the paths and bytes of all its files, in lower-case hexadecimal: equal for equal charts, however
    /// they were packed.
    public var digest: String { contents.digest }
    /// The chart's default values, as `values.yaml` has them.
    public var values: JSONValue { contents.values }
    /// The names of dependencies that `Chart.yaml` declares and `charts/` does not hold.
    public var missingDependencies: [String] {
        let present = Set(contents.dependencies.map(\.metadata.name))
        return (contents.metadata.dependencies ?? []).map(\.name).filter { !present.contains($0) }
    }
}

/// Why a chart could not be loaded.
public struct ChartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as Helm words it where Helm has words for it.
    public var message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}

/// A file of a chart.
struct ChartFile: Sendable {
    var path: String
    var bytes: [UInt8]
}

/// A loaded chart.
final class ChartContents: Sendable {
    let metadata: ChartMetadata
    let values: JSONValue
    let schema: [UInt8]?
    let templates: [ChartFile]
    /// Everything that is neither metadata, values, a template nor a dependency.
    let files: [ChartFile]
    let dependencies: [ChartContents]
    let digest: String
    /// Parsed templates by their full path; paths differ where the chart is used under an alias.
    let parsed = Mutex<[String: [ParsedTemplate]]>([:])

    init(
        metadata: ChartMetadata, values: JSONValue, schema: [UInt8]?, templates: [ChartFile], files: [ChartFile],
        dependencies: [ChartContents], digest: String
    ) {
        self.metadata = metadata
        self.values = values
        self.schema = schema
        self.templates = templates
        self.files = files
        self.dependencies = dependencies
        self.digest = digest
    }

    /// The files below `crds/` that are manifests.
    var customResourceDefinitions: [ChartFile] {
        files.filter { file in
            file.path.hasPrefix("crds/") && [".yaml", ".yml", ".json"].contains { file.path.hasSuffix($0) }
        }
    }
}
