import Testing

@testable import KubeRuntime

@Suite("Back-off")
struct BackoffTests {
    private func instant(_ seconds: Double) -> RuntimeClock.Instant { .init(sinceOrigin: .seconds(seconds)) }

    @Test("doubles up to its cap, and stays there without overflow")
    func doubling() {
        let delays = [0, 1, 2, 17, 18, 100_000].map {
            Backoff.delay(base: .milliseconds(5), factor: 2, cap: .seconds(1000), failures: $0)
        }
        #expect(
            delays == [
                .milliseconds(5), .milliseconds(10), .milliseconds(20), .milliseconds(5 << 17), .seconds(1000),
                .seconds(1000),
            ])
    }

    @Test("jitter spreads a delay over up to twice its length")
    func jitter() {
        var backoff = Backoff.reflector
        #expect(backoff.next(now: instant(0), chance: 0) == .milliseconds(800))
        #expect(backoff.next(now: instant(1), chance: 0.5) == .milliseconds(2400))
    }

    @Test("begins anew after a healthy while, not before")
    func reset() {
        var backoff = Backoff.reflector
        for second in 0..<5 { _ = backoff.next(now: instant(Double(second)), chance: 0) }
        #expect(backoff.next(now: instant(100), chance: 0) == .milliseconds(800 << 5))
        #expect(backoff.next(now: instant(221), chance: 0) == .milliseconds(800))
    }
}
