import Testing

@testable import KubeRuntime

@Suite("Reflector, as a value")
struct ReflectorStateMachineTests {
    private typealias Machine = ReflectorStateMachine

    private func at(_ seconds: Double) -> RuntimeClock.Instant { .init(sinceOrigin: .seconds(seconds)) }

    /// A machine that has synced at version 100 and watches.
    private func watching(streaming: Bool = true) -> Machine {
        var configuration = Machine.Configuration()
        configuration.prefersStreaming = streaming
        var machine = Machine(configuration: configuration)
        _ = machine.next(now: at(0), chance: 0)
        if streaming {
            _ = machine.received(.bookmark(resourceVersion: "100", endsInitialEvents: true), now: at(0))
        } else {
            _ = machine.listed(resourceVersion: "100", continueToken: "", now: at(0))
            _ = machine.next(now: at(0), chance: 0)
        }
        #expect(machine.state == .watching)
        return machine
    }

    private func watch(_ version: String, initial: Bool = false) -> Machine.Action {
        .watch(WatchRequest(resourceVersion: version, sendsInitialEvents: initial, timeout: .seconds(300)))
    }

    @Test("first streams the newest state, and stages what comes until the bookmark")
    func streaming() {
        var machine = Machine()
        #expect(machine.next(now: at(0), chance: 0) == watch("", initial: true))
        #expect(machine.received(.change(resourceVersion: "5"), now: at(0)) == .stage)
        #expect(machine.lastResourceVersion == "", "initial events come in no order, so their versions mean nothing")
        #expect(machine.received(.bookmark(resourceVersion: "8", endsInitialEvents: false), now: at(0)) == .ignore)
        #expect(
            machine.received(.bookmark(resourceVersion: "9", endsInitialEvents: true), now: at(0))
                == .replace(resourceVersion: "9"))
        #expect(machine.received(.change(resourceVersion: "10"), now: at(0)) == .apply)
        #expect(machine.lastResourceVersion == "10")
    }

    @Test("falls back to a paged list for good where the server knows no initial events")
    func fallBack() {
        var machine = Machine()
        _ = machine.next(now: at(0), chance: 0)
        machine.watchEnded(.unsupported("422"), now: at(0), chance: 0)
        #expect(machine.next(now: at(0), chance: 0) == .list(ListRequest(limit: 500)))
        #expect(machine.listed(resourceVersion: "7", continueToken: "more", now: at(0)) == .ignore)
        #expect(machine.next(now: at(0), chance: 0) == .list(ListRequest(limit: 500, continueToken: "more")))
        #expect(
            machine.listed(resourceVersion: "7", continueToken: "", now: at(0)) == .replace(resourceVersion: "7"))
        #expect(machine.next(now: at(0), chance: 0) == watch("7"))
        #expect(!machine.canStream)
    }

    @Test("a clean end is followed by a watch from where it stopped, at once")
    func cleanEnd() {
        var machine = watching()
        _ = machine.received(.bookmark(resourceVersion: "120", endsInitialEvents: false), now: at(100))
        machine.watchEnded(nil, now: at(300), chance: 0)
        #expect(machine.next(now: at(300), chance: 0) == watch("120"))
    }

    @Test("the server's time limit is spread at random")
    func spread() {
        var machine = watching()
        machine.watchEnded(nil, now: at(300), chance: 0)
        #expect(
            machine.next(now: at(300), chance: 0.5)
                == .watch(WatchRequest(resourceVersion: "100", timeout: .seconds(450))))
    }

    @Test("an expired version means reading everything again, at once, not older than what was seen")
    func expired() {
        var machine = watching()
        _ = machine.received(.change(resourceVersion: "150"), now: at(50))
        machine.watchEnded(.expired("410"), now: at(60), chance: 0)
        #expect(machine.next(now: at(60), chance: 0) == watch("150", initial: true))
        // The server has forgotten even that: the newest state, again without waiting.
        machine.watchEnded(.expired("410"), now: at(61), chance: 0)
        #expect(machine.next(now: at(61), chance: 0) == watch("", initial: true))
        // And if even that fails, waiting is the only thing left.
        machine.watchEnded(.expired("410"), now: at(62), chance: 0)
        #expect(machine.next(now: at(62), chance: 0) == .wait(.milliseconds(800)))
    }

    @Test("a server that forgets faster than it lists is not asked in a tight loop")
    func storm() {
        var machine = watching()
        machine.watchEnded(.expired("410"), now: at(1), chance: 0)
        #expect(machine.next(now: at(1), chance: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(now: at(2), chance: 0) == watch("100", initial: true))
    }

    @Test("without initial events, an expired version is listed unpaged from the server's cache")
    func relist() {
        var machine = watching(streaming: false)
        machine.watchEnded(.expired("410"), now: at(60), chance: 0)
        #expect(machine.next(now: at(60), chance: 0) == .list(ListRequest(resourceVersion: "100", limit: 0)))
        machine.listFailed(.resourceVersionTooLarge("504"), now: at(60), chance: 0)
        #expect(machine.next(now: at(60), chance: 0) == .list(ListRequest(limit: 500)))
    }

    @Test("a token that expires between two pages leads to one list in one piece")
    func expiredToken() {
        var machine = watching(streaming: false)
        machine.watchEnded(.other("boom"), now: at(60), chance: 0)
        _ = machine.next(now: at(60), chance: 0)
        _ = machine.next(now: at(61), chance: 0)
        machine.listFailed(.expired("410"), now: at(61), chance: 0)
        #expect(machine.next(now: at(61), chance: 0) == .list(ListRequest(limit: 500)))
        _ = machine.listed(resourceVersion: "200", continueToken: "more", now: at(61))
        _ = machine.next(now: at(61), chance: 0)
        machine.listFailed(.expired("410"), now: at(62), chance: 0)
        #expect(machine.next(now: at(62), chance: 0) == .list(ListRequest(limit: 0)))
    }

    @Test(
        "overload, refusal and failure of the server keep the version and wait",
        arguments: [SourceFailure.unreachable("x"), .tooManyRequests(retryAfter: nil, "x"), .internalError("x")])
    func keepsVersion(failure: SourceFailure) {
        var machine = watching()
        machine.watchEnded(failure, now: at(60), chance: 0)
        #expect(machine.next(now: at(60), chance: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(now: at(61), chance: 0) == watch("100"))
    }

    @Test("the server's own wish to wait is granted")
    func retryAfter() {
        var machine = watching()
        machine.watchEnded(.tooManyRequests(retryAfter: .seconds(17), "x"), now: at(60), chance: 0)
        #expect(machine.next(now: at(60), chance: 0) == .wait(.seconds(17)))
    }

    @Test("a watch that ends at once and empty, or that is refused, leads to reading everything again, after a while")
    func veryShort() {
        for failure: SourceFailure? in [nil, .other("boom"), .denied("403"), .notServed("404")] {
            var machine = watching()
            machine.watchEnded(nil, now: at(300), chance: 0)
            _ = machine.next(now: at(300), chance: 0)
            machine.watchEnded(failure, now: at(300.5), chance: 0)
            #expect(machine.next(now: at(300.5), chance: 0) == .wait(.milliseconds(800)))
            #expect(machine.next(now: at(302), chance: 0) == watch("100", initial: true))
        }
    }

    @Test("a connection lost after it had worked is taken up where it stopped, at once")
    func interrupted() {
        var machine = watching()
        _ = machine.received(.change(resourceVersion: "101"), now: at(10))
        machine.watchEnded(.interrupted("reset"), now: at(20), chance: 0)
        #expect(machine.next(now: at(20), chance: 0) == watch("101"))
        machine.watchEnded(.interrupted("reset"), now: at(20.1), chance: 0)
        #expect(machine.next(now: at(20.1), chance: 0) == .wait(.milliseconds(800)))
    }

    @Test("initial events that break off are replaced by a list this once")
    func brokenStream() {
        var machine = Machine()
        _ = machine.next(now: at(0), chance: 0)
        machine.watchEnded(.interrupted("reset"), now: at(5), chance: 0)
        #expect(machine.next(now: at(5), chance: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(now: at(6), chance: 0) == .list(ListRequest(limit: 500)))
        _ = machine.listed(resourceVersion: "3", continueToken: "", now: at(6))
        _ = machine.next(now: at(6), chance: 0)
        machine.watchEnded(.expired("410"), now: at(100), chance: 0)
        #expect(machine.next(now: at(100), chance: 0) == watch("3", initial: true), "streaming is tried again")
    }
}
