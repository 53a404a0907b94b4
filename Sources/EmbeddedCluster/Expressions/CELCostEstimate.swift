import KubeCore

/// How much evaluating an expression may cost at most, from the bounds that its schema sets.
///
/// One unit is about the cost of reading a field. The rules are those of the language's own estimator with the costs of
/// Kubernetes' function libraries, since an expression above the limit is refused and any other is not.
struct CELCostEstimate {
    /// How many characters, elements or entries a value has.
    struct Size {
        var least: UInt64
        var most: UInt64

        static let unknown = Size(least: 0, most: .max)
        static func exactly(_ count: Int) -> Size { Size(least: UInt64(count), most: UInt64(count)) }

        func union(_ other: Size) -> Size { Size(least: min(least, other.least), most: max(most, other.most)) }
        func plus(_ other: Size) -> Size {
            Size(least: add(least, other.least), most: add(most, other.most))
        }
        func times(_ other: Size) -> Size {
            Size(least: multiply(least, other.least), most: multiply(most, other.most))
        }
        /// The cost of touching each part, at so much a part.
        func cost(_ factor: Double) -> UInt64 { scale(most, factor) }
    }

    /// The schema node that a value comes from.
    private enum Origin {
        /// None: the expression made the value.
        case none
        case schema(Schema)
        /// A key of a map, which counts as empty.
        case key
    }

    private struct Variable {
        var origin: Origin
        var size: Size?
    }

    private static let traversal = 0.1
    private static let regexLength = 0.25

    private let root: Schema?
    private let types: [ObjectIdentifier: CELType]
    private var variables: [(name: String, variable: Variable)] = []
    private var origins: [ObjectIdentifier: Origin] = [:]
    private var sizes: [ObjectIdentifier: Size] = [:]
    private var elementSizes: [ObjectIdentifier: Size] = [:]

    private init(root: Schema?, types: [ObjectIdentifier: CELType]) {
        self.root = root
        self.types = types
    }

    /// The estimated cost of an expression over values of a schema.
    ///
    /// - Parameters:
    ///   - node: the expression.
    ///   - schema: what `self` and `oldSelf` are.
    ///   - types: the types of the expression's parts, from the checker.
    static func cost(of node: CELNode, self schema: Schema?, types: [ObjectIdentifier: CELType]) -> UInt64 {
        var estimate = CELCostEstimate(root: schema, types: types)
        return estimate.cost(of: node)
    }

    private func type(of node: CELNode) -> CELType { types[ObjectIdentifier(node)] ?? .dyn }

    // MARK: Parts

    private mutating func cost(of node: CELNode) -> UInt64 {
        switch node.kind {
        case .literal: return 0
        case .identifier(let name):
            if let found = variable(name) {
                origins[ObjectIdentifier(node)] = found.origin
            } else {
                origins[ObjectIdentifier(node)] = root.map { .schema($0) } ?? Origin.none
            }
            return 1
        case .select(let operand, let field):
            let sum = cost(of: operand)
            origins[ObjectIdentifier(node)] = member(field, of: origin(of: operand))
            switch type(of: operand) {
            case .map, .object, .variable: return add(sum, 1)
            default: return sum
            }
        case .has(let operand, _): return cost(of: operand)
        case .list(let elements):
            var sum: UInt64 = 10
            var size = Size(least: elements.isEmpty ? 0 : .max, most: 0)
            for element in elements {
                sum = add(sum, cost(of: element))
                size = size.union(self.size(of: element) ?? .unknown)
            }
            elementSizes[ObjectIdentifier(node)] = size
            return sum
        case .map(let entries):
            var sum: UInt64 = 30
            var size = Size(least: entries.isEmpty ? 0 : .max, most: 0)
            for entry in entries {
                sum = add(sum, add(cost(of: entry.key), cost(of: entry.value)))
                size = size.union(self.size(of: entry.value) ?? .unknown)
            }
            elementSizes[ObjectIdentifier(node)] = size
            return sum
        case .call(let name, let target, let arguments): return cost(ofCall: name, target, arguments, node)
        case .macro(let macro): return cost(of: macro, node)
        }
    }

