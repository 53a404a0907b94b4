import KubeCore

/// Elements of lists that others made of ours, and that now keep ours from coming back.
///
/// A list like a Service's ports is merged by key. Who edits the key of an element (its port) turns it into another
/// element, which is theirs; our own is applied beside it, and the server refuses the two for what they still share (the
/// port's name). What others add to such lists is left alone as long as it stands in nobody's way.
package enum Obstructions {
    /// A patch that removes what stands in the way: in the lists that the refusal names, the elements that are not ours.
    ///
    /// - Parameters:
    ///   - intent: what was applied in vain.
    ///   - live: the object as the server has it.
    ///   - refusal: the server's answer.
    /// - Returns: a patch that fails if the object has changed since; nil if nothing stands in the way.
    package static func removal(intent: KubeObject, live: KubeObject, refusal: Status) -> JSONPatch? {
        guard refusal.reason == .invalid, let type = intent.groupVersionKind?.groupKind,
            let version = live.resourceVersion
        else { return nil }
        let named = Set((refusal.details?.causes ?? []).compactMap { $0.field.map(listName) })
        var found: [JSONPatch.Operation] = []
        collect(intent.value, live.value, [], [], type, named, &found)
        guard !found.isEmpty else { return nil }
        return JSONPatch([.test(JSONPointer(["metadata", "resourceVersion"]), .string(version))] + found)
    }

    private static func collect(
        _ intent: JSONValue, _ live: JSONValue, _ path: [String], _ names: [String], _ type: GroupKind,
        _ named: Set<String>, _ found: inout [JSONPatch.Operation]
    ) {
        switch (intent, live) {
        case (.object(let intent), .object(let live)):
            for (key, value) in intent {
                guard let there = live[key] else { continue }
                collect(value, there, path + [key], names + [key], type, named, &found)
            }
        case (.array(let intent), .array(let live)):
            guard case .map(let keys) = ListSemantics.of(names.last ?? "", in: type) else { return }
            var ours: [[JSONValue]: JSONValue] = [:]
            for element in intent {
                if let key = ListSemantics.key(of: element, by: keys) { ours[key] = element }
            }
            let isNamed = named.contains(names.joined(separator: "."))
            // From the end, so that the places of those before stay true while the patch is applied.
            for (index, element) in live.enumerated().reversed() {
                let there = path + [String(index)]
                if let own = ListSemantics.key(of: element, by: keys).flatMap({ ours[$0] }) {
                    collect(own, element, there, names, type, named, &found)
                } else if isNamed {
                    found.append(.remove(JSONPointer(there)))
                }
            }
        default: return
        }
    }

    /// The innermost list that a field is in, without indexes: `spec.ports[1].name` is about `spec.ports`.
    private static func listName(_ field: String) -> String {
        var text = ""
        var isIndex = false
        for character in field[..<(field.lastIndex(of: "[") ?? field.endIndex)] {
            switch character {
            case "[": isIndex = true
            case "]": isIndex = false
            default: if !isIndex { text.append(character) }
            }
        }
        return text
    }
}
