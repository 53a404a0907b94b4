/// Strategic merge patches (`application/strategic-merge-patch+json`): merge patches that merge lists by key, as the
/// schema says, with directives for what a merge cannot say (`$patch`, `$retainKeys`, `$setElementOrder/…`,
/// `$deleteFromPrimitiveList/…`).
public enum StrategicMergePatch {
    /// Applies a patch to an object.
    ///
    /// - Parameter schema: what is known of the object's fields; without it lists are replaced.
    /// - Throws: the answer of the API server to a patch that is malformed or does not fit the object.
    public static func apply<Schema: PatchSchema>(
        _ patch: JSONValue, to object: JSONValue, schema: Schema?
    ) throws(Status) -> JSONValue {
        guard case .object(let members) = patch else {
            throw Status(
                code: 400, reason: .badRequest,
                message: "error decoding patch: json: cannot unmarshal \(patch.typeName) into Go value of type "
                    + "map[string]interface {}")
        }
        let original = object.objectValue ?? JSONObject()
        return .object(try mergeMap(original, members, schema, mergesDeletions: true))
    }

    private static let directive = "$patch"
    private static let retainKeys = "$retainKeys"
    private static let deleteFromPrimitiveList = "$deleteFromPrimitiveList/"
    private static let setElementOrder = "$setElementOrder/"

    private static func malformed(_ message: String) -> Status {
        Status(code: 500, reason: .unknown, message: message)
    }

    /// - Parameter mergesDeletions: whether `null` removes a member; else it is dropped, since there is nothing to
    ///   remove in what the patch adds.
    private static func mergeMap<Schema: PatchSchema>(
        _ original: JSONObject, _ patch: JSONObject, _ schema: Schema?, mergesDeletions: Bool
    ) throws(Status) -> JSONObject {
        var patch = patch
        if let value = patch[directive] {
            patch[directive] = nil
            switch value.stringValue {
            case "replace": return patch
            case "delete": return JSONObject()
            case "merge": break
            default:
                throw malformed("unknown patch type: \(GoText.plain(value))")
            }
        }
        var result = original
        if let keep = patch[retainKeys] {
            patch[retainKeys] = nil
            guard let names = keep.stringArrayValue else {
                throw Status(code: 400, reason: .badRequest, message: "invalid patch format of retainKeys")
            }
            for name in patch.keys where !name.hasPrefix("$") && !names.contains(name) {
                if !(patch[name]?.isNull ?? true) {
                    throw malformed("retainKeys list must contains all the keys which are present in the patch")
                }
            }
            result = result.filter { names.contains($0.key) }
        }
        let orders = patch.filter { $0.key.hasPrefix(setElementOrder) }
        for (key, value) in patch where !key.hasPrefix(setElementOrder) {
            if key.hasPrefix(deleteFromPrimitiveList) {
                let name = String(key.dropFirst(deleteFromPrimitiveList.count))
                guard let items = result[name]?.arrayValue, let gone = value.arrayValue else { continue }
                result[name] = .array(items.filter { !gone.contains($0) })
                continue
            }
            let property = schema?.field(key)
            if value.isNull {
                if mergesDeletions { result[key] = nil }
                continue
            }
            let order = orders[setElementOrder + key]?.arrayValue
            result[key] = try mergeValue(result[key], value, property, order, key)
        }
        for (key, order) in orders {
            let name = String(key.dropFirst(setElementOrder.count))
            guard !patch.contains(name), let items = result[name]?.arrayValue, let order = order.arrayValue else {
                continue
            }
            let property = schema?.field(name)
            result[name] = .array(sorted(items, by: order, live: items, property?.mergeKey))
        }
        return result
    }

    private static func mergeValue<Schema: PatchSchema>(
        _ original: JSONValue?, _ patch: JSONValue, _ node: Schema?, _ order: [JSONValue]?, _ name: String
    ) throws(Status) -> JSONValue {
        switch (original, patch) {
        case (.object(let old)?, .object(let new)):
            let replaces = node?.replacesMaps ?? false
            if replaces, new[directive] == nil { return .object(try withoutDirectives(new, node)) }
            return .object(try mergeMap(old, new, node, mergesDeletions: true))
        case (.array(let old)?, .array(let new)):
            return .array(try mergeList(old, new, node, order, name))
        case (_, .object(let new)): return .object(try withoutDirectives(new, node))
        case (_, .array(let new)): return .array(try mergeList([], new, node, order, name))
        default: return patch
        }
    }

    /// What a patch adds where there was nothing: the object without nulls and directives.
    private static func withoutDirectives<Schema: PatchSchema>(_ patch: JSONObject, _ schema: Schema?) throws(Status)
        -> JSONObject
    {
        try mergeMap(JSONObject(), patch, schema, mergesDeletions: false)
    }