    private func variable(_ name: String) -> Variable? { variables.last { $0.name == name }?.variable }

    private func origin(of node: CELNode) -> Origin {
        if case .identifier(let name) = node.kind, let found = variable(name) { return found.origin }
        return origins[ObjectIdentifier(node)] ?? .none
    }

    private func member(_ field: String, of origin: Origin) -> Origin {
        guard case .schema(let schema) = origin else { return .none }
        if schema.carriesObjectMetadata {
            switch field {
            case "apiVersion", "kind": return .schema(Self.text)
            case "metadata": return .schema(CELChecker.metadata)
            default: break
            }
        }
        guard schema.additionalPropertiesSchema == nil, let name = CELNames.property(field, of: schema),
            let property = schema.properties[name]
        else { return .none }
        return .schema(property)
    }

    private static let text = Schema(openAPIV3Schema: ["type": "string"])

    private func element(of origin: Origin, isKey: Bool = false) -> Origin {
        guard case .schema(let schema) = origin else { return .none }
        if isKey { return schema.additionalPropertiesSchema == nil ? .none : .key }
        return (schema.items ?? schema.additionalPropertiesSchema).map { .schema($0) } ?? .none
    }

    private static func size(of origin: Origin) -> Size? {
        switch origin {
        case .none: nil
        case .key: Size(least: 0, most: 0)
        case .schema(let schema): Size(least: 0, most: CELDeclaredSize.mostElements(of: schema))
        }
    }

    private func size(of node: CELNode) -> Size? {
        if let known = sizes[ObjectIdentifier(node)] { return known }
        switch node.kind {
        case .literal(.string(let text)): return .exactly(text.unicodeScalars.count)
        case .literal(.bytes(let bytes)): return .exactly(bytes.count)
        case .literal: return .exactly(1)
        case .list(let elements): return .exactly(elements.count)
        case .map(let entries): return .exactly(entries.count)
        default: break
        }
        if let size = Self.size(of: origin(of: node)) { return size }
        if Self.isScalar(type(of: node)) { return .exactly(1) }
        if case .identifier(let name) = node.kind { return variable(name)?.size }
        return nil
    }

    private static func isScalar(_ type: CELType) -> Bool {
        switch type {
        case .bool, .double, .duration, .int, .timestamp, .uint: true
        case .optional(let wrapped): isScalar(wrapped)
        default: false
        }
    }

    private func elementSize(of node: CELNode) -> Size? { elementSizes[ObjectIdentifier(node)] }

    // MARK: Loops

    private mutating func cost(of macro: CELNode.Macro, _ node: CELNode) -> UInt64 {
        let before = cost(of: macro.range)
        if macro.name == "optMap" || macro.name == "optFlatMap" {
            // A value that is taken out once, and bound to a name.
            variables.append((macro.variables[0], Variable(origin: .none)))
            defer { variables.removeLast() }
            let body = cost(of: macro.body)
            return add(add(before, before), add(body, macro.name == "optMap" ? 14 : 13))
        }
        let isMap: Bool = if case .map = type(of: macro.range) { true } else { false }
        let origin = origin(of: macro.range)
        let size = elementSize(of: macro.range)
        for (index, name) in macro.variables.enumerated() {
            let isKey = macro.variables.count == 2 ? index == 0 : isMap
            variables.append((name, Variable(origin: element(of: origin, isKey: isKey), size: isKey ? nil : size)))
        }
        let body = cost(of: macro.body)
        let transform = macro.transform.map { cost(of: $0) }
        variables.removeLast(macro.variables.count)
        let (round, once) = Self.overhead(of: macro, body, transform)
        let rounds = self.size(of: macro.range) ?? .unknown
        switch macro.name {
        case "map", "filter": sizes[ObjectIdentifier(node)] = rounds
        default: break
        }
        return add(add(before, once), multiply(rounds.most, round))
    }

    /// What one round costs and what the loop costs besides, by what the macros expand to.
    private static func overhead(
        of macro: CELNode.Macro, _ body: UInt64, _ transform: UInt64?
    ) -> (round: UInt64, once: UInt64) {
        switch macro.name {
        case "all": (add(body, 3), 1)
        case "exists": (add(body, 4), 1)
        case "exists_one": (add(body, 2), 2)
        case "filter": (add(body, 13), 11)
        default:
            if let transform { (add(body, add(transform, 12)), 11) } else { (add(body, 12), 11) }
        }
    }

