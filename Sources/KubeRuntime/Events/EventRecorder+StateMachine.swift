import KubeCore

/// Event recording as a value: which events to write, which to count, which to drop.
///
/// Events that are equal but for their note are a series (client-go's `tools/events`): the first is created, the second
/// makes it a series, later ones are only counted, and the count is written now and then. A bucket of tokens for each
/// object keeps one that is in trouble from flooding the server.
struct EventStateMachine: Sendable {
    /// What makes events one series.
    struct Key: Hashable, Sendable {
        let regarding: ObjectReference
        let related: ObjectReference?
        let kind: EventRecord.Kind
        let reason: String
        let action: String
    }

    /// What to write.
    enum Write: Equatable, Sendable {
        case create(Key, KubeObject)
        case patchSeries(Key, name: String, namespace: String, count: Int, lastObserved: Timestamp)

        var key: Key {
            switch self {
            case .create(let key, _), .patchSeries(let key, _, _, _, _): key
            }
        }
    }

    struct Configuration: Sendable {
        /// How many events of one object may come at once.
        var burst = 25.0
        /// How often one more may come.
        var refill = Duration.seconds(300)
        /// How often the count of a series is written.
        var seriesInterval = Duration.seconds(30 * 60)
        /// After how long without a repetition a series is over.
        var seriesIdle = Duration.seconds(6 * 60)
        /// How many series are remembered at most.
        var capacity = 4096
    }

    private struct Series: Sendable {
        var record: EventRecord
        var name: String
        var namespace: String
        var count: Int
        var writtenCount: Int
        var lastObserved: Timestamp
        var lastSeen: RuntimeClock.Instant
        var lastWritten: RuntimeClock.Instant
    }

    private struct Bucket: Sendable {
        var tokens: Double
        var filledAt: RuntimeClock.Instant
    }

    let controller: String
    let instance: String
    private let configuration: Configuration
    private var series: [Key: Series] = [:]
    private var buckets: [String: Bucket] = [:]
    private(set) var dropped = 0

    init(controller: String, instance: String, configuration: Configuration = Configuration()) {
        self.controller = controller
        self.instance = instance
        self.configuration = configuration
    }

    /// Takes an event; returns what to write now, nil for nothing.
    mutating func record(
        _ record: EventRecord, now: RuntimeClock.Instant, wall: Timestamp, suffix: String
    ) -> Write? {
        let record = record.limited
        var regarding = record.regarding
        // The state of the object differs from time to time; it is the same event all the same.
        regarding.resourceVersion = nil
        var related = record.related
        related?.resourceVersion = nil
        let key = Key(
            regarding: regarding, related: related, kind: record.kind, reason: record.reason, action: record.action)
        forgetIdle(now)
        if var existing = series[key] {
            existing.count += 1
            existing.lastObserved = wall
            existing.lastSeen = now
            let isDue = existing.count == 2 || existing.lastWritten.duration(to: now) >= configuration.seriesInterval
            if isDue {
                existing.writtenCount = existing.count
                existing.lastWritten = now
            }
            series[key] = existing
            return isDue ? patch(key, existing) : nil
        }
        guard takeToken(of: regarding, now) else {
            dropped += 1
            return nil
        }
        let namespace = record.regarding.namespace ?? "default"
        let name = "\(record.regarding.name.prefix(220)).\(suffix)"
        if series.count >= configuration.capacity,
            let oldest = series.min(by: { $0.value.lastSeen < $1.value.lastSeen })
        {
            series[oldest.key] = nil
        }
        series[key] = Series(
            record: record, name: name, namespace: namespace, count: 1, writtenCount: 1, lastObserved: wall,
            lastSeen: now, lastWritten: now)
        return .create(key, object(record, name: name, namespace: namespace, wall: wall))
    }

    /// The counts that have not been written yet: those that are due, or all of them at the end.
    mutating func flush(now: RuntimeClock.Instant, all: Bool) -> [Write] {
        var writes: [Write] = []
        for (key, value) in series where value.count > value.writtenCount {
            let isOver = value.lastSeen.duration(to: now) >= configuration.seriesIdle
            guard all || isOver || value.lastWritten.duration(to: now) >= configuration.seriesInterval else { continue }
            series[key]?.writtenCount = value.count
            series[key]?.lastWritten = now
            writes.append(patch(key, value))
        }
        forgetIdle(now)
        return writes
    }

    /// An event that was patched is gone from the server: the next one, or this one, is created anew.
    mutating func recreate(_ key: Key, wall: Timestamp, suffix: String) -> Write? {
        guard var value = series[key] else { return nil }
        value.name = "\(value.record.regarding.name.prefix(220)).\(suffix)"
        series[key] = value
        var event = object(value.record, name: value.name, namespace: value.namespace, wall: wall)
        if value.count > 1 { event["series"] = Self.series(count: value.count, lastObserved: value.lastObserved) }
        return .create(key, event)
    }

    /// Forgets a series whose first event could not be written.
    mutating func forget(_ key: Key) { series[key] = nil }

    static func series(count: Int, lastObserved: Timestamp) -> JSONValue {
        ["count": .integer(Int64(count)), "lastObservedTime": .string(lastObserved.microTime)]
    }

    private func patch(_ key: Key, _ value: Series) -> Write {
        .patchSeries(
            key, name: value.name, namespace: value.namespace, count: value.count, lastObserved: value.lastObserved)
    }

    private mutating func forgetIdle(_ now: RuntimeClock.Instant) {
        let idle = configuration.seriesIdle
        for (key, value) in series
        where value.count == value.writtenCount && value.lastSeen.duration(to: now) >= idle {
            series[key] = nil
        }
    }

    private mutating func takeToken(of object: ObjectReference, _ now: RuntimeClock.Instant) -> Bool {
        let name = "\(object) \(object.uid ?? "")"
        var bucket = buckets[name] ?? Bucket(tokens: configuration.burst, filledAt: now)
        let refilled = bucket.filledAt.duration(to: now).inSeconds / configuration.refill.inSeconds
        bucket.tokens = min(configuration.burst, bucket.tokens + refilled)
        bucket.filledAt = now
        defer {
            // A full bucket is as good as none.
            if buckets.count > configuration.capacity {
                buckets = buckets.filter { $0.value.tokens < configuration.burst - 1 }
            }
        }
        guard bucket.tokens >= 1 else {
            buckets[name] = bucket
            return false
        }
        bucket.tokens -= 1
        buckets[name] = bucket
        return true
    }

    private func object(_ record: EventRecord, name: String, namespace: String, wall: Timestamp) -> KubeObject {
        var event = KubeObject(type: .events, namespace: namespace, name: name)
        event["eventTime"] = .string(wall.microTime)
        event["type"] = .string(record.kind.rawValue)
        event["reason"] = .string(record.reason)
        event["action"] = .string(record.action)
        event["note"] = .string(record.note)
        event["regarding"] = record.regarding.value
        if let related = record.related { event["related"] = related.value }
        event["reportingController"] = .string(controller)
        event["reportingInstance"] = .string(String(instance.prefix(128)))
        return event
    }
}