    private static func mergeList<Schema: PatchSchema>(
        _ original: [JSONValue], _ patch: [JSONValue], _ node: Schema?, _ order: [JSONValue]?, _ name: String
    ) throws(Status) -> [JSONValue] {
        let merges = node?.mergesLists ?? false
        let holdsObjects = (patch + original).contains { $0.objectValue != nil }
        let item = node?.element
        guard merges else {
            var result: [JSONValue] = []
            for value in patch {
                guard case .object(let object) = value else {
                    result.append(value)
                    continue
                }
                if object.count == 1, object[directive] == "replace" { continue }
                result.append(.object(try withoutDirectives(object, item)))
            }
            return result
        }
        guard holdsObjects else {
            // A set: what the patch names is added, and comes first.
            let order = order ?? []
            var merged: [JSONValue] = []
            var seen: Set<JSONValue> = []
            for value in original + patch where seen.insert(value).inserted { merged.append(value) }
            merged = sorted(merged, by: patch, live: original, nil)
            return order.isEmpty ? merged : sorted(merged, by: order, live: original, nil)
        }
        guard let key = node?.mergeKey else {
            throw malformed("cannot merge list \(name): the schema names no merge key")
        }
        return try mergeObjects(original, patch, key, item, order, name)
    }

    private static func mergeObjects<Schema: PatchSchema>(
        _ original: [JSONValue], _ patch: [JSONValue], _ key: String, _ item: Schema?, _ order: [JSONValue]?,
        _ name: String
    ) throws(Status) -> [JSONValue] {
        var result = original
        var named: [JSONValue] = []
        var replaces = false
        for value in patch {
            guard case .object(let object) = value else {
                throw malformed("expected an object in list \(name)")
            }
            guard let directive = object[directive]?.stringValue else { continue }
            switch directive {
            case "replace": replaces = true
            case "delete":
                guard let wanted = object[key] else { throw missingKey(object, key) }
                result.removeAll { $0[key] == wanted }
            case "merge": break
            default: throw malformed("unknown patch type: \(directive)")
            }
        }
        if replaces {
            var replaced: [JSONValue] = []
            for case .object(let object) in patch where object[directive] == nil {
                replaced.append(.object(try withoutDirectives(object, item)))
            }
            return replaced
        }
        for case .object(let object) in patch where object[directive]?.stringValue != "delete" {
            guard let wanted = object[key] else { throw missingKey(object, key) }
            named.append([key: wanted])
            if let position = result.firstIndex(where: { $0[key] == wanted }) {
                let old = result[position].objectValue ?? JSONObject()
                result[position] = .object(try mergeMap(old, object, item, mergesDeletions: true))
            } else {
                result.append(.object(try withoutDirectives(object, item)))
            }
        }
        result = sorted(result, by: named, live: original, key)
        return order.map { sorted(result, by: $0, live: original, key) } ?? result
    }

    private static func missingKey(_ object: JSONObject, _ key: String) -> Status {
        malformed("map: \(GoText.plain(.object(object))) does not contain declared merge key: \(key)")
    }

    /// Puts what an order names in that order, and what the server alone has at its place relative to the live list.
    private static func sorted(
        _ items: [JSONValue], by order: [JSONValue], live: [JSONValue], _ key: String?
    ) -> [JSONValue] {
        func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
        func positions(_ list: [JSONValue]) -> [JSONValue: Int] {
            Dictionary(list.enumerated().map { (identity($0.element), $0.offset) }) { first, _ in first }
        }
        let wanted = positions(order)
        let before = positions(live)
        func position(_ item: JSONValue, _ positions: [JSONValue: Int]) -> Int { positions[identity(item)] ?? 0 }
        var named = items.filter { wanted[identity($0)] != nil }
            .sorted { position($0, wanted) < position($1, wanted) }[...]
        var others = items.filter { wanted[identity($0)] == nil }
            .sorted { position($0, before) < position($1, before) }[...]
        var result: [JSONValue] = []
        while let other = others.first, let next = named.first {
            if let a = before[identity(other)], let b = before[identity(next)], a < b {
                result.append(others.removeFirst())
            } else {
                result.append(named.removeFirst())
            }
        }
        return result + named + others
    }
}

/// What a strategic merge patch asks of an object's schema, at one field of it
/// (`x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key` of OpenAPI).
public protocol PatchSchema: Sendable {
    /// What is known of a member; nil for nothing.
    func field(_ name: String) -> Self?
    /// What is known of the elements, where the field is a list; nil for nothing.
    var element: Self? { get }
    /// Whether a patch of the list is merged into it, rather than put in its place.
    var mergesLists: Bool { get }
    /// Whether a patch of the map is put in its place.
    var replacesMaps: Bool { get }
    /// The member by which the list's elements are paired; nil for lists of scalars.
    var mergeKey: String? { get }
}
