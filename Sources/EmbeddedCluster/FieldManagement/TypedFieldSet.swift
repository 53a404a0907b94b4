import KubeCore

/// The paths that a value holds: what a manager owns that applies it.
enum TypedFieldSet {
    /// The paths of a value of this type. Elements that cannot be named are left out.
    static func of(_ value: JSONValue, _ type: MergeType) -> FieldSet {
        var set = FieldSet()
        collect(value, type, &set) { _ in }
        return set
    }

    /// Adds the paths below a value to `set`, and tells `own` whether the value itself is a path.
    private static func collect(
        _ value: JSONValue, _ type: MergeType, _ set: inout FieldSet, own: (Bool) -> Void
    ) {
        switch type.shape(of: value) {
        case .undeclared: own(false)
        case .scalar: own(true)
        case .list(let list):
            if list.isAtomic { return own(true) }
            own(false)
            guard case .array(let items) = value else { return }
            for (index, item) in items.enumerated() {
                guard let element = try? list.pathElement(of: item, at: index) else { continue }
                var child = set.child(element)
                collect(item, list.element, &child) { _ in }
                set.insertMember(element)
                set.setChild(element, child)
            }
        case .map(let map):
            if map.isAtomic { return own(true) }
            own(false)
            guard case .object(let object) = value else { return }
            for (key, member) in object.sorted {
                let element = PathElement.field(key)
                var child = FieldSet()
                var isOwn = false
                collect(member, map.type(of: key), &child) { isOwn = $0 }
                let isEmptyMap = member.objectValue?.isEmpty ?? false
                if isOwn || member.isNull || isEmptyMap || !map.declares(key) { set.insertMember(element) }
                set.setChild(element, child)
            }
        }
    }
}

extension FieldSet {
    /// The set with the declared members on the way to a path as paths of their own, so that an object goes with its
    /// last field.
    func withNamedFieldsAsMembers(_ type: MergeType) -> FieldSet {
        var result = FieldSet()
        for member in members { result.insertMember(member) }
        let shape = type.structure
        for child in children {
            var childType = MergeType.atomic
            switch (child.element, shape) {
            case (.field(let name), .map(let map)?):
                if map.declares(name) { result.insertMember(child.element) }
                childType = map.type(of: name)
            case (.key, .list(let list)?): childType = list.element
            default: break
            }
            result.setChild(child.element, child.set.withNamedFieldsAsMembers(childType))
        }
        return result
    }
}

extension MergeType {
    /// What the type says without a value to look at: its list or its map, if it has one.
    var structure: Shape? {
        switch self {
        case .undeclared, .atomic: return nil
        case .deduced: return .map(Map(schema: nil, element: .deduced, isAtomic: false))
        case .schema(let node):
            let schema = node.resolved
            if schema.type.isEmpty, schema.preservesUnknownFields { return MergeType.deduced.structure }
            switch shape(of: nil) {
            case .list(let list): return .list(list)
            case .map(let map): return .map(map)
            default: return nil
            }
        }
    }
}
