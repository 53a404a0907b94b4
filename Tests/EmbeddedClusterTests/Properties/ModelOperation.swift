import KubeCore

/// One step of a random sequence. It says what is done in full, and of the live state only how it is used, so that any
/// part of a sequence can be run by itself.
struct ModelOperation: Sendable, CustomStringConvertible {
    enum Precondition: String, Sendable { case none, rightUID, wrongUID, wrongVersion }
    enum Start: Sendable, Hashable { case existing, now, streaming, version(Int) }

    enum Action: Sendable {
        case create([ModelKind.Choice])
        case update([ModelKind.Choice], removed: [Int], isConditional: Bool)
        case mergePatch([ModelKind.Choice], removed: [Int])
        case strategicPatch([ModelKind.Choice])
        case jsonPatch(ModelKind.Choice, isRemoval: Bool)
        case apply([ModelKind.Choice], isForced: Bool)
        case status([ModelKind.Choice], isApply: Bool)
        case delete(policy: String?, Precondition)
        case deleteCollection(selector: Int)
        case watch(selector: Int, Start)
        case page(selector: Int, limit: Int)
        case nextPage
        case disconnect
        case compact
    }

    var kind: Int
    var name: String
    var manager: String
    var action: Action

    var model: ModelKind { ModelKind.all[kind] }

    /// A random step.
    static func random(_ random: inout SplitMix, writesOnly: Bool = false) -> ModelOperation {
        let kind = Int.random(in: 0..<ModelKind.all.count, using: &random)
        let model = ModelKind.all[kind]
        let name = ModelKind.names.randomElement(using: &random) ?? ""
        let manager = ModelKind.managers.randomElement(using: &random) ?? ""
        func make(_ action: Action) -> ModelOperation {
            ModelOperation(kind: kind, name: name, manager: manager, action: action)
        }
        let number = Int.random(in: 0..<(writesOnly ? 86 : 100), using: &random)
        let selector = Int.random(in: 0..<8, using: &random)
        switch number {
        case 0..<12: return make(.create(choices(model.fields, true, &random)))
        case 12..<24:
            return make(
                .update(
                    choices(model.fields, false, &random), removed: removals(model, &random),
                    isConditional: Bool.random(using: &random)))
        case 24..<32:
            return make(.mergePatch(choices(model.fields, false, &random), removed: removals(model, &random)))
        case 32..<38: return make(.strategicPatch(choices(model.fields, false, &random)))
        case 38..<43:
            let choice = choices(model.fields, false, &random).first ?? ModelKind.Choice(field: 0, value: 0)
            return make(.jsonPatch(choice, isRemoval: Bool.random(using: &random)))
        case 43..<72:
            let isWhole = Int.random(in: 0..<10, using: &random) < 7
            return make(
                .apply(choices(model.fields, isWhole, &random), isForced: Int.random(in: 0..<3, using: &random) == 0))
        case 72..<79 where !model.statusFields.isEmpty:
            return make(
                .status(choices(model.statusFields, true, &random), isApply: Bool.random(using: &random)))
        case 72..<84:
            let policy = [nil, "Background", "Foreground", "Orphan"].randomElement(using: &random) ?? nil
            let preconditions: [Precondition] = [.none, .none, .rightUID, .wrongUID, .wrongVersion]
            return make(.delete(policy: policy, preconditions.randomElement(using: &random) ?? .none))
        case 84..<86: return make(.deleteCollection(selector: selector))
        case 86..<92:
            let starts: [Start] = [.existing, .now, .streaming, .version(Int.random(in: 0..<64, using: &random))]
            return make(.watch(selector: selector, starts.randomElement(using: &random) ?? .existing))
        case 92..<94:
            return make(.page(selector: selector, limit: Int.random(in: 1...2, using: &random)))
        case 94..<97: return make(.nextPage)
        case 97..<99: return make(.disconnect)
        default: return make(.compact)
        }
    }

