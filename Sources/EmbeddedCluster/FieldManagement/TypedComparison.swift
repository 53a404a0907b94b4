import KubeCore

/// The paths at which two values of one type differ.
struct TypedComparison {
    /// Paths that only the new value has.
    private(set) var added = FieldSet()
    /// Paths that both have, with different values.
    private(set) var modified = FieldSet()
    /// Paths that only the old value has.
    private(set) var removed = FieldSet()

    /// Whether the values are the same.
    var isSame: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }

    /// Compares two values of one type.
    init(from old: JSONValue, to new: JSONValue, _ type: MergeType) {
        compare(old, new, type, [], inLeaf: false)
    }

    /// The comparison without the paths that a filter drops.
    func filtered(_ filter: FieldFilter) -> TypedComparison {
        var result = self
        result.added = filter.apply(added)
        result.modified = filter.apply(modified)
        result.removed = filter.apply(removed)
        return result
    }

    private mutating func compare(
        _ old: JSONValue?, _ new: JSONValue?, _ type: MergeType, _ path: [PathElement], inLeaf: Bool
    ) {
        var isLeaf = inLeaf
        let oldShape = type.shape(of: old)
        let newShape = type.shape(of: new)
        if new == nil {
            visit(oldShape, old, new, path, &isLeaf)
        } else if old == nil || oldShape.isSameKind(as: newShape) {
            visit(newShape, old, new, path, &isLeaf)
        } else {
            // The kind of the value changed: the old one ends as a whole and the new one begins.
            var ignored = inLeaf
            visit(oldShape, old, new, path, &ignored)
            visit(newShape, old, new, path, &isLeaf)
        }
        if !isLeaf {
            if old == nil { added.insert(path) } else if new == nil { removed.insert(path) }
        }
    }

    private mutating func visit(
        _ shape: MergeType.Shape, _ old: JSONValue?, _ new: JSONValue?, _ path: [PathElement], _ isLeaf: inout Bool
    ) {
        switch shape {
        case .undeclared: return
        case .scalar: leaf(old, new, path, &isLeaf)
        case .list(let list):
            let oldItems = old?.arrayValue ?? []
            let newItems = new?.arrayValue ?? []
            if list.isAtomic || (oldItems.isEmpty && newItems.isEmpty) { return leaf(old, new, path, &isLeaf) }
            compareItems(oldItems, newItems, list, path, isLeaf)
        case .map(let map):
            let oldObject = old?.objectValue ?? JSONObject()
            let newObject = new?.objectValue ?? JSONObject()
            if map.isAtomic || (oldObject.isEmpty && newObject.isEmpty) { return leaf(old, new, path, &isLeaf) }
            for (key, value) in oldObject {
                let other = newObject[key]
                // Most members are the same, and their paths matter to nobody.
                if other == value { continue }
                compare(value, other, map.type(of: key), path + [.field(key)], inLeaf: isLeaf)
            }
            for (key, value) in newObject where !oldObject.contains(key) {
                compare(nil, value, map.type(of: key), path + [.field(key)], inLeaf: isLeaf)
            }
        }
    }

    private mutating func compareItems(
        _ oldItems: [JSONValue], _ newItems: [JSONValue], _ list: MergeType.List, _ path: [PathElement],
        _ isLeaf: Bool
    ) {
        let old = Self.index(oldItems, list)
        let new = Self.index(newItems, list)
        for element in old.order + new.order.filter({ old.items[$0] == nil }) {
            let before = old.items[element] ?? []
            let after = new.items[element] ?? []
            guard before.count <= 1, after.count <= 1 else {
                // Elements that share a key are one leaf together.
                guard before != after, !isLeaf else { continue }
                if before.isEmpty {
                    added.insert(path + [element])
                } else if after.isEmpty {
                    removed.insert(path + [element])
                } else {
                    modified.insert(path + [element])
                }
                continue
            }
            if before == after { continue }
            compare(before.first, after.first, list.element, path + [element], inLeaf: isLeaf)
        }
    }

    private static func index(
        _ items: [JSONValue], _ list: MergeType.List
    ) -> (order: [PathElement], items: [PathElement: [JSONValue]]) {
        var order: [PathElement] = []
        var indexed: [PathElement: [JSONValue]] = [:]
        for (position, item) in items.enumerated() {
            guard let element = try? list.pathElement(of: item, at: position) else { continue }
            if indexed[element] == nil { order.append(element) }
            indexed[element, default: []].append(item)
        }
        return (order, indexed)
    }

    private mutating func leaf(_ old: JSONValue?, _ new: JSONValue?, _ path: [PathElement], _ isLeaf: inout Bool) {
        if isLeaf { return }
        isLeaf = true
        if old == nil {
            added.insert(path)
        } else if new == nil {
            removed.insert(path)
        } else if old != new {
            modified.insert(path)
        }
    }
}

extension MergeType.Shape {
    func isSameKind(as other: MergeType.Shape) -> Bool {
        switch (self, other) {
        case (.scalar, .scalar), (.list, .list), (.map, .map), (.undeclared, .undeclared): true
        default: false
        }
    }
}

/// Which paths count in a request: the status is none of the main resource's business, and so on.
package enum FieldFilter: Sendable, Hashable {
    /// All.
    case everything
    /// All but these and what lies below them.
    case excluding(FieldSet)
    /// Only those under these members of the object.
    case only([String])

    /// All but these members of the object.
    package static func excluding(_ members: String...) -> FieldFilter {
        .excluding(FieldSet(members.map { [.field($0)] }))
    }

    /// The paths that count.
    package func apply(_ set: FieldSet) -> FieldSet {
        switch self {
        case .everything: set
        case .excluding(let excluded): set.recursiveDifference(excluded)
        case .only(let members):
            members.reduce(into: FieldSet()) { $0 = $0.union(set.only(under: .field($1))) }
        }
    }
}
