import ArgumentParser

/// # Fuzzing
///
/// Throws bad input at whatever reads bytes that come from outside; run by `Hack/fuzz`.
///
/// - `Engine/`          seeded chance, mutations of bytes and of JSON trees, runs in this process (``FuzzRun``) and in
///   workers that may die (``FuzzSupervisor``); a target is a ``FuzzTarget``.
/// - `Templates/`       charts rendered from lines of JSON, for the comparisons with the real Helm.
/// - `RequestHandler/`  requests to the embedded API server.
@main
struct Fuzzing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzzing", abstract: "Throws bad input at whatever reads bytes from outside.",
        subcommands: [RequestsCommand.self, TemplateBatch.self])
}
