import Foundation
import KubeCore
import Testing

@testable import Fuzzing

@Suite("The fuzzing engine")
struct EngineTests {
    /// Fails on one input, and counts.
    struct Picky: FuzzTarget {
        static let inputsEach = 10
        func input(using generator: inout SeededGenerator) -> [UInt8] { [UInt8(generator.below(256))] }
        func run(_ input: [UInt8]) throws {
            if input[0] < 8 { throw FuzzFailure("small") }
        }
    }

    /// Takes everything.
    struct Calm: FuzzTarget {
        func input(using generator: inout SeededGenerator) -> [UInt8] { [UInt8(generator.below(256))] }
        func run(_ input: [UInt8]) {}
    }

    @Test("The same seed gives the same inputs, from wherever a run starts")
    func reproducible() async throws {
        func inputs(first: Int, count: Int) async throws -> [[UInt8]] {
            var inputs: [[UInt8]] = []
            try await FuzzRun<Calm>(seed: 11, first: first, count: count).run(before: { inputs.append($1) })
            return inputs
        }
        let whole = try await inputs(first: 0, count: 12)
        #expect(try await inputs(first: 4, count: 3) == Array(whole[4..<7]))
        #expect(Set(whole).count > 6)
    }

    @Test("A failure names the input and the seed")
    func failure() async throws {
        await #expect {
            try await FuzzRun<Picky>(seed: 3).run()
        } throws: {
            "\($0)".hasSuffix(" of seed 3: small")
        }
    }

    @Test("The record holds the last input")
    func record() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("record-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let record = try InputRecord(creating: file)
        #expect(try InputRecord.read(file) == nil)
        try record.write(70_000, [1, 2, 3])
        try record.write(70_001, [4])
        let last = try #require(try InputRecord.read(file))
        #expect(last.index == 70_001 && last.input == [4])
    }

    @Test("Changed trees can be written and read back")
    func trees() throws {
        var generator = SeededGenerator(seed: 5)
        let original: JSONValue = ["a": [1, "x", ["b": .null]], "c": true]
        var changed = 0
        for _ in 0..<500 {
            var value = original
            JSONMutation.mutate(&value, donors: [original], using: &generator)
            if value != original { changed += 1 }
            #expect(try JSONValue(parsing: value.serializedBytes(), maximumDepth: 10_000) == value)
        }
        #expect(changed > 400)
    }
}
