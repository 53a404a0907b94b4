import KubeCore
import KubeRuntime
import Testing

@Suite("Virtual time")
struct VirtualTimeTests {
    @Test("hours pass at once, and sleepers wake in the order of their deadlines")
    func order() async throws {
        let log = Log<String>()
        let start = ContinuousClock.now
        await VirtualTime.run { time in
            await withTaskGroup(of: Void.self) { group in
                for hours in [3, 1, 2] {
                    group.addTask {
                        try? await time.clock.sleep(for: .seconds(hours * 3600))
                        log.append("\(hours) at \(time.now.sinceOrigin.components.seconds / 3600)")
                    }
                }
            }
        }
        #expect(log.entries == ["1 at 1", "2 at 2", "3 at 3"])
        // Far from hours, and far from what a busy machine needs.
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test("time stands still while anything is ready to run")
    func standsStill() async {
        let elapsed = await VirtualTime.run { time in
            await withTaskGroup(of: Duration.self) { group in
                group.addTask {
                    for _ in 0..<1000 { await Task.yield() }
                    return time.now.sinceOrigin
                }
                group.addTask {
                    try? await time.clock.sleep(for: .seconds(1))
                    return .zero
                }
                return await group.reduce(Duration.zero) { max($0, $1) }
            }
        }
        #expect(elapsed == .zero)
    }

    @Test("a cancelled sleep ends at once with an error")
    func cancellation() async {
        await VirtualTime.run { time in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask { (try? await time.clock.sleep(for: .seconds(1000))) == nil }
                group.cancelAll()
                #expect(await group.next() == true)
            }
            #expect(time.now.sinceOrigin < .seconds(1000))
        }
    }

    @Test("the same seed gives the same order; other seeds give others")
    func seeds() async {
        func order(seed: UInt64) async -> [Int] {
            let log = Log<Int>()
            await VirtualTime.run(seed: seed) { _ in
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<8 { group.addTask { log.append(number) } }
                }
            }
            return log.entries
        }
        let first = await order(seed: 1)
        #expect(await order(seed: 1) == first)
        var others: Set<[Int]> = []
        for seed in UInt64(2)..<10 { others.insert(await order(seed: seed)) }
        #expect(others.count > 1)
    }

    @Test("a fast clock sees more time pass, a moved wall does not move the monotonic clock")
    func rates() async throws {
        try await VirtualTime.run(wall: Timestamp(seconds: 1000)) { time in
            let fast = time.clock(rate: 2)
            let start = fast.now
            try await time.clock.sleep(for: .seconds(10))
            #expect(start.duration(to: fast.now) == .seconds(20))
            #expect(time.clock.wallNow == Timestamp(seconds: 1010))
            time.moveWall(by: .seconds(-3600))
            #expect(time.clock.wallNow == Timestamp(seconds: 1010 - 3600))
            #expect(start.duration(to: fast.now) == .seconds(20))
        }
    }
}
