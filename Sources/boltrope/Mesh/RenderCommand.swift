import ArgumentParser
import Foundation
import HelmCharts
import KubeCore
import MeshAPI
import MeshOperator

/// `boltrope render -f FILE`: the manifests of an IstioOperator document, as `istioctl manifest generate` prints them.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Print the manifests of IstioOperator documents, as istioctl does.",
        discussion: """
            Documents are merged in their order over their profile, then --set in its order. The charts are those of an \
            Istio release: a folder with charts/ and, if it has profiles/, its own profiles. What charts warn of, and \
            settings that match nothing, are told on standard error.
            """)

    @Option(
        name: [.customShort("f"), .long], parsing: .singleValue,
        help: "An IstioOperator document, or - for standard input; may be repeated.")
    var filename: [String] = []

    @Option(
        name: [.customShort("s"), .customLong("set")], parsing: .singleValue,
        help: ArgumentHelp("A setting of the spec, such as components.cni.enabled=true.", valueName: "path=value"))
    var set: [String] = []

    @Option(
        name: [.customShort("d"), .customLong("charts"), .customLong("manifests")],
        help: ArgumentHelp(
            "The manifests folder of an Istio release; spec.installPackagePath if it is left out.", valueName: "folder")
    )
    var charts: String?

    @Option(name: .customLong("kube-version"), help: "The Kubernetes version that charts are told.")
    var kubeVersion = ManifestGeneration.defaultKubeVersion

    func run() throws {
        var settings = set
        if let charts { settings.append("installPackagePath=\(charts)") }
        let documents = try filename.map(Self.document)
        let document = try IstioOperatorDocument(documents, settings: settings) { name, folder in
            try Self.profile(name, in: try Self.checked(folder))
        }
        let folder = try Self.checked(document.installPackagePath)
        let generation = ManifestGeneration(kubeVersion: kubeVersion) { chart in
            try Chart.load(directory: "\(folder)/charts/\(chart)")
        }
        let result = try generation.generate(document)
        for warning in result.warnings { FileHandle.standardError.write(Data("warning: \(warning)\n".utf8)) }
        for object in result.objects { print(YAML.text(of: object.value) + "\n---") }
    }

    private static func document(_ path: String) throws -> JSONValue {
        let content: Data
        do {
            content =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path) cannot be read: \(error.localizedDescription)")
        }
        let documents: [JSONValue]
        do {
            documents = try YAML.documents(in: Array(content)).filter { !$0.isNull }
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
        guard documents.count <= 1 else {
            throw CommandFailure("\(path): contains multiple documents, only one IstioOperator is supported in a file")
        }
        return documents.first ?? ["kind": "IstioOperator"]
    }

    /// Where the charts are, which the documents or settings say.
    private static func checked(_ folder: String?) throws -> String {
        guard let folder, !folder.isEmpty else {
            throw CommandFailure("name the manifests folder of an Istio release: --charts, or spec.installPackagePath")
        }
        guard FileManager.default.fileExists(atPath: "\(folder)/charts") else {
            throw CommandFailure("\(folder) has no folder charts: name the manifests folder of an Istio release")
        }
        return folder
    }

    /// A profile of the release, or the built-in one of that name where the release has no profiles.
    private static func profile(_ name: String, in folder: String) throws -> JSONValue {
        let profiles = "\(folder)/profiles"
        let path = name.contains("/") ? name : "\(profiles)/\(name).yaml"
        guard name.contains("/") || FileManager.default.fileExists(atPath: profiles) else {
            return try IstioOperatorProfiles.document(name)
        }
        guard let content = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("spec.profile: profile \(name) not found: there is no \(path)")
        }
        return try YAML.value(in: Array(content))
    }
}