    // MARK: Calls

    private mutating func cost(
        ofCall name: String, _ target: CELNode?, _ arguments: [CELNode], _ node: CELNode
    ) -> UInt64 {
        if name == "dyn", let argument = arguments.first {
            let sum = add(1, cost(of: argument))
            sizes[ObjectIdentifier(node)] = size(of: argument)
            elementSizes[ObjectIdentifier(node)] = elementSize(of: argument)
            return sum
        }
        let costs = arguments.map { cost(of: $0) }
        let sum = costs.reduce(0, add)
        var isNamespace = false
        if let target, case .identifier(let name) = target.kind {
            isNamespace = variable(name) == nil && CELSignatures.namespaces.contains(name)
        }
        let before = target.map { isNamespace ? 0 : cost(of: $0) } ?? 0
        switch name {
        case "_&&_", "_||_": return sum
        case "_?_:_":
            sizes[ObjectIdentifier(node)] = (size(of: arguments[1]) ?? .unknown).union(
                size(of: arguments[2]) ?? .unknown)
            if let first = elementSize(of: arguments[1]), let second = elementSize(of: arguments[2]) {
                elementSizes[ObjectIdentifier(node)] = first.union(second)
            }
            return add(costs[0], max(costs[1], costs[2]))
        case "_[_]":
            origins[ObjectIdentifier(node)] = element(of: origin(of: arguments[0]))
            if let size = elementSize(of: arguments[0]) { sizes[ObjectIdentifier(node)] = size }
            return add(sum, 1)
        default: break
        }
        let own = (isNamespace ? nil : target).map { [$0] } ?? []
        let (price, size) = operation(name, hasTarget: !own.isEmpty, own + arguments)
        if let size { sizes[ObjectIdentifier(node)] = size }
        return add(before, add(sum, price))
    }

    /// What a function costs besides its arguments, and how large its result is.
    ///
    /// - Parameter values: the target, if there is one, and the arguments.
    private func operation(_ name: String, hasTarget: Bool, _ values: [CELNode]) -> (UInt64, Size?) {
        let sizes = values.map { size(of: $0) ?? .unknown }
        let first = sizes.first ?? .unknown
        let read = first.cost(Self.traversal)
        switch name {
        case "_==_", "_!=_": return (equality(values, sizes), nil)
        case "_<_", "_<=_", "_>_", "_>=_": return (comparison(values, sizes), nil)
        case "_+_": return sum(values, sizes)
        case "@in":
            return (isList(type(of: values[1])) ? max(sizes[1].most, isMap(type(of: values[1])) ? 1 : 0) : 1, nil)
        case "startsWith", "endsWith": return (sizes[1].cost(Self.traversal), nil)
        case "contains": return (multiply(read, sizes[1].cost(Self.traversal)), nil)
        case "matches" where hasTarget, "find", "findAll":
            let text = first.plus(.exactly(1)).cost(Self.traversal)
            return (
                multiply(text, sizes[1].cost(Self.regexLength)),
                name == "matches" ? nil : Size(least: 0, most: first.most)
            )
        case "format": return (read, nil)
        case "bytes" where type(of: values[0]) == .string:
            return (read, Size(least: first.least, most: multiply(first.most, 4)))
        case "string" where type(of: values[0]) == .bytes: return (read, Size(least: first.least / 4, most: first.most))
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf": return (scan(values[0], first), nil)
        case "url", "lowerAscii", "upperAscii", "substring", "trim": return (read, first)
        case "replace" where values.count > 2: return (first.cost(2 * Self.traversal), replaced(sizes))
        case "split":
            var most = first.most
            if values.count > 2, case .literal(.int(let limit)) = values[2].kind { most = UInt64(bitPattern: limit) }
            return (first.cost(2 * Self.traversal), Size(least: 0, most: most))
        case "join":
            let size = joined(values, sizes)
            return (size.cost(Self.traversal), size)
        case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver": return (read, nil)
        case "ip" where !hasTarget: return (read, nil)
        case "ip.isCanonical": return (first.cost(2 * Self.traversal), nil)
        case "containsIP", "containsCIDR":
            let base: UInt64 = name == "containsIP" ? 4 : 7
            return (type(of: values[1]) == .string ? add(base, sizes[1].cost(Self.traversal)) : base, nil)
        case "validate": return (scale(sizes[hasTarget ? 1 : 0].cost(Self.traversal), 128 * Self.regexLength), nil)
        case "sets.contains", "sets.intersects", "sets.equivalent":
            let product = multiply(first.most, sizes[1].most)
            return (add(1, name == "sets.equivalent" ? multiply(product, 2) : product), nil)
        default: return (1, nil)
        }
    }

