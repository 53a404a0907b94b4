import ArgumentParser

/// Throws bad input at whatever reads bytes that come from outside; run by `Hack/fuzz`.
@main
struct Fuzzing: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fuzzing", subcommands: [])
}
