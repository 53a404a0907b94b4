/// Inputs one after another, in this process. A trap ends the process, so long runs go through ``FuzzSupervisor``; tests
/// run a few hundred inputs this way.
struct FuzzRun<Target: FuzzTarget> {
    /// What all chance comes from.
    let seed: UInt64
    /// The number of the first input.
    var first = 0
    /// How many inputs.
    var count = Int.max

    /// Runs the inputs; state is built up anew at every multiple of ``FuzzTarget/inputsEach``, and from the last of them
    /// when a run starts in between.
    ///
    /// - Parameters:
    ///   - goesOn: asked before every input.
    ///   - before: shown every input before it is run.
    /// - Returns: how many inputs were run.
    @discardableResult
    func run(
        while goesOn: () -> Bool = { true }, before: (_ index: Int, _ input: [UInt8]) throws -> Void = { _, _ in }
    ) async throws -> Int {
        var target = try await Target()
        var index = first
        while index - first < count, goesOn() {
            if index % Target.inputsEach == 0, index > first { target = try await Target() }
            var generator = SeededGenerator(seed: seed, index: index)
            let input = target.input(using: &generator)
            try before(index, input)
            do {
                try await target.run(input)
            } catch {
                throw FuzzFailure("input \(index) of seed \(seed): \(error)")
            }
            index += 1
        }
        return index - first
    }
}
