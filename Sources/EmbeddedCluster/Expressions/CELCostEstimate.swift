/// How much a rule may cost at most, from the bounds that its schema sets.
///
/// Only loops are counted, since only they multiply: an expression without loops is bounded by the size of the request.
enum CELCostEstimate {
    /// The largest request, in bytes.
    private static let requestSize = 3_145_728.0

    /// The estimated cost of an expression over values of a schema.
    static func cost(of node: CELNode, self schema: Schema) -> Double {
        var estimate = Estimate(scopes: [["self": .schema(schema), "oldSelf": .schema(schema)]])
        return estimate.cost(of: node)
    }

    /// What is known about the size of a value.
    private enum Extent {
        case schema(Schema)
        case unknown

        /// How many elements there may be.
        var count: Double {
            guard case .schema(let schema) = self else { return 1 }
            switch schema.type {
            case "array":
                return schema.constraints.maxItems.map(Double.init) ?? requestSize / (Self.leastSize(schema.items) + 1)
            case "object":
                if let maximum = schema.constraints.maxProperties { return Double(maximum) }
                return requestSize / (Self.leastSize(schema.additionalPropertiesSchema) + 6)
            default: return 1
            }
        }

        /// How many bytes the smallest value takes.
        private static func leastSize(_ schema: Schema?) -> Double {
            switch schema?.type {
            case "boolean": 4
            case "integer", "number": 1
            default: 2
            }
        }

        var element: Extent {
            guard case .schema(let schema) = self else { return .unknown }
            return schema.items.map { .schema($0) } ?? .unknown
        }
    }

    private struct Estimate {
        var scopes: [[String: Extent]]

        mutating func cost(of node: CELNode) -> Double {
            switch node.kind {
            case .literal: return 0
            case .identifier: return 1
            case .select(let operand, _), .has(let operand, _): return 1 + cost(of: operand)
            case .list(let elements): return elements.reduce(10) { $0 + cost(of: $1) }
            case .map(let entries): return entries.reduce(30) { $0 + cost(of: $1.key) + cost(of: $1.value) }
            case .call(_, let target, let arguments):
                return arguments.reduce(1 + (target.map { cost(of: $0) } ?? 0)) { $0 + cost(of: $1) }
            case .macro(let macro):
                let range = extent(of: macro.range)
                let before = cost(of: macro.range)
                var scope: [String: Extent] = [:]
                if let last = macro.variables.last { scope[last] = range.element }
                scopes.append(scope)
                defer { scopes.removeLast() }
                let body = cost(of: macro.body) + (macro.transform.map { cost(of: $0) } ?? 0)
                return before + range.count * (body + 1)
            }
        }

        private func extent(of node: CELNode) -> Extent {
            switch node.kind {
            case .identifier(let name):
                for scope in scopes.reversed() {
                    if let extent = scope[name] { return extent }
                }
                return .unknown
            case .select(let operand, let field):
                guard case .schema(let schema) = extent(of: operand),
                    let name = CELNames.property(field, of: schema), let property = schema.properties[name]
                else { return .unknown }
                return .schema(property)
            case .macro(let macro) where macro.name == "filter": return extent(of: macro.range)
            case .call("_[_]", nil, let arguments): return extent(of: arguments[0]).element
            default: return .unknown
            }
        }
    }
}