    private static func choices(
        _ fields: [ModelKind.Field], _ isWhole: Bool, _ random: inout SplitMix
    ) -> [ModelKind.Choice] {
        let likelihood = Int.random(in: 1...5, using: &random)
        var result: [ModelKind.Choice] = []
        for (index, field) in fields.enumerated() {
            let isHold = field.path.last == "v:\"example.org/hold\""
            let isTaken = Int.random(in: 0..<(isHold ? 40 : 10), using: &random) < likelihood
            guard isTaken || (isWhole && field.isRequired) else { continue }
            result.append(
                ModelKind.Choice(field: index, value: Int.random(in: 0..<field.values.count, using: &random)))
        }
        return result
    }

    private static func removals(_ model: ModelKind, _ random: inout SplitMix) -> [Int] {
        model.fields.indices.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
    }

    var description: String {
        let target = "\(model.type.plural)/\(name)"
        func text(_ choices: [ModelKind.Choice], _ isStatus: Bool = false) -> String {
            let fields = isStatus ? model.statusFields : model.fields
            return choices.map { choice in
                "\(fields[choice.field].path.joined(separator: ".")) = \(fields[choice.field].values[choice.value])"
            }.joined(separator: ", ")
        }
        func paths(_ removed: [Int]) -> String {
            removed.isEmpty
                ? ""
                : ", without " + removed.map { model.fields[$0].path.joined(separator: ".") }.joined(separator: ", ")
        }
        switch action {
        case .create(let choices): return "\(manager) creates \(target): \(text(choices))"
        case .update(let choices, let removed, let isConditional):
            return
                "\(manager) updates \(target)\(isConditional ? " at its version" : ""): \(text(choices))\(paths(removed))"
        case .mergePatch(let choices, let removed):
            return "\(manager) merge-patches \(target): \(text(choices))\(paths(removed))"
        case .strategicPatch(let choices): return "\(manager) strategically patches \(target): \(text(choices))"
        case .jsonPatch(let choice, let isRemoval):
            return "\(manager) JSON-patches \(target), \(isRemoval ? "removing" : "adding") \(text([choice]))"
        case .apply(let choices, let isForced):
            return "\(manager) applies \(target)\(isForced ? " by force" : ""): \(text(choices))"
        case .status(let choices, let isApply):
            return "\(manager) \(isApply ? "applies" : "merge-patches") the status of \(target): \(text(choices, true))"
        case .delete(let policy, let precondition):
            return "\(manager) deletes \(target), \(policy ?? "default") propagation, precondition \(precondition)"
        case .deleteCollection(let selector):
            return "\(manager) deletes all \(model.type.plural) of selector \(ModelSelector.of(selector, model).query)"
        case .watch(let selector, let start):
            return "watch \(model.type.plural) of selector \(ModelSelector.of(selector, model).query) from \(start)"
        case .page(let selector, let limit):
            return "list \(model.type.plural) of selector \(ModelSelector.of(selector, model).query), \(limit) a page"
        case .nextPage: return "go on with the paged lists"
        case .disconnect: return "end all watches and take them up again"
        case .compact: return "compact"
        }
    }
}

/// A selection of lists and watches, with its meaning told independently of the code under test.
struct ModelSelector: Sendable {
    var query: String
    var matches: @Sendable (JSONValue) -> Bool

    static func of(_ number: Int, _ model: ModelKind) -> ModelSelector {
        @Sendable func label(_ object: JSONValue, _ key: String) -> String? {
            object[path: "metadata", "labels", key]?.stringValue
        }
        switch number {
        case 0: return ModelSelector(query: "labelSelector=tier%3Da") { label($0, "tier") == "a" }
        case 1: return ModelSelector(query: "labelSelector=!tier") { label($0, "tier") == nil }
        case 2:
            return ModelSelector(query: "labelSelector=tier%20in%20(a,b),track!%3Dx") {
                label($0, "tier") != nil && label($0, "track") != "x"
            }
        case 3:
            return ModelSelector(query: "fieldSelector=metadata.name%3Dann") {
                $0[path: "metadata", "name"] == "ann"
            }
        case 4 where !model.fieldSelectors.isEmpty:
            let (query, matches) = model.fieldSelectors[0]
            return ModelSelector(query: "fieldSelector=\(query)", matches: matches)
        default: return ModelSelector(query: "") { _ in true }
        }
    }
}
