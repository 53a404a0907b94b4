/// The members of a JSON object, in the order they were added.
///
/// One reference wide, so that a tree of objects stays small; small objects are searched linearly, large ones through an
/// index that is built on first need, so that hostile input with many members costs no quadratic time.
public struct JSONObject: Sendable {
    /// A member.
    public typealias Element = (key: String, value: JSONValue)

    /// Kept behind one reference and copied on write. Unchecked, because it is only ever mutated by a holder that has
    /// just proved that it is the sole one (`isKnownUniquelyReferenced`).
    private final class Storage: @unchecked Sendable {
        var keys: [String]
        var values: [JSONValue]
        /// Positions by key; exists only above `indexThreshold` members.
        var index: [String: Int]?

        init(keys: [String], values: [JSONValue], index: [String: Int]?) {
            self.keys = keys
            self.values = values
            self.index = index
        }

        func copy() -> Storage { Storage(keys: keys, values: values, index: index) }

        func position(of key: String) -> Int? {
            if let index { return index[key] }
            return keys.firstIndex(of: key)
        }
    }

    private static let indexThreshold = 24
    private var storage: Storage?

    /// An object without members.
    public init() {}

    /// An object of these members; of equal keys the last wins.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    /// How many members there are.
    public var count: Int { storage?.keys.count ?? 0 }

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// The keys in order.
    public var keys: [String] { storage?.keys ?? [] }

    /// The values in order.
    public var values: [JSONValue] { storage?.values ?? [] }

    /// Whether there is a member of this name.
    public func contains(_ key: String) -> Bool { storage?.position(of: key) != nil }

    /// The value of a member. Setting nil removes it; a new member goes to the end, a known one keeps its place.
    public subscript(key: String) -> JSONValue? {
        get {
            guard let storage, let position = storage.position(of: key) else { return nil }
            return storage.values[position]
        }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            let storage = makeUnique()
            if let position = storage.position(of: key) {
                storage.values[position] = newValue
            } else {
                append(key, newValue, to: storage)
            }
        }
    }

    /// Changes a member in place without copying its value; a nil result removes the member.
    public mutating func update<Result>(
        _ key: String, _ body: (inout JSONValue?) throws -> Result
    ) rethrows -> Result {
        guard let position = storage?.position(of: key) else {
            var value: JSONValue?
            let result = try body(&value)
            self[key] = value
            return result
        }
        let storage = makeUnique()
        var value: JSONValue? = storage.values[position]
        storage.values[position] = .null
        defer {
            if let value { storage.values[position] = value } else { removeValue(forKey: key) }
        }
        return try body(&value)
    }

    /// Removes a member and returns its value.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = storage?.position(of: key) else { return nil }
        let storage = makeUnique()
        storage.keys.remove(at: position)
        let removed = storage.values.remove(at: position)
        if storage.index != nil { rebuildIndex(of: storage) }
        return removed
    }

    /// Reserves room for this many members.
    public mutating func reserveCapacity(_ capacity: Int) {
        let storage = makeUnique()
        storage.keys.reserveCapacity(capacity)
        storage.values.reserveCapacity(capacity)
    }

    /// An object of keys and values of equal count, as the parser finds them; of equal keys the last wins.
    package init(parsedKeys keys: [String], values: [JSONValue]) {
        guard !keys.isEmpty else { return }
        guard keys.count <= Self.indexThreshold, !Self.hasRepeated(keys) else {
            reserveCapacity(keys.count)
            for (key, value) in zip(keys, values) { self[key] = value }
            return
        }
        storage = Storage(keys: keys, values: values, index: nil)
    }

    /// Whether a key stands twice; quadratic, for few keys only.
    private static func hasRepeated(_ keys: [String]) -> Bool {
        for position in keys.indices {
            // Most keys differ in length, which is quickly seen.
            let length = keys[position].utf8.count
            for earlier in 0..<position
            where keys[earlier].utf8.count == length && keys[earlier] == keys[position] { return true }
        }
        return false
    }

    private mutating func makeUnique() -> Storage {
        if storage == nil {
            storage = Storage(keys: [], values: [], index: nil)
        } else if !isKnownUniquelyReferenced(&storage) {
            storage = storage?.copy()
        }
        guard let storage else { preconditionFailure("storage was just made") }
        return storage
    }

    private func append(_ key: String, _ value: JSONValue, to storage: Storage) {
        storage.keys.append(key)
        storage.values.append(value)
        if storage.index != nil {
            storage.index?[key] = storage.keys.count - 1
        } else if storage.keys.count > Self.indexThreshold {
            rebuildIndex(of: storage)
        }
    }

    private func rebuildIndex(of storage: Storage) {
        guard storage.keys.count > Self.indexThreshold else {
            storage.index = nil
            return
        }
        var index: [String: Int] = [:]
        index.reserveCapacity(storage.keys.count)
        for (position, key) in storage.keys.enumerated() { index[key] = position }
        storage.index = index
    }
}

extension JSONObject: Sequence {
    /// Visits the members in order.
    public struct Iterator: IteratorProtocol {
        fileprivate let keys: [String]
        fileprivate let values: [JSONValue]
        fileprivate var position = 0

        /// The next member, or nil at the end.
        public mutating func next() -> JSONObject.Element? {
            guard position < keys.count else { return nil }
            defer { position += 1 }
            return (keys[position], values[position])
        }
    }

    /// Visits the members in order.
    public func makeIterator() -> Iterator { Iterator(keys: keys, values: values) }

    /// How many members there are, exactly.
    public var underestimatedCount: Int { count }

    /// The members sorted by the bytes of their keys, as Kubernetes prints maps.
    public var sorted: [Element] {
        zip(keys, values).map { (key: $0, value: $1) }.sorted { $0.key.utf8Less(than: $1.key) }
    }

    /// An object with the same keys and other values.
    public func mapValues(_ transform: (JSONValue) throws -> JSONValue) rethrows -> JSONObject {
        guard let storage else { return self }
        var result = JSONObject()
        result.storage = Storage(keys: storage.keys, values: try storage.values.map(transform), index: storage.index)
        return result
    }

    /// An object of the members that pass.
    public func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> JSONObject {
        var result = JSONObject()
        for member in self where try isIncluded(member) { result[member.key] = member.value }
        return result
    }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        if left.storage === right.storage { return true }
        guard left.count == right.count else { return false }
        guard let leftStorage = left.storage, let rightStorage = right.storage else { return true }
        // Objects of one origin usually agree on order, which spares the look-ups.
        if leftStorage.keys == rightStorage.keys { return leftStorage.values == rightStorage.values }
        for (key, value) in left {
            guard let other = right[key], other == value else { return false }
        }
        return true
    }

    /// Hashes equal objects alike.
    public func hash(into hasher: inout Hasher) {
        // Members are unordered, so their hashes are joined by a commutative operation.
        var joined = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            joined ^= member.finalize()
        }
        hasher.combine(joined)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object of these members.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension String {
    /// Whether this string sorts before another by its UTF-8 bytes, as Go compares strings.
    package func utf8Less(than other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
