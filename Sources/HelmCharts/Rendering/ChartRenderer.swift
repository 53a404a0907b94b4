import KubeCore
import Synchronization

/// Renders charts as Helm 4.2 does: a pure function of chart, values, release and capabilities, but for random
/// functions, the clock and `lookup`.
public struct ChartRenderer: Sendable {
    /// What a render may use and how far it may go.
    public struct Options: Sendable {
        /// Whether the chart's `values.schema.json` is enforced; on by default.
        public var validatesSchema = true
        /// Whether the chart's `kubeVersion` is enforced; on by default.
        public var checksKubernetesVersion = true
        /// The most bytes that all templates together may produce; 64 MiB by default.
        public var maximumOutputBytes = 64 << 20
        /// The most evaluation steps; 50 million by default, several seconds of work.
        public var maximumSteps = 50_000_000
        /// Answers the `lookup` function: API version, kind, namespace and name (empty to list). Nothing is found by
        /// default, as in `helm template`.
        public var lookup:
            (@Sendable (_ apiVersion: String, _ kind: String, _ namespace: String, _ name: String) -> JSONValue?)?
        /// The time `now` returns, in seconds since the epoch; the system's clock by default.
        public var now: (@Sendable () -> Double)?
        /// Random bits for `randAlphaNum`, `uuidv4` and their like; the system's generator by default.
        public var random: (@Sendable () -> UInt64)?

        /// The default options.
        public init() {}
    }

    private let options: Options

    /// A renderer with these options.
    public init(options: Options = Options()) {
        self.options = options
    }

    /// Renders a chart with values as a values file gives them (numbers are floating-point to templates, null deletes a
    /// default). Stops with an error when the surrounding task is cancelled.
    public func render(
        _ chart: Chart, values: JSONValue, release: Release, capabilities: Capabilities = Capabilities()
    ) throws(RenderError) -> RenderedChart {
        try render(chart, values: ChartValues(values), release: release, capabilities: capabilities)
    }

    /// Renders a chart with values gathered from files and `--set` expressions, whose integers stay integers.
    public func render(
        _ chart: Chart, values: ChartValues, release: Release, capabilities: Capabilities = Capabilities()
    ) throws(RenderError) -> RenderedChart {
        let result = RenderStack.run { isCancelled in
            Result { () throws(RenderError) in
                try renderHere(
                    chart, values: values, release: release, capabilities: capabilities, isCancelled: isCancelled)
            }
        }
        return try result.get()
    }

    private func renderHere(
        _ chart: Chart, values: ChartValues, release: Release, capabilities: Capabilities,
        isCancelled: @escaping () -> Bool
    ) throws(RenderError) -> RenderedChart {
        let root = ChartTree(chart.contents)
        let coalesced: MapObject
        do {
            let userValues = try values.makeMap()
            try ChartDependencies.process(root, values: userValues.deepCopy())
            coalesced = try ValuesCoalescing.coalesce(root, userValues)
        } catch {
            throw RenderError(error.text)
        }
        root.place(in: nil)
        if options.validatesSchema { try SchemaValidation.check(root, coalesced) }
        if options.checksKubernetesVersion, !chart.kubeVersion.isEmpty {
            let version = capabilities.normalizedVersion
            let constraint = VersionConstraint(chart.kubeVersion)
            if constraint.map({ constraint in SemanticVersion(version).map { constraint.allows($0) } ?? false }) != true
            {
                throw RenderError(
                    "chart requires kubeVersion: \(chart.kubeVersion) which is incompatible with Kubernetes "
                        + capabilities.kubernetesVersion)
            }
        }
        var engine = RenderEngine(release: release.templateValue, capabilities: capabilities.templateValue)
        engine.add(root, values: coalesced.viewed(as: .values))
        let files = try engine.render(
            parsedBy: chart.contents, environment: environment(isCancelled),
            limits: TemplateExecution.Limits(outputBytes: options.maximumOutputBytes, steps: options.maximumSteps))
        return RenderedChart(name: root.name, files: files, definitions: Self.definitions(root))
    }

