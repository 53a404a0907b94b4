import Testing

@testable import KubeRuntime

@Suite("Deadlines")
struct DeadlineTests {
    @Test("an operation in time gives its result, one that is late is cancelled and awaited")
    func both() async throws {
        try await VirtualTime.run { time in
            let quick = try await withDeadline(.seconds(2), on: time.clock, "it") {
                try await time.clock.sleep(for: .seconds(1))
                return 7
            }
            #expect(quick == 7)
            let ended = Log<String>()
            await #expect(throws: DeadlineExceeded.self) {
                try await withDeadline(.seconds(2), on: time.clock, "it") {
                    defer { ended.append("ended") }
                    try await time.clock.sleep(for: .seconds(10))
                }
            }
            #expect(ended.entries == ["ended"])
            #expect(time.now.sinceOrigin == .seconds(3))
        }
    }
}
