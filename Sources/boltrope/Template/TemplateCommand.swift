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

    @Argument(
        help: """
            The release's name, which may be left out, and the chart: a directory, an archive, a URL, oci://…, or a name \
            within --repo.
            """)
    var arguments: [String] = []

    @OptionGroup(title: "Where the chart comes from") var source: ChartSourceOptions
    @OptionGroup(title: "Accepted as helm template accepts them") var accepted: AcceptedTemplateOptions

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

    @Flag(name: [.customShort("g"), .long], help: "Make up a release name; for a template it is release-name.")
    var generateName = false

    @Option(help: "A template that makes the release's name.")
    var nameTemplate: String?

    @Option(help: "Write each template's manifests to a file below this directory.")
    var outputDir: String?

    @Flag(help: "Use the release's name as a directory within --output-dir.")
    var releaseName = false

    @Option(name: [.customShort("o"), .long], help: "What to print: manifests or files.")
    var output = Output.manifests

    func run() async throws {
        do {
            try accepted.refuseUnsupported()
            let text = try await render()
            FileHandle.standardOutput.write(Data(text.utf8))
        } catch let failure as CommandFailure {
            try exit(with: failure.description)
        } catch let error as ChartError {
            try exit(with: error.message)
        } catch let error as RenderError {
            try exit(with: error.message)
        } catch let error as RepositoryError {
            try exit(with: error.description)
        }
    }

    private func exit(with message: String) throws {
        FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
        throw ExitCode.failure
    }

    private func render() async throws -> String {
        let (release, path) = try releaseAndChart()
        let chart = try await source.chart(path)
        if !chart.missingDependencies.isEmpty, output == .manifests {
            throw CommandFailure(
                "an error occurred while checking for chart dependencies. You may need to run "
                    + "'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ "
                    + "directory: \(chart.missingDependencies.joined(separator: ", "))")
        }
        try ReleaseName.check(release)
        var options = ChartRenderer.Options()
        options.validatesSchema = !skipSchemaValidation
        // Raw text is the engine's own; the check of versions belongs to the manifests.
        options.checksKubernetesVersion = output == .manifests
        if let kubernetesVersion, !Capabilities.isKubernetesVersion(kubernetesVersion) {
            throw CommandFailure(
                "invalid kube version '\(kubernetesVersion)': could not parse \"\(kubernetesVersion)\" as "
                    + "version")
        }
        let capabilities = Capabilities(
            kubernetesVersion: kubernetesVersion.map { $0.hasPrefix("v") ? $0 : "v" + $0 }
                ?? Capabilities().kubernetesVersion,
            apiVersions: apiVersions.flatMap { $0.split(separator: ",").map(String.init) })
        let rendered = try ChartRenderer(options: options).render(
            chart, values: try await gatherValues(),
            release: Release(name: release, namespace: namespace, isInstall: !isUpgrade, isUpgrade: isUpgrade),
            capabilities: capabilities)
        switch output {
        case .files:
            return JSONValue(Dictionary(rendered.files.map { ($0.path, $0.text) }, uniquingKeysWith: { $1 }))
                .serialized()
                + "\n"
        case .manifests:
            guard let outputDir else { return try manifests(of: rendered) }
            return try write(rendered, to: releaseName ? "\(outputDir)/\(release)" : outputDir)
        }
    }

    /// The release's name and the chart, as Helm takes them from its arguments.
    private func releaseAndChart() throws -> (release: String, chart: String) {
        guard let chart = arguments.last else {
            throw CommandFailure("\"boltrope template\" requires at least 1 argument")
        }
        guard arguments.count <= 2 else {
            throw CommandFailure(
                "expected at most two arguments, unexpected arguments: "
                    + arguments.dropFirst(2).joined(separator: ", "))
        }
        guard arguments.count == 2 else {
            return (try nameTemplate.map { try ReleaseName.made(from: $0) } ?? "release-name", chart)
        }
        if generateName { throw CommandFailure("cannot set --generate-name and also specify a name") }
        if nameTemplate != nil { throw CommandFailure("cannot set --name-template and also specify a name") }
        return (arguments[0], chart)
    }

    private func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        if path == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("open \(path): no such file or directory")
        }
        return [UInt8](data)
    }

    private func gatherValues() async throws -> ChartValues {
        var gathered = ChartValues()
        for path in values.flatMap({ $0.split(separator: ",").map(String.init) }) {
            let isURL = path.hasPrefix("https://") || path.hasPrefix("http://")
            try gathered.merge(file: isURL ? try await source.values(path) : try read(path))
        }
        for expression in setJSON { try gathered.setJSON(expression) }
        for expression in set { try gathered.set(expression) }
        for expression in setString { try gathered.setString(expression) }
        for expression in setFile {
            try gathered.setFile(expression) { path in
                FileManager.default.contents(atPath: path).map { [UInt8]($0) }
            }
        }
        for expression in setLiteral { try gathered.setLiteral(expression) }
        return gathered
    }

    private func manifests(of rendered: RenderedChart) throws -> String {
        let (manifests, hooks) = try rendered.sorted()
        var text = ""
        if includeCrds, !skipCrds {
            for file in rendered.customResourceDefinitionFiles { text += "---\n# Source: \(file.path)\n\(file.text)\n" }
        }
        let documents = manifests + wanted(hooks)
        guard !showOnly.isEmpty else {
            // Helm trims the release's manifest, to which hooks do not belong.
            return (text + Self.stream(manifests)).trimmingCharacters(in: .whitespacesAndNewlines) + "\n"
                + Self.stream(wanted(hooks))
        }
        for path in showOnly {
            let pattern = ShowOnlyPattern(path)
            let matching = documents.filter { document in
                let withinChart = document.source.drop { $0 != "/" }.dropFirst()
                return pattern.matches(String(withinChart))
            }
            guard !matching.isEmpty else { throw CommandFailure("could not find template \(path) in chart") }
            text += Self.stream(matching)
        }
        return text
    }

    private static func stream(_ manifests: [Manifest]) -> String {
        manifests.map { "---\n# Source: \($0.source)\n\($0.text)\n" }.joined()
    }

    /// The hooks that are printed.
    private func wanted(_ hooks: [Manifest]) -> [Manifest] {
        guard !noHooks else { return [] }
        return hooks.filter { hook in
            !(skipTests && hook.hookEvents.contains { $0 == "test" || $0 == "test-success" })
        }
    }

    /// Writes one file for each template, as Helm lays them out, and returns what to print of it.
    private func write(_ rendered: RenderedChart, to directory: String) throws -> String {
        let (manifests, hooks) = try rendered.sorted()
        var files = OutputFiles(directory: directory)
        if includeCrds, !skipCrds {
            for file in rendered.customResourceDefinitionFiles { try files.write(file.text, of: file.path) }
        }
        for manifest in manifests { try files.write(manifest.text, of: manifest.source) }
        for hook in wanted(hooks) { try files.write(hook.text, of: hook.source) }
        guard showOnly.isEmpty else {
            throw CommandFailure("could not find template \(showOnly[0]) in chart")
        }
        return files.report + "\n"
    }
}
