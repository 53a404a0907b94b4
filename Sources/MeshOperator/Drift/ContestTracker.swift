import KubeCore

/// Notices when another writer keeps undoing a correction, and then holds corrections back, longer each time.
///
/// A value without a clock: the time is passed in. What it knows is lost with the process, which costs a few corrections
/// and no more.
package struct ContestTracker: Sendable {
    /// A field of an object; the whole object where the path is empty.
    package struct Field: Sendable, Hashable {
        /// The object.
        package var object: ObjectIdentity
        /// A JSON pointer.
        package var path: String

        package init(object: ObjectIdentity, path: String) {
            self.object = object
            self.path = path
        }
    }

    private struct History: Sendable {
        var corrections = 0
        var last: Timestamp
        var manager: String?
    }

    /// After how many corrections within ``window`` a field counts as contested.
    static let threshold = 5
    /// How long a field must be quiet to be forgotten, if it was not held back for longer.
    static let window = Duration.seconds(600)
    /// The hold after the threshold is reached; doubled with each further correction.
    static let firstHold = Duration.seconds(10)
    /// The longest hold.
    static let longestHold = Duration.seconds(1800)

    private var histories: [Field: History] = [:]

    package init() {}

    /// The fields that another writer contests, with its name where it is known.
    package var contested: [(field: Field, manager: String?)] {
        histories.filter { $0.value.corrections >= Self.threshold }
            .sorted { ($0.key.object, $0.key.path) < ($1.key.object, $1.key.path) }
            .map { (field: $0.key, manager: $0.value.manager) }
    }

    /// How long the correction of these fields of an object must wait; nil if it may happen now. Fields that nobody
    /// contests are corrected at once, since the same write corrects all.
    package func hold(_ object: ObjectIdentity, paths: [String], at now: Timestamp) -> Duration? {
        var shortest: Duration?
        for path in paths {
            guard let history = histories[Field(object: object, path: path)],
                history.corrections >= Self.threshold
            else { return nil }
            let remaining = Self.hold(after: history.corrections) - now.duration(since: history.last)
            guard remaining > .zero else { return nil }
            shortest = min(shortest ?? remaining, remaining)
        }
        return shortest
    }

    /// Whether one more correction would make a field contested, so that it is worth asking who the other writer is.
    package func isSuspicious(_ object: ObjectIdentity, paths: [String]) -> Bool {
        paths.contains { (histories[Field(object: object, path: $0)]?.corrections ?? 0) >= Self.threshold - 1 }
    }

    /// Notes that fields of an object were corrected.
    ///
    /// - Parameter manager: who wrote them, if the server said so.
    package mutating func corrected(_ object: ObjectIdentity, paths: [String], manager: String?, at now: Timestamp) {
        for path in paths {
            let field = Field(object: object, path: path)
            var history = histories[field] ?? History(last: now)
            history.corrections += 1
            history.last = now
            history.manager = manager ?? history.manager
            histories[field] = history
        }
    }

    /// Forgets fields that have been quiet for twice as long as they were held back, and says when to ask again.
    package mutating func forget(at now: Timestamp) -> Duration? {
        histories = histories.filter { now.duration(since: $0.value.last) < Self.memory(after: $0.value.corrections) }
        return histories.values.filter { $0.corrections >= Self.threshold }
            .map { Self.memory(after: $0.corrections) - now.duration(since: $0.last) }.min()
    }

    private static func hold(after corrections: Int) -> Duration {
        var hold = firstHold
        for _ in threshold..<max(threshold, corrections) {
            guard hold < longestHold else { return longestHold }
            hold = hold * 2
        }
        return min(hold, longestHold)
    }

    private static func memory(after corrections: Int) -> Duration { max(window, hold(after: corrections) * 2) }
}
