import ArgumentParser
import KubeClient
import KubeCore
import Logging
import MeshAPI

/// `boltrope status`: the meshes at a glance.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the meshes: versions, components, revisions, drift.",
        discussion: "Exits with 1 where a mesh that was asked for is not ready, so that scripts can wait for it.")

    enum Output: String, ExpressibleByArgument, CaseIterable { case text, json, yaml }

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "Mesh to show; all of them otherwise.")
    var name: String?

    @Option(name: .shortAndLong, help: "How to print.")
    var output = Output.text

    @Flag(name: [.customShort("w"), .long], help: "Go on showing changes until stopped.")
    var watch = false

    func validate() throws {
        if watch, output != .text { throw ValidationError("--watch prints text only: leave --output out") }
    }

    func run() async throws {
        let client = try connection.client(userAgent: "boltrope-status", logger: .warnings("boltrope.status"))
        var options = ListOptions()
        if let name { options.fieldSelector = .name(name) }
        let list = try await client.listAll(Mesh.type, options: options)
        if let name, list.items.isEmpty {
            throw CommandFailure("there is no mesh \"\(name)\"")
        }
        try show(list.items)
        if watch { try await follow(client, from: list, options) }
        if list.items.contains(where: { !MeshOverview($0).isReady }), name != nil { throw ExitCode(1) }
    }

    private func show(_ meshes: [KubeObject]) throws {
        switch output {
        case .text:
            let terminal = Terminal()
            if meshes.isEmpty { terminal.line("no meshes: apply a Mesh, for example kubectl apply -f mesh.yaml") }
            for mesh in meshes {
                for line in MeshOverview(mesh).lines(terminal) { terminal.line(line) }
            }
        case .json:
            print(document(meshes).serialized(.pretty))
        case .yaml:
            print(YAML.text(of: document(meshes)), terminator: "")
        }
    }

    private func document(_ meshes: [KubeObject]) -> JSONValue {
        if name != nil, let mesh = meshes.first { return mesh.value }
        return ["apiVersion": "v1", "kind": "List", "items": .array(meshes.map(\.value))]
    }

    /// Prints a mesh again whenever what would be printed has changed.
    private func follow(_ client: KubeClient, from list: ObjectList, _ options: ListOptions) async throws {
        let terminal = Terminal()
        var shown: [String: [String]] = [:]
        for mesh in list.items { shown[mesh.name] = MeshOverview(mesh).lines(terminal) }
        var options = options
        options.resourceVersion = list.resourceVersion
        options.allowWatchBookmarks = true
        while !Task.isCancelled {
            for try await event in try await client.watch(Mesh.type, options: options) {
                options.resourceVersion = event.resourceVersion ?? options.resourceVersion
                switch event {
                case .added(let mesh), .modified(let mesh):
                    let lines = MeshOverview(mesh).lines(terminal)
                    guard shown[mesh.name] != lines else { continue }
                    shown[mesh.name] = lines
                    for line in lines { terminal.line(line) }
                case .deleted(let mesh):
                    shown[mesh.name] = nil
                    terminal.line("mesh/\(mesh.name): removed")
                case .bookmark: continue
                case .error(let status): throw CommandFailure("the watch failed: \(status)")
                }
            }
        }
    }
}
