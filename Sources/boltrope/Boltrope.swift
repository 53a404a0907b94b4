import ArgumentParser
import KubeCore

/// # The command
///
/// - `Operator/`  `boltrope operator`: the process of a pod: leader election, probes, metrics, signals.
/// - `Cluster/`   `boltrope cluster`: the embedded cluster on loopback.
/// - `Demo/`      `boltrope demo`: cluster, operator and a mesh, step by step before one's eyes.
/// - `Mesh/`      `boltrope status` and `boltrope crds`.
/// - `Template*`  `boltrope template`: as `helm template`.
/// - `Support/`   what several commands share: the API server's address, the terminal, logs.
@main
struct Boltrope: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boltrope",
        abstract: "Keeps an Istio mesh in the shape that one resource declares.",
        version: KubeCore.version,
        subcommands: [
            OperatorCommand.self, ClusterCommand.self, DemoCommand.self, StatusCommand.self, RenderCommand.self,
            TemplateCommand.self, CustomResourceDefinitionsCommand.self,
        ])
}