    private func environment(_ isCancelled: @escaping () -> Bool) -> TemplateEnvironment {
        let options = options
        return TemplateEnvironment(
            now: { options.now.map { GoTime(seconds: $0()) } ?? GoTime.current() },
            random: { options.random?() ?? UInt64.random(in: .min ... .max) },
            lookup: { apiVersion, kind, namespace, name throws(GoError) in
                options.lookup?(apiVersion, kind, namespace, name) ?? .object(JSONObject())
            },
            isCancelled: isCancelled)
    }

    private static func definitions(_ chart: ChartTree) -> [RenderedFile] {
        let own = chart.contents.customResourceDefinitions.map { file in
            RenderedFile(path: chart.fullPath + "/" + file.path, text: String(decoding: file.bytes, as: UTF8.self))
        }
        return own + chart.children.flatMap { definitions($0) }
    }
}

/// The templates of a chart tree and the contexts they run in.
struct RenderEngine {
    private struct Renderable {
        var path: String
        var text: [UInt8]
        var context: MapObject
        var basePath: String
    }

    private var templates: [Renderable] = []
    private let release: MapObject
    private let capabilities: Value

    init(release: MapObject, capabilities: Value) {
        self.release = release
        self.capabilities = capabilities
    }

    /// Adds a chart and those in it; gives the chart's context, one map that all its templates share.
    @discardableResult
    mutating func add(_ chart: ChartTree, values: MapObject) -> MapObject {
        let subcharts = MapObject()
        let context = MapObject(
            [
                "Chart": .map(chart.metadata.templateValue(isRoot: chart.isRoot)),
                "Files": .object(ChartFilesObject(chart.contents.files)), "Release": .map(release),
                "Capabilities": capabilities, "Values": .map(values), "Subcharts": .map(subcharts),
            ], kind: .values)
        for child in chart.children {
            var childValues = MapObject(kind: .values)
            if case .map(let table) = values[child.name] { childValues = table.viewed(as: .values) }
            subcharts[child.name] = .map(add(child, values: childValues))
        }
        for file in chart.contents.templates {
            let base = file.path.split(separator: "/").last ?? ""
            if chart.metadata.isLibrary, !base.hasPrefix("_") { continue }
            templates.append(
                Renderable(
                    path: chart.fullPath + "/" + file.path, text: file.bytes, context: context,
                    basePath: chart.fullPath + "/templates"))
        }
        return context
    }

    /// The text of every template that is not a partial, by path.
    func render(
        parsedBy chart: ChartContents, environment: TemplateEnvironment, limits: TemplateExecution.Limits
    ) throws(RenderError) -> [RenderedFile] {
        // Deepest first, then from Z to A: what a chart's first templates set, its later ones see.
        let ordered = templates.map { (depth: $0.path.utf8.count { $0 == 0x2F }, template: $0) }.sorted { left, right in
            left.depth != right.depth
                ? left.depth > right.depth : right.template.path.isLessByBytes(than: left.template.path)
        }.map(\.template)
        var known: [String: ParsedTemplate] = [:]
        for template in ordered {
            for parsed in try Self.parse(template, cachedIn: chart) { TemplateExecution.add(parsed, to: &known) }
        }
        let execution = TemplateExecution(
            templates: known, functions: FunctionLibrary.helm, environment: environment, limits: limits)
        var files: [RenderedFile] = []
        for template in ordered {
            if (template.path.split(separator: "/").last ?? "").hasPrefix("_") { continue }
            template.context["Template"] = .map(
                MapObject(
                    ["Name": .string(template.path), "BasePath": .string(template.basePath)], kind: .values))
            do {
                let output = try execution.run(template.path, data: .map(template.context))
                files.append(
                    RenderedFile(
                        path: template.path,
                        text: Bytes.text(TemplateExecution.withoutNoValue(output))))
            } catch {
                throw RenderError(HelmErrorText.execution(error))
            }
        }
        return files.sorted { $0.path.isLessByBytes(than: $1.path) }
    }

    private static func parse(
        _ template: Renderable, cachedIn chart: ChartContents
    ) throws(RenderError) -> [ParsedTemplate] {
        if let parsed = chart.parsed.withLock({ $0[template.path] }) { return parsed }
        do {
            let parsed = try TemplateParser.parse(
                name: template.path, text: template.text, functions: FunctionLibrary.helm)
            chart.parsed.withLock { $0[template.path] = parsed }
            return parsed
        } catch {
            throw RenderError(HelmErrorText.parse(template.path, error))
        }
    }
}
