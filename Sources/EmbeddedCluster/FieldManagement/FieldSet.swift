import KubeCore

/// A set of field paths, held as a sorted trie: what a manager owns, what a change touched.
///
/// Each level has members (paths that end here) and children (paths that go on). A path may be a member and have
/// children at once: `k:{"name":"a"}` with a `.` of its own.
package struct FieldSet: Sendable, Hashable {
    /// The steps at which a path ends, sorted.
    package private(set) var members: [PathElement] = []
    /// The steps with which longer paths begin, sorted; none of them is empty.
    package private(set) var children: [Child] = []

    /// The longer paths that begin with one step.
    package struct Child: Sendable, Hashable {
        package var element: PathElement
        package var set: FieldSet
    }

    /// A set of no paths.
    package init() {}

    /// A set of these paths.
    package init(_ paths: [[PathElement]]) {
        for path in paths { insert(path[...]) }
    }

    /// Whether there are no paths.
    package var isEmpty: Bool { members.isEmpty && children.isEmpty }

    /// Adds a path. The empty path stands for the whole object, which nobody owns, and is not kept.
    package mutating func insert(_ path: ArraySlice<PathElement>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            insertMember(first)
        } else {
            let position = lowerBound(first)
            if position < children.count, children[position].element == first {
                children[position].set.insert(rest)
            } else {
                var set = FieldSet()
                set.insert(rest)
                children.insert(Child(element: first, set: set), at: position)
            }
        }
    }

    /// Adds a path.
    package mutating func insert(_ path: [PathElement]) { insert(path[...]) }

    mutating func insertMember(_ element: PathElement) {
        // Fields mostly come in order, so that the end is the likeliest place.
        if let last = members.last, last < element {
            members.append(element)
            return
        }
        let position = Self.lowerBound(members, element)
        if position < members.count, members[position] == element { return }
        members.insert(element, at: position)
    }

    /// Whether a path ends at this step.
    package func hasMember(_ element: PathElement) -> Bool {
        let position = Self.lowerBound(members, element)
        return position < members.count && members[position] == element
    }

    /// The paths that go on after this step.
    package func child(_ element: PathElement) -> FieldSet {
        let position = lowerBound(element)
        guard position < children.count, children[position].element == element else { return FieldSet() }
        return children[position].set
    }

    /// Sets the paths that go on after this step; an empty set removes them.
    mutating func setChild(_ element: PathElement, _ set: FieldSet) {
        let position = lowerBound(element)
        let exists = position < children.count && children[position].element == element
        switch (exists, set.isEmpty) {
        case (true, true): children.remove(at: position)
        case (true, false): children[position].set = set
        case (false, true): break
        case (false, false): children.insert(Child(element: element, set: set), at: position)
        }
    }

    /// Whether the set has this very path.
    package func contains(_ path: [PathElement]) -> Bool {
        guard let last = path.last else { return false }
        var current = self
        for element in path.dropLast() { current = current.child(element) }
        return current.hasMember(last)
    }

    /// Every path, those that end at a level before those that go on.
    package var paths: [[PathElement]] {
        var result: [[PathElement]] = []
        collect([], &result)
        return result
    }

    private func collect(_ prefix: [PathElement], _ result: inout [[PathElement]]) {
        for member in members { result.append(prefix + [member]) }
        for child in children { child.set.collect(prefix + [child.element], &result) }
    }

    private func lowerBound(_ element: PathElement) -> Int {
        if let last = children.last, last.element < element { return children.count }
        var low = 0
        var high = children.count
        while low < high {
            let middle = (low + high) / 2
            if children[middle].element < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func lowerBound(_ elements: [PathElement], _ element: PathElement) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension FieldSet {
    /// The paths that are in either set.
    package func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        var result = self
        for member in other.members { result.insertMember(member) }
        for child in other.children {
            result.setChild(child.element, result.child(child.element).union(child.set))
        }
        return result
    }

    /// The paths that are in both sets.
    package func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.filter { other.hasMember($0) }
        result.children = children.compactMap { child in
            let set = child.set.intersection(other.child(child.element))
            return set.isEmpty ? nil : Child(element: child.element, set: set)
        }
        return result
    }

    /// The paths that are in this set and not in the other.
    package func difference(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        var result = FieldSet()
        result.members = members.filter { !other.hasMember($0) }
        result.children = children.compactMap { child in
            let set = child.set.difference(other.child(child.element))
            return set.isEmpty ? nil : Child(element: child.element, set: set)
        }
        return result
    }

    /// The paths of this set that neither are in the other nor lie below one of its paths.
    package func recursiveDifference(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        var result = FieldSet()
        result.members = members.filter { !other.hasMember($0) }
        result.children = children.compactMap { child in
            guard !other.hasMember(child.element) else { return nil }
            let set = child.set.recursiveDifference(other.child(child.element))
            return set.isEmpty ? nil : Child(element: child.element, set: set)
        }
        return result
    }

    /// The paths of this set that begin with this member of the object, which they need not end at.
    package func only(under element: PathElement) -> FieldSet {
        var result = FieldSet()
        if hasMember(element) { result.members = [element] }
        result.setChild(element, child(element))
        return result
    }
}

extension FieldSet {
    /// The set as `managedFields` carries it.
    package var fieldsV1: JSONValue {
        var object = JSONObject()
        var member = members[...]
        var child = children[...]
        while let element = [member.first, child.first?.element].compactMap({ $0 }).min() {
            let isMember = member.first == element
            if isMember { member.removeFirst() }
            guard child.first?.element == element, let set = child.popFirst()?.set else {
                object[element.fieldsV1] = .object(JSONObject())
                continue
            }
            var value = set.fieldsV1.objectValue ?? JSONObject()
            if isMember { value = JSONObject([(".", .object(JSONObject()))] + value.map { ($0.key, $0.value) }) }
            object[element.fieldsV1] = .object(value)
        }
        return .object(object)
    }

    /// Reads what `managedFields` carries; nil if it is malformed. Steps of unknown kinds are left out.
    package init?(fieldsV1 value: JSONValue) {
        guard case .object(let object) = value else { return nil }
        for (key, child) in object where key != "." {
            guard key.utf8.count >= 2, key.utf8.dropFirst().first == UInt8(ascii: ":") else { return nil }
            guard let element = PathElement(fieldsV1: key) else {
                if "fkvi".contains(key.prefix(1)) { return nil }
                continue
            }
            guard case .object(let members) = child else { return nil }
            if members.isEmpty || members.contains(".") { insertMember(element) }
            guard let set = FieldSet(fieldsV1: child) else { return nil }
            setChild(element, set)
        }
    }
}
