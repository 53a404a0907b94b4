import KubeCore

/// Changes of JSON trees that leave them trees: what a parser lets pass, so that the code behind it is reached.
enum JSONMutation {
    /// Numbers and texts at the edges of what programs expect.
    private static let edges: [JSONValue] = [
        .null, true, false, 0, 1, -1, .integer(.max), .integer(.min), 65_535, 65_536, 2_147_483_648, .double(0.5),
        .double(-1e308), .decimal("18446744073709551616"), .decimal("1e400"), "", "0", "-", ".", "/", "~", "~0~1", "*",
        "\u{0}", "\u{FFFD}", "é", "e\u{301}", "👩‍👩‍👧", "name", "metadata", "2026-13-45T99:99:99Z",
        "2026-01-01T00:00:00Z", "1Ki", "1e3", "-5m", "100%", "$patch", "a=b,c!=d", "x in (y", [], [:], [[]], [.null],
        ["$patch": "delete"], ["$patch": "replace"], ["": ""], ["name": .null],
    ]

    /// Changes a tree in one to a few places.
    ///
    /// - Parameter donors: other trees, of which parts may be put in.
    static func mutate(_ value: inout JSONValue, donors: [JSONValue] = [], using generator: inout SeededGenerator) {
        for _ in 0...generator.below(4) { descend(&value, donors, using: &generator) }
    }

    private static func descend(
        _ value: inout JSONValue, _ donors: [JSONValue], using generator: inout SeededGenerator
    ) {
        // Deeper places are more numerous, so going down is likelier than stopping.
        guard generator.below(6) > 0 else { return change(&value, donors, using: &generator) }
        switch value {
        case .object(var object) where !object.isEmpty:
            let key = generator.pick(object.keys)
            guard var child = object[key] else { return }
            descend(&child, donors, using: &generator)
            object[key] = child
            value = .object(object)
        case .array(var elements) where !elements.isEmpty:
            let index = generator.below(elements.count)
            descend(&elements[index], donors, using: &generator)
            value = .array(elements)
        default: change(&value, donors, using: &generator)
        }
    }

    private static func change(
        _ value: inout JSONValue, _ donors: [JSONValue], using generator: inout SeededGenerator
    ) {
        switch (generator.below(10), value) {
        case (0...2, .object(var object)) where !object.isEmpty:
            let key = generator.pick(object.keys)
            let child = object.removeValue(forKey: key)
            if generator.once(in: 2) { object[generator.pick(names)] = child }
            value = .object(object)
        case (3...4, .object(var object)):
            object[generator.pick(names + object.keys)] = part(of: donors, using: &generator)
            value = .object(object)
        case (0...1, .array(var elements)) where !elements.isEmpty:
            elements.remove(at: generator.below(elements.count))
            value = .array(elements)
        case (2...4, .array(var elements)):
            let element =
                elements.isEmpty || generator.once(in: 3)
                ? part(of: donors, using: &generator) : generator.pick(elements)
            let times = generator.once(in: 30) ? 1 + generator.below(300) : 1
            elements.insert(
                contentsOf: repeatElement(element, count: times), at: generator.below(elements.count + 1))
            value = .array(elements)
        case (0...4, .string(let text)):
            var bytes = Array(text.utf8)
            ByteMutation.mutate(&bytes, using: &generator)
            value = .string(String(decoding: bytes, as: UTF8.self))
        case (0...2, .integer(let number)):
            value = .integer(generator.pick([number &+ 1, number &- 1, 0 &- number, number &* 1_000_003]))
        case (5, _) where generator.once(in: 10):
            let isArray = generator.once(in: 2)
            for _ in 0..<generator.below(400) { value = isArray ? [value] : ["a": value] }
        case (6...7, _): value = part(of: donors, using: &generator)
        default: value = generator.pick(edges)
        }
    }

    private static let names = [
        "name", "namespace", "metadata", "spec", "status", "kind", "apiVersion", "uid", "labels", "annotations",
        "items",
        "$patch", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "$retainKeys", "", "a", "key",
        "value", "type", "managedFields", "finalizers", "ownerReferences", "generateName", "resourceVersion",
    ]

    private static func part(of donors: [JSONValue], using generator: inout SeededGenerator) -> JSONValue {
        guard !donors.isEmpty, generator.below(3) > 0 else { return generator.pick(edges) }
        var part = generator.pick(donors)
        while generator.below(4) > 0 {
            switch part {
            case .object(let object) where !object.isEmpty: part = generator.pick(object.values)
            case .array(let elements) where !elements.isEmpty: part = generator.pick(elements)
            default: return part
            }
        }
        return part
    }
}
