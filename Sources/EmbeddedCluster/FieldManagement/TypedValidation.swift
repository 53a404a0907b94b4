import KubeCore

/// Checks an applied object against its type before it is merged: unknown fields, wrong types, repeated keys.
struct TypedValidation {
    /// Whether lists may repeat a key or member, as stored objects may.
    var allowsDuplicates: Bool
    private(set) var faults: [String] = []

    init(allowsDuplicates: Bool) { self.allowsDuplicates = allowsDuplicates }

    /// What is wrong with the value, in the words of the real server, or nil.
    static func fault(of value: JSONValue, _ type: MergeType, allowsDuplicates: Bool) -> String? {
        var validation = TypedValidation(allowsDuplicates: allowsDuplicates)
        validation.check(value, type, [])
        switch validation.faults.count {
        case 0: return nil
        case 1: return validation.faults[0]
        default: return "errors:\n" + validation.faults.map { "  \($0)" }.joined(separator: "\n")
        }
    }

    private mutating func check(_ value: JSONValue, _ type: MergeType, _ path: [PathElement]) {
        switch type.shape(of: value) {
        case .undeclared: report("field not declared in schema", path)
        case .scalar(let scalar): checkScalar(value, scalar, path)
        case .list(let list):
            guard !value.isNull else { return }
            guard case .array(let items) = value else {
                return report("expected list, got \(GoText.pointer(value))", path)
            }
            if !list.isAtomic { checkItems(items, list, path) }
        case .map(let map):
            guard !value.isNull else { return }
            guard case .object(let object) = value else {
                return report("expected map, got \(GoText.pointer(value))", path)
            }
            guard !map.isAtomic else { return }
            for (key, member) in object.sorted { check(member, map.type(of: key), path + [.field(key)]) }
        }
    }

    private mutating func checkItems(_ items: [JSONValue], _ list: MergeType.List, _ path: [PathElement]) {
        var seen: Set<PathElement> = []
        for (index, item) in items.enumerated() {
            let element: PathElement
            do {
                element = try list.pathElement(of: item, at: index)
            } catch {
                report("element \(index): \(error.reason)", path)
                // Without a name the element cannot be checked any further.
                continue
            }
            if !seen.insert(element).inserted, !allowsDuplicates {
                report("duplicate entries for key \(element)", path)
            }
            check(item, list.element, path + [element])
        }
    }

    private mutating func checkScalar(_ value: JSONValue, _ scalar: MergeType.Scalar, _ path: [PathElement]) {
        guard !value.isNull else { return }
        switch (scalar, value) {
        case (.numeric, .integer), (.numeric, .double), (.numeric, .decimal): return
        case (.string, .string), (.boolean, .bool): return
        case (.untyped, .array), (.untyped, .object):
            report("expected any scalar, got \(GoText.pointer(value))", path)
        case (.untyped, _): return
        case (.numeric, _): report("expected numeric (int or float), got \(GoText.typeName(value))", path)
        case (.string, _): report("expected string, got &value.valueUnstructured{Value:\(GoText.syntax(value))}", path)
        case (.boolean, _): report("expected boolean, got \(GoText.pointer(value))", path)
        }
    }

    private mutating func report(_ reason: String, _ path: [PathElement]) {
        faults.append(path.isEmpty ? reason : "\(fieldPath(path)): \(reason)")
    }
}
