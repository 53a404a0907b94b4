import KubeCore

/// Merges an applied value into the live one: applied values win, lists keep the applied order.
enum TypedMerge {
    /// The merged value; nil if nothing is left.
    static func merge(_ live: JSONValue?, _ applied: JSONValue?, _ type: MergeType) -> JSONValue? {
        guard let applied else {
            guard let live else { return nil }
            return merge(live, nil, type.shape(of: live))
        }
        // A value that changes its kind is replaced by the applied one.
        return merge(live, applied, type.shape(of: applied))
    }

    private static func merge(_ live: JSONValue?, _ applied: JSONValue?, _ shape: MergeType.Shape) -> JSONValue? {
        switch shape {
        case .undeclared, .scalar: return applied ?? live
        case .list(let list):
            let liveItems = live?.arrayValue ?? []
            let appliedItems = applied?.arrayValue ?? []
            if list.isAtomic || (liveItems.isEmpty && appliedItems.isEmpty) { return applied ?? live }
            let items = mergeItems(liveItems, appliedItems, list)
            return items.isEmpty ? nil : .array(items)
        case .map(let map):
            let liveObject = live?.objectValue ?? JSONObject()
            let appliedObject = applied?.objectValue ?? JSONObject()
            if map.isAtomic || (liveObject.isEmpty && appliedObject.isEmpty) { return applied ?? live }
            // What is not applied stays as it is.
            var result = liveObject
            for (key, value) in appliedObject { result[key] = merge(liveObject[key], value, map.type(of: key)) }
            return result.isEmpty ? nil : .object(result)
        }
    }

    /// Merges two lists that are not atomic. Elements of both keep the applied order; those of the live list alone
    /// stay where they are relative to the shared ones.
    private static func mergeItems(
        _ liveItems: [JSONValue], _ appliedItems: [JSONValue], _ list: MergeType.List
    ) -> [JSONValue] {
        let live = named(liveItems, list)
        let applied = named(appliedItems, list)
        let liveIndex = unique(live)
        let liveElements = Set(live.map(\.element))
        let appliedElements = Set(applied.map(\.element))
        var shared = applied.map(\.element).filter { liveElements.contains($0) }[...]
        var nextShared = shared.popFirst()
        var merged: Set<PathElement> = []
        var result: [JSONValue] = []
        var l = 0
        var a = 0

        func take(_ item: (element: PathElement, value: JSONValue)) {
            merged.insert(item.element)
            if let value = merge(liveIndex[item.element], item.value, list.element) { result.append(value) }
        }
        while l < live.count || a < applied.count {
            if l < live.count, a < applied.count {
                if live[l].element == applied[a].element {
                    take(applied[a])
                    l += 1
                    a += 1
                    nextShared = shared.popFirst()
                    continue
                }
                if appliedElements.contains(live[l].element), let wanted = nextShared, wanted != live[l].element {
                    // Shared, but not the one whose turn it is.
                    l += 1
                    continue
                }
            }
            if l < live.count {
                if !appliedElements.contains(live[l].element) {
                    result.append(live[l].value)
                    l += 1
                    continue
                } else if merged.contains(live[l].element) {
                    l += 1
                }
            }
            if a < applied.count {
                take(applied[a])
                if nextShared == applied[a].element { nextShared = shared.popFirst() }
                a += 1
            }
        }
        return result
    }

    private static func named(
        _ items: [JSONValue], _ list: MergeType.List
    ) -> [(element: PathElement, value: JSONValue)] {
        items.enumerated().compactMap { index, item in
            (try? list.pathElement(of: item, at: index)).map { ($0, item) }
        }
    }

    /// The elements by name; those that share a name are none of them.
    private static func unique(_ items: [(element: PathElement, value: JSONValue)]) -> [PathElement: JSONValue] {
        var result: [PathElement: JSONValue] = [:]
        var repeated: Set<PathElement> = []
        for item in items where result.updateValue(item.value, forKey: item.element) != nil {
            repeated.insert(item.element)
        }
        for element in repeated { result[element] = nil }
        return result
    }
}

/// Takes fields out of a value.
enum TypedRemoval {
    /// The value without these paths. A list that loses all it had is null; an object is empty, since who still owns it
    /// wants it there.
    static func remove(_ paths: FieldSet, from value: JSONValue, _ type: MergeType) -> JSONValue {
        if paths.isEmpty { return value }
        switch type.shape(of: value) {
        case .undeclared, .scalar: return value
        case .list(let list):
            guard !list.isAtomic, case .array(let items) = value, !items.isEmpty else { return .null }
            var result: [JSONValue] = []
            for (index, item) in items.enumerated() {
                guard let element = try? list.pathElement(of: item, at: index) else {
                    result.append(item)
                    continue
                }
                if paths.hasMember(element) { continue }
                result.append(remove(paths.child(element), from: item, list.element))
            }
            return result.isEmpty ? .null : .array(result)
        case .map(let map):
            guard !map.isAtomic, case .object(let object) = value, !object.isEmpty else { return .null }
            var result = JSONObject()
            for (key, member) in object where !paths.hasMember(.field(key)) {
                result[key] = remove(paths.child(.field(key)), from: member, map.type(of: key))
            }
            return .object(result)
        }
    }
}
