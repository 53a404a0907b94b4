import Testing

@testable import KubeClient

@Suite("A client's own rate limit")
struct RateLimitTests {
    @Test("After the burst, requests leave at the rate; a pause earns the burst back, and no more")
    func bucket() {
        var bucket = TokenBucket(RateLimit(requestsPerSecond: 10, burst: 2))
        var delays: [Duration] = []
        for now: Duration in [.zero, .zero, .zero, .zero, .milliseconds(200), .seconds(60), .seconds(60), .seconds(60)]
        {
            delays.append(bucket.take(at: now))
        }
        let expected: [Duration] = [
            .zero, .zero, .milliseconds(100), .milliseconds(200), .milliseconds(100), .zero, .zero, .milliseconds(100),
        ]
        for (delay, wanted) in zip(delays, expected) {
            #expect(abs((delay - wanted) / .seconds(1)) < 1e-9, "\(delay), not \(wanted)")
        }
    }

    @Test("What a request took that gave up is there for the next")
    func givingBack() {
        var bucket = TokenBucket(RateLimit(requestsPerSecond: 1, burst: 1))
        _ = bucket.take(at: .zero)
        _ = bucket.take(at: .zero)
        bucket.giveBack()
        #expect(bucket.take(at: .zero) == .seconds(1))
    }

    @Test("Requests wait, retries too; watches and the renewal of leases do not")
    func client() async throws {
        let clock = SkippingClock()
        let server = ScriptedServer { _, count in
            count == 2 ? .text(429, "", ["Retry-After": "0"]) : .json(200, ["kind": "Node"])
        }
        let client = KubeClient(server, clock: clock).limited(to: RateLimit(requestsPerSecond: 1, burst: 1))
        _ = try await client.get(.nodes, name: "a")
        #expect(clock.sleeps == [])
        _ = try await client.get(.nodes, name: "a")
        #expect(clock.sleeps == [.seconds(1), .zero, .seconds(1)])
        _ = try await client.watch(.nodes)
        _ = try await client.forLeaderElection(requestTimeout: .seconds(1)).get(.nodes, name: "a")
        #expect(clock.sleeps.count == 3)
        _ = try await client.limited(to: nil).get(.nodes, name: "a")
        #expect(clock.sleeps.count == 3)
    }
}
