import ArgumentParser
import Foundation
import HelmCharts
import KubeCore

/// `boltrope template RELEASE CHART`: renders a chart with the flags and the output of `helm template`.
struct TemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Render a Helm chart, as helm template does.")

    /// What to print.
    enum Output: String, ExpressibleByArgument {
        /// The manifest stream, as `helm template` prints it.
        case manifests
        /// One JSON object of every template's raw text by path.
        case files
    }

    @Argument(help: "The release's name, and the chart: a directory or an archive. The name may be left out.")
    var arguments: [String]

    @Option(name: .shortAndLong, help: "The namespace of the release.")
    var namespace = "default"

    @Option(
        name: [.customShort("f"), .long], parsing: .singleValue, help: "A YAML file of values, or - for standard input."
    )
    var values: [String] = []

    @Option(name: .customLong("set"), parsing: .singleValue, help: "Values on the command line: a.b=1,c={x,y}.")
    var set: [String] = []

    @Option(name: .customLong("set-string"), parsing: .singleValue, help: "Values that stay strings.")
    var setString: [String] = []

    @Option(name: .customLong("set-file"), parsing: .singleValue, help: "Values read from files: key=path.")
    var setFile: [String] = []

    @Option(name: .customLong("set-json"), parsing: .singleValue, help: "Values as JSON: key=JSON, or one object.")
    var setJSON: [String] = []

    @Option(name: .customLong("set-literal"), parsing: .singleValue, help: "A value taken as it is, commas and all.")
    var setLiteral: [String] = []

    @Option(name: .customLong("kube-version"), help: "The Kubernetes version for capabilities.")
    var kubernetesVersion: String?

    @Option(name: [.customShort("a"), .long], parsing: .singleValue, help: "API versions for capabilities.")
    var apiVersions: [String] = []

    @Option(name: [.customShort("s"), .long], parsing: .singleValue, help: "Only the manifests of this template.")
    var showOnly: [String] = []

    @Flag(help: "Render as for an upgrade.")
    var isUpgrade = false

    @Flag(help: "Print the definitions in crds/ first.")
    var includeCrds = false

    @Flag(help: "Leave the definitions in crds/ out; the default.")
    var skipCrds = false

    @Flag(help: "Leave hooks out.")
    var noHooks = false

    @Flag(help: "Leave test hooks out.")
    var skipTests = false

    @Flag(help: "Do not check the values against the chart's schema.")
    var skipSchemaValidation = false

    @Flag(help: "Make up a release name.")
    var generateName = false

    @Option(name: [.customShort("o"), .long], help: "What to print: manifests or files.")
    var output = Output.manifests

    /// What is wrong with the invocation, the chart or the values, told as Helm tells it.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    func run() async throws {
        do {
            let text = try render()
            FileHandle.standardOutput.write(Data(text.utf8))
        } catch let failure as Failure {
            try exit(with: failure.description)
        } catch let error as ChartError {
            try exit(with: error.message)
        } catch let error as RenderError {
            try exit(with: error.message)
        }
    }

    private func exit(with message: String) throws {
        FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
        throw ExitCode.failure
    }

    private func render() throws -> String {
        guard let path = arguments.last, arguments.count <= 2 else {
            throw Failure(description: "\"template\" requires at least 1 argument: [NAME] CHART")
        }
        let release = arguments.count == 2 ? arguments[0] : "release-name"
        let chart = try loadChart(path)
        if !chart.missingDependencies.isEmpty, output == .manifests {
            throw Failure(
                description: "an error occurred while checking for chart dependencies. You may need to run "
                    + "'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ "
                    + "directory: \(chart.missingDependencies.joined(separator: ", "))")
        }
        var options = ChartRenderer.Options()
        options.validatesSchema = !skipSchemaValidation
        // Raw text is the engine's own; the check of versions belongs to the manifests.
        options.checksKubernetesVersion = output == .manifests
        let capabilities = Capabilities(
            kubernetesVersion: kubernetesVersion.map { $0.hasPrefix("v") ? $0 : "v" + $0 }
                ?? Capabilities().kubernetesVersion,
            apiVersions: apiVersions.flatMap { $0.split(separator: ",").map(String.init) })
        let rendered = try ChartRenderer(options: options).render(
            chart, values: try gatherValues(),
            release: Release(name: release, namespace: namespace, isInstall: !isUpgrade, isUpgrade: isUpgrade),
            capabilities: capabilities)
        switch output {
        case .files:
            return JSONValue(Dictionary(rendered.files.map { ($0.path, $0.text) }, uniquingKeysWith: { $1 }))
                .serialized()
                + "\n"
        case .manifests: return try manifests(of: rendered, chart: chart)
        }
    }

    private func loadChart(_ path: String) throws -> Chart {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Failure(description: "path \"\(path)\" not found")
        }
        if isDirectory.boolValue { return try Chart.load(directory: path) }
        return try Chart.load(archive: try read(path))
    }

    private func read(_ path: String) throws(ChartReadFailure) -> [UInt8] {
        if path == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else { throw ChartReadFailure(path: path) }
        return [UInt8](data)
    }

    /// A file that could not be read.
    struct ChartReadFailure: Error, CustomStringConvertible {
        var path: String
        var description: String { "open \(path): no such file or directory" }
    }

    private func gatherValues() throws -> ChartValues {
        var gathered = ChartValues()
        do {
            for path in values { try gathered.merge(file: try read(path)) }
            for expression in setJSON { try gathered.setJSON(expression) }
            for expression in set { try gathered.set(expression) }
            for expression in setString { try gathered.setString(expression) }
            for expression in setFile {
                try gathered.setFile(expression) { path in
                    FileManager.default.contents(atPath: path).map { [UInt8]($0) }
                }
            }
            for expression in setLiteral { try gathered.setLiteral(expression) }
        } catch let failure as ChartReadFailure {
            throw Failure(description: failure.description)
        }
        return gathered
    }

    private func manifests(of rendered: RenderedChart, chart: Chart) throws -> String {
        let (manifests, hooks) = try rendered.sorted()
        var text = ""
        if includeCrds, !skipCrds {
            for file in rendered.customResourceDefinitionFiles { text += "---\n# Source: \(file.path)\n\(file.text)\n" }
        }
        var documents = manifests
        if !noHooks {
            documents += hooks.filter { hook in
                !(skipTests && hook.hookEvents.contains { $0 == "test" || $0 == "test-success" })
            }
        }
        guard !showOnly.isEmpty else {
            return text + documents.map { "---\n# Source: \($0.source)\n\($0.text)\n" }.joined()
        }
        for path in showOnly {
            let matching = documents.filter { document in
                let withinChart = document.source.drop { $0 != "/" }.dropFirst()
                return ShowOnlyPattern(path).matches(String(withinChart))
            }
            guard !matching.isEmpty else { throw Failure(description: "could not find template \(path) in chart") }
            text += matching.map { "---\n# Source: \($0.source)\n\($0.text)\n" }.joined()
        }
        return text
    }
}

/// The path of `--show-only`, in which `*` stands for anything within a folder.
struct ShowOnlyPattern {
    private let parts: [Substring]

    init(_ pattern: String) {
        parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    }

    /// Whether a path within the chart is meant.
    func matches(_ path: String) -> Bool {
        guard parts.count > 1 else { return parts.first.map(String.init) == path }
        guard path.hasPrefix(parts[0]), path.hasSuffix(parts[parts.count - 1]) else { return false }
        var rest = path.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.range(of: String(part)) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.count >= parts[parts.count - 1].count
    }
}
