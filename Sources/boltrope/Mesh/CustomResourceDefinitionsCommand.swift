import ArgumentParser
import Foundation
import MeshAPI

/// `boltrope crds`: the definitions that the operator needs, as they follow from the types.
struct CustomResourceDefinitionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crds", abstract: "Print the CustomResourceDefinitions, for kubectl apply -f -.")

    @Option(help: ArgumentHelp("Write one file per definition into this folder instead.", valueName: "folder"))
    var outputDirectory: String?

    func run() throws {
        guard let outputDirectory else {
            print(CustomResourceDefinitions.yaml(), terminator: "")
            return
        }
        let folder = URL(fileURLWithPath: outputDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in CustomResourceDefinitions.files() {
            try Data(file.content.utf8).write(to: folder.appendingPathComponent(file.name), options: .atomic)
        }
    }
}
