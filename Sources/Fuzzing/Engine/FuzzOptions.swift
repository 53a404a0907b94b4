import ArgumentParser

/// The options that all targets share.
struct FuzzOptions: ParsableArguments {
    @Option(help: "How long to go on.")
    var seconds = 60.0

    @Option(help: "What all chance comes from; chosen and printed if left out.")
    var seed: UInt64?

    @Option(help: "The number of the first input.")
    var first = 0

    @Option(help: "How many inputs at most.")
    var count: Int?

    @Option(help: "Seconds that one input may take.")
    var deadline = 20.0

    @Option(help: "Megabytes that the worker may hold.")
    var memory = 1_024

    @Option(help: "The folder for inputs that failed.")
    var output = ".build/fuzzing"

    @Option(help: "Runs one input from a file, in this process.")
    var replay: String?

    @Option(help: .hidden)
    var worker: String?
}
