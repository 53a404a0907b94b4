import ArgumentParser
import Foundation
import HelmCharts
import KubeCore

/// `fuzzing render`: renders the charts that standard input describes, one JSON object a line, and answers each with
/// one line. What compares many renders with the real Helm's (`Hack/fuzz-helm`, `Hack/compare-charts`) speaks to it, so
/// that a render costs no process of its own.
///
/// A case holds `files` (`{path: text}`, a chart in memory) or `chart` (the path of a directory or an archive); and,
/// each of them optional, `values`, `edits` (`[["set", "a=1"], …]`: the mode of a `--set` flag and its expression),
/// `name`, `namespace`, `kubeVersion`, `apiVersions` and `isUpgrade`. The answer is `{"files": {path: text}}` or
/// `{"error": message}`.
struct TemplateBatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Render charts described by lines of JSON on standard input.")

    @Flag(help: "Answer with how long the render took, in seconds, instead of what it gave.")
    var times = false

    /// What is wrong with a line.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    func run() throws {
        var charts: [String: Chart] = [:]
        while let line = readLine() {
            let answer = try answer(JSONValue(parsing: line), &charts)
            FileHandle.standardOutput.write(Data((answer.serialized() + "\n").utf8))
        }
    }

    private func answer(_ description: JSONValue, _ charts: inout [String: Chart]) throws -> JSONValue {
        do {
            let chart = try chart(description, &charts)
            var values = ChartValues(description["values"] ?? [:])
            for edit in description["edits"]?.arrayValue ?? [] { try apply(edit, to: &values) }
            let isUpgrade = description["isUpgrade"]?.boolValue ?? false
            var options = ChartRenderer.Options()
            // Raw text is the engine's own; the check of versions belongs to the manifests.
            options.checksKubernetesVersion = false
            let start = ContinuousClock.now
            let rendered = try ChartRenderer(options: options).render(
                chart, values: values,
                release: Release(
                    name: description["name"]?.stringValue ?? "rel",
                    namespace: description["namespace"]?.stringValue ?? "ns", isInstall: !isUpgrade,
                    isUpgrade: isUpgrade),
                capabilities: Capabilities(
                    kubernetesVersion: description["kubeVersion"]?.stringValue ?? "v1.32.0",
                    apiVersions: description["apiVersions"]?.arrayValue?.compactMap(\.stringValue) ?? []))
            let duration = start.duration(to: .now) / .seconds(1)
            if times { return ["seconds": .double(duration)] }
            let files = rendered.files.map { ($0.path, JSONValue.string($0.text)) }
            return ["files": .object(JSONObject(files))]
        } catch let error as ChartError {
            return ["error": .string(error.message)]
        } catch let error as RenderError {
            return ["error": .string(error.message)]
        }
    }

    private func chart(_ description: JSONValue, _ charts: inout [String: Chart]) throws -> Chart {
        if let files = description["files"]?.objectValue {
            var bytes: [String: [UInt8]] = [:]
            for (path, text) in files { bytes[path] = Array((text.stringValue ?? "").utf8) }
            return try Chart.load(files: bytes)
        }
        guard let path = description["chart"]?.stringValue else {
            throw Failure(description: "a case has neither files nor a chart")
        }
        if let known = charts[path] { return known }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Failure(description: "there is no chart at \(path)")
        }
        let chart =
            isDirectory.boolValue
            ? try Chart.load(directory: path)
            : try Chart.load(archive: [UInt8](FileManager.default.contents(atPath: path) ?? Data()))
        charts[path] = chart
        return chart
    }

    private func apply(_ edit: JSONValue, to values: inout ChartValues) throws {
        let expression = edit[1]?.stringValue ?? ""
        switch edit[0]?.stringValue {
        case "set": try values.set(expression)
        case "string": try values.setString(expression)
        case "literal": try values.setLiteral(expression)
        case "json": try values.setJSON(expression)
        default: throw Failure(description: "an edit has no known mode")
        }
    }
}
