import KubeCore

/// One thing to do: an object and the controller that is to look at it.
struct ControllerRequest: Hashable, Sendable {
    /// The position of the controller in its set.
    var controller: Int
    /// The object.
    var key: ResourceKey
}

/// A work queue as a value: each request is ready at most once, is handed to one worker at a time, and is ready again
/// if it was asked for while it was being worked on. Delayed requests become ready when their time has come.
struct ControllerQueue {
    private var ready: [ControllerRequest] = []
    private var head = 0
    private var dirty: Set<ControllerRequest> = []
    private var processing: Set<ControllerRequest> = []
    private var due: [ControllerRequest: Timestamp] = [:]
    private var timers = TimerHeap()
    private var failures: [ControllerRequest: Int] = [:]

    /// How many requests are being worked on.
    var processingCount: Int { processing.count }
    /// Whether there is nothing to take now.
    var isEmpty: Bool { head == ready.count }

    /// When the next delayed request is due.
    var nextDeadline: Timestamp? {
        mutating get {
            while let first = timers.first, due[first.request] != first.time { timers.removeFirst() }
            return timers.first?.time
        }
    }

    /// Asks for a request to be served.
    mutating func add(_ request: ControllerRequest) {
        guard dirty.insert(request).inserted else { return }
        if !processing.contains(request) { ready.append(request) }
    }

    /// Asks for a request to be served at a time, or earlier if that is already asked for.
    mutating func add(_ request: ControllerRequest, at time: Timestamp) {
        if let known = due[request], known <= time { return }
        due[request] = time
        timers.insert(TimerHeap.Entry(time: time, request: request))
    }

    /// Makes everything that is due ready.
    mutating func fire(now: Timestamp) {
        while let deadline = nextDeadline, deadline <= now, let first = timers.first {
            timers.removeFirst()
            due[first.request] = nil
            add(first.request)
        }
    }

    /// The next request to work on; to be given back with ``finish(_:)``.
    mutating func take() -> ControllerRequest? {
        guard head < ready.count else { return nil }
        let request = ready[head]
        head += 1
        if head > 1024, head * 2 > ready.count {
            ready.removeFirst(head)
            head = 0
        }
        dirty.remove(request)
        processing.insert(request)
        return request
    }

    /// Says that work on a request has ended.
    mutating func finish(_ request: ControllerRequest) {
        processing.remove(request)
        if dirty.contains(request) { ready.append(request) }
    }

    /// The back-off before a failed request is tried again: 10 ms, doubling to at most 10 s.
    mutating func backoff(after request: ControllerRequest) -> Duration {
        let count = failures[request, default: 0]
        failures[request] = count + 1
        return .milliseconds(min(10_000, 10 << min(count, 10)))
    }

    /// Forgets the failures of a request that succeeded.
    mutating func succeed(_ request: ControllerRequest) { failures[request] = nil }
}

/// A binary heap of delayed requests, the earliest first.
private struct TimerHeap {
    struct Entry {
        var time: Timestamp
        var request: ControllerRequest
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].time < entries[parent].time else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].time < entries[least].time {
                least = child
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
