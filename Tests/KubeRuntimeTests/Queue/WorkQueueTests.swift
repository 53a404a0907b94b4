import Testing

@testable import KubeRuntime

@Suite("Work queue")
struct WorkQueueTests {
    @Test("workers share the keys, and no key is ever with two of them", arguments: 0..<20 as Range<UInt64>)
    func workers(seed: UInt64) async {
        await VirtualTime.run(seed: seed) { time in
            let queue = WorkQueue<Int>(name: "test", clock: time.clock)
            let busy = BusyKeys<Int>()
            let handled = Log<Int>()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.run() }
                for _ in 0..<4 {
                    group.addTask {
                        while let item = await queue.next() {
                            let isAlone = busy.begin(item.key)
                            #expect(isAlone)
                            try? await time.clock.sleep(for: .milliseconds(10))
                            handled.append(item.key)
                            busy.end(item.key)
                            queue.done(item.key)
                        }
                    }
                }
                for round in 0..<10 {
                    for key in 0..<5 { queue.add(key, after: .milliseconds(round * 7)) }
                    for key in 0..<5 { queue.add(key) }
                    try? await time.clock.sleep(for: .milliseconds(3))
                }
                try? await time.clock.sleep(for: .seconds(1))
                queue.shutDown(.drain)
                await queue.waitUntilDrained()
            }
            #expect(Set(handled.entries) == Set(0..<5))
            #expect(queue.depth == 0 && queue.processingCount == 0)
        }
    }

    @Test("on real threads too, workers see the last of every key's changes, and never share a key")
    func threads() async {
        let queue = WorkQueue<Int>(name: "test")
        let busy = BusyKeys<Int>()
        let changed = Box<[Int: Int]>([:])
        let seen = Box<[Int: Int]>([:])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while let item = await queue.next() {
                        let isAlone = busy.begin(item.key)
                        #expect(isAlone)
                        let change = changed.value[item.key]
                        seen.update { $0[item.key] = change }
                        busy.end(item.key)
                        queue.done(item.key)
                    }
                }
            }
            for number in 1...5000 {
                changed.update { $0[number % 7] = number }
                queue.add(number % 7, priority: number % 3 == 0 ? .low : .normal)
                // Lets workers run out of keys now and then, so that some adds wake one and others do not.
                if number % 50 == 0 { await Task.yield() }
            }
            queue.shutDown(.drain)
            await queue.waitUntilDrained()
        }
        #expect(seen.value == changed.value)
        #expect(queue.depth == 0 && queue.processingCount == 0)
    }

    @Test("a delayed key comes when it is due, also when an earlier one is added while the timer waits")
    func delays() async throws {
        await VirtualTime.run { time in
            let queue = WorkQueue<String>(name: "test", clock: time.clock)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.run() }
                queue.add("late", after: .seconds(100))
                try? await time.clock.sleep(for: .seconds(1))
                queue.add("early", after: .seconds(10))
                #expect(await queue.next()?.key == "early")
                #expect(time.now.sinceOrigin == .seconds(11))
                #expect(await queue.next()?.key == "late")
                #expect(time.now.sinceOrigin == .seconds(100))
                queue.shutDown(.discard)
            }
        }
    }

    @Test("a failing key waits ever longer, until it is forgotten")
    func rateLimit() async {
        await VirtualTime.run { time in
            let queue = WorkQueue<String>(name: "test", clock: time.clock)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.run() }
                var waits: [Duration] = []
                for _ in 0..<4 {
                    let start = time.now
                    queue.addRateLimited("key")
                    guard let item = await queue.next() else { return }
                    waits.append(start.duration(to: time.now))
                    queue.done(item.key)
                }
                #expect(waits == [5, 10, 20, 40].map { .milliseconds($0) })
                #expect(queue.failures(of: "key") == 4)
                queue.forget("key")
                #expect(queue.failures(of: "key") == 0)
                queue.shutDown(.discard)
            }
        }
    }

    @Test("a cancelled worker stops waiting, and takes no key with it")
    func cancelledWorker() async {
        await VirtualTime.run { time in
            let queue = WorkQueue<Int>(name: "test", clock: time.clock)
            await withTaskGroup(of: Int?.self) { group in
                group.addTask { await queue.next()?.key }
                try? await time.clock.sleep(for: .seconds(1))
                group.cancelAll()
                #expect(await group.next() == .some(nil))
            }
            queue.add(1)
            #expect(await queue.next()?.key == 1)
        }
    }

    @Test("its figures have the names that dashboards know")
    func metrics() async {
        await VirtualTime.run { time in
            let registry = MetricsRegistry()
            let queue = WorkQueue<Int>(name: "mesh", clock: time.clock, metrics: registry)
            queue.add(1)
            queue.add(2)
            try? await time.clock.sleep(for: .seconds(3))
            _ = await queue.next()
            try? await time.clock.sleep(for: .seconds(2))
            let text = registry.render()
            #expect(text.contains(#"workqueue_adds_total{name="mesh",controller="mesh"} 2"#))
            #expect(text.contains(#"workqueue_depth{name="mesh",controller="mesh"} 1"#))
            #expect(text.contains(#"workqueue_queue_duration_seconds_sum{name="mesh",controller="mesh"} 3"#))
            #expect(text.contains(#"workqueue_longest_running_processor_seconds{name="mesh",controller="mesh"} 2"#))
        }
    }
}
