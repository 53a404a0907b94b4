import Testing

@testable import KubeRuntime

/// Random operations on the queue and on a model of it that is too simple to be wrong.
@Suite("Work queue, against a model")
struct WorkQueueModelTests {
    /// Per key: how many adds nobody has started on yet (0 or more), whether a worker has it, and when a delay is due.
    private struct Model {
        var wanted: Set<Int> = []
        var processing: Set<Int> = []
        var due: [Int: RuntimeClock.Instant] = [:]
    }

    @Test("never two workers on one key, never a lost add, nothing invented", arguments: seeds(200))
    func invariants(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var machine = WorkQueueStateMachine<Int>(
            itemBackoff: Backoff(base: .milliseconds(5), cap: .seconds(1000)), maximumWait: .seconds(3))
        var model = Model()
        var now = RuntimeClock.Instant(sinceOrigin: .zero)
        for _ in 0..<400 {
            let key = Int.random(in: 0..<6, using: &random)
            let priority: WorkPriority = Bool.random(using: &random) ? .normal : .low
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                _ = machine.add(key, priority: priority, now: now)
                model.wanted.insert(key)
            case 3:
                let at = now.advanced(by: .milliseconds(Int.random(in: 1..<5000, using: &random)))
                _ = machine.add(key, at: at, priority: priority)
                model.due[key] = min(model.due[key] ?? at, at)
            case 4: _ = machine.failed(key)
            case 5: machine.forget(key)
            case 6:
                now = now.advanced(by: .milliseconds(Int.random(in: 0..<2000, using: &random)))
                _ = machine.fire(now: now)
                for (due, at) in model.due where at <= now {
                    model.wanted.insert(due)
                    model.due[due] = nil
                }
            case 7...8:
                let available = model.wanted.subtracting(model.processing)
                if case .item(let item) = machine.next(now: now) {
                    #expect(available.contains(item.key), "key \(item.key) was invented or given to two workers")
                    model.wanted.remove(item.key)
                    model.processing.insert(item.key)
                } else {
                    #expect(available.isEmpty, "keys \(available) are lost")
                }
            default:
                guard let done = model.processing.min() else { continue }
                let isReady = machine.done(done, now: now).isReady
                model.processing.remove(done)
                #expect(isReady == model.wanted.contains(done))
            }
            #expect(machine.depth == model.wanted.subtracting(model.processing).count)
            #expect(machine.processingCount == model.processing.count)
            #expect(machine.nextDeadline.map { $0 <= model.due.values.min() ?? $0 } ?? model.due.isEmpty)
        }
    }
}
