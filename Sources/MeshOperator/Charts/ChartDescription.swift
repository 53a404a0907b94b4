import KubeCore
import MeshAPI

/// What `Chart.yaml` says of a chart, and a digest of all its files.
package struct ChartDescription: Sendable, Hashable {
    /// The chart's name.
    package var name: String
    /// The chart's version.
    package var version: String
    /// The version of what the chart installs, as the chart writes it.
    package var appVersion: String
    /// The SHA-256 of the chart's files; empty where a source lists a chart that has not been read yet.
    package var digest: String
    /// Where it came from over the network: a URL without credentials; nil for charts at hand.
    package var source: String?
    /// The SHA-256 of the archive; nil for charts at hand, and where the source does not say before it is read.
    package var archiveDigest: String?

    /// The version that a requirement is held against: that of what is installed, where it is one, else the chart's.
    package var istioVersion: Version {
        Version(appVersion) ?? Version(version) ?? Version(major: 0, minor: 0, patch: 0)
    }
}

/// Why a chart cannot be had.
package struct ChartProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why, and what to do.
    package var description: String
    /// Whether trying again may help without anybody changing anything.
    package var isTransient: Bool

    package init(_ description: String, isTransient: Bool = false) {
        self.description = description
        self.isTransient = isTransient
    }
}

/// A chart's files: paths relative to the chart's folder, in order.
package struct ChartFiles: Sendable, Hashable {
    /// One file.
    package struct File: Sendable, Hashable {
        /// The path relative to the chart's folder.
        package var path: String
        /// The content.
        package var content: [UInt8]

        package init(path: String, content: [UInt8]) {
            self.path = path
            self.content = content
        }
    }

    /// The files, ordered by path.
    package let files: [File]
    /// What the chart says of itself.
    package private(set) var description: ChartDescription

    /// A chart of these files.
    ///
    /// - Throws: ``ChartProblem`` if there is no readable `Chart.yaml`.
    package init(_ files: [File], from source: String) throws(ChartProblem) {
        self.files = files.sorted { $0.path < $1.path }
        guard let definition = self.files.first(where: { $0.path == "Chart.yaml" }) else {
            throw ChartProblem("\(source): there is no Chart.yaml")
        }
        let chart: JSONValue
        do throws(YAMLError) {
            chart = try YAML.value(in: definition.content)
        } catch {
            throw ChartProblem("\(source): Chart.yaml cannot be read: \(error)")
        }
        guard let name = chart["name"]?.stringValue, let version = chart["version"]?.stringValue else {
            throw ChartProblem("\(source): Chart.yaml has no name or no version")
        }
        var hashed: [UInt8] = []
        for file in self.files {
            hashed += Array("\(file.path)\0\(file.content.count)\0".utf8)
            hashed += file.content
        }
        description = ChartDescription(
            name: name, version: version, appVersion: chart["appVersion"]?.stringValue ?? version,
            digest: SHA256.hexadecimal(hashed))
    }

    /// The same files with the provenance of the archive that they came in.
    package func from(_ source: String, archiveDigest: String) -> ChartFiles {
        var files = self
        files.description.source = source
        files.description.archiveDigest = archiveDigest
        return files
    }

    /// Whether the chart has a file of this path.
    package func contains(_ path: String) -> Bool { files.contains { $0.path == path } }
}