    private func isList(_ type: CELType) -> Bool {
        switch type {
        case .list, .dyn: true
        default: false
        }
    }

    private func isMap(_ type: CELType) -> Bool {
        switch type {
        case .map, .dyn: true
        default: false
        }
    }

    private func equality(_ values: [CELNode], _ sizes: [Size]) -> UInt64 {
        if case .opaque(let name) = type(of: values[0]), type(of: values[1]) == .opaque(name),
            name != "kubernetes.URL"
        {
            return 1
        }
        return scale(min(sizes[0].most, sizes[1].most), Self.traversal)
    }

    private func comparison(_ values: [CELNode], _ sizes: [Size]) -> UInt64 {
        let texts = scale(min(sizes[0].most, sizes[1].most), Self.traversal)
        switch type(of: values[0]) {
        case .string, .bytes: return texts
        case .dyn: return max(1, texts)
        default: return 1
        }
    }

    private func sum(_ values: [CELNode], _ sizes: [Size]) -> (UInt64, Size?) {
        let size = sizes[0].plus(sizes[1])
        switch type(of: values[0]) {
        case .string, .bytes: return (size.cost(Self.traversal), size)
        case .list: return (1, size)
        case .dyn: return (max(1, size.cost(Self.traversal)), size)
        default: return (1, nil)
        }
    }

    /// Looking at each element of a list, or at each character of a text.
    private func scan(_ list: CELNode, _ size: Size) -> UInt64 {
        guard case .list(let type) = type(of: list) else { return size.cost(Self.traversal) }
        var each: UInt64 = 1
        if type == .string || type == .bytes {
            each = add(each, (Self.size(of: element(of: origin(of: list))) ?? .unknown).cost(Self.traversal))
        }
        return multiply(size.most, each)
    }

    private func joined(_ values: [CELNode], _ sizes: [Size]) -> Size {
        let element = Self.size(of: element(of: origin(of: values[0]))) ?? .unknown
        let size = sizes[0].times(element)
        guard values.count > 1 else { return size }
        let separators = Size(
            least: sizes[0].least > 0 ? sizes[0].least - 1 : 0, most: sizes[0].most > 0 ? sizes[0].most - 1 : 0)
        return size.plus(sizes[1].times(separators))
    }

    /// How long a text is after a replacement, in the shortest and the longest case.
    private func replaced(_ sizes: [Size]) -> Size {
        let (text, old, new) = (sizes[0], sizes[1], sizes[2])
        var count = Size(least: 0, most: 0)
        var kept = Size(least: 0, most: 0)
        if old.least == 0 {
            // An empty text is found around every character.
            count.most = add(text.most, 1)
            kept.most = text.most
        } else if new.most <= old.least {
            kept.most = text.most
        } else {
            count.most = scale(text.most, 1 / Double(old.least))
        }
        if old.most == 0 {
            count.least = add(text.least, 1)
            kept.least = text.least
        } else if old.most <= new.least {
            kept.least = text.least
        } else {
            count.least = scale(text.least, 1 / Double(old.most))
        }
        return count.times(new).plus(kept)
    }
}

/// A sum that stays at the greatest number.
private func add(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}

/// A product that stays at the greatest number.
private func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}

/// A number times a factor, rounded up.
private func scale(_ number: UInt64, _ factor: Double) -> UInt64 {
    let product = (Double(number) * factor).rounded(.up)
    return product >= 0x1p64 ? .max : UInt64(product)
}
