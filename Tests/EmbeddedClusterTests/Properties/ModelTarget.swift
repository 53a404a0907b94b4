import KubeCore

@testable import EmbeddedCluster

/// What random operations are sent to: the embedded server in process, or a real one over HTTP.
protocol ModelTarget: Sendable {
    func send(
        _ method: String, _ target: String, manager: String, contentType: String, _ body: JSONValue?
    ) async throws -> (status: Int, body: JSONValue)
}

extension EmbeddedCluster: ModelTarget {
    func send(
        _ method: String, _ target: String, manager: String, contentType: String, _ body: JSONValue?
    ) async throws -> (status: Int, body: JSONValue) {
        let response = await handle(
            APIRequest(
                method: method, target: target,
                headers: [
                    APIRequest.Header("User-Agent", manager), APIRequest.Header("Content-Type", contentType),
                ], body: body?.serializedBytes() ?? []))
        let bytes = await response.collectBody()
        return (response.status, (try? JSONValue(parsing: bytes)) ?? .null)
    }
}

/// What of an operation is a write, as requests.
struct ModelWriter: Sendable {
    let target: any ModelTarget

    struct Answer: Sendable {
        var status: Int
        var body: JSONValue
    }

    func send(
        _ method: String, _ path: String, _ manager: String, _ contentType: String = "application/json",
        _ body: JSONValue? = nil
    ) async throws -> Answer {
        let (status, body) = try await target.send(
            method, path, manager: manager, contentType: contentType, body)
        return Answer(status: status, body: body)
    }

    /// Carries out a write; nil if the operation is none.
    func write(_ operation: ModelOperation) async throws -> Answer? {
        let (model, manager) = (operation.model, operation.manager)
        let path = "\(model.collection)/\(operation.name)"
        switch operation.action {
        case .create(let choices):
            return try await send(
                "POST", model.collection, manager, "application/json", named(model.object(choices), operation.name))
        case .update(let choices, let removed, let isConditional):
            let live = try await send("GET", path, manager)
            guard live.status == 200 else { return live }
            var object = live.body
            for index in removed where !model.fields[index].isRequired {
                object = FieldPath.removing(model.fields[index].path[...], from: object)
            }
            for choice in choices {
                let field = model.fields[choice.field]
                object = FieldPath.inserting(field.values[choice.value], at: field.path[...], in: object)
            }
            if !isConditional { object.set(nil, at: "metadata", "resourceVersion") }
            return try await send("PUT", path, manager, "application/json", object)
        case .mergePatch(let choices, let removed):
            var patch = model.object(choices)
            for index in removed where model.fields[index].path.allSatisfy({ $0.hasPrefix("f:") }) {
                patch = FieldPath.inserting(.null, at: model.fields[index].path[...], in: patch)
            }
            return try await send("PATCH", path, manager, "application/merge-patch+json", patch)
        case .strategicPatch(let choices):
            return try await send(
                "PATCH", path, manager, "application/strategic-merge-patch+json", model.object(choices))
        case .jsonPatch(let choice, let isRemoval):
            return try await send(
                "PATCH", path, manager, "application/json-patch+json", jsonPatch(model, choice, isRemoval))
        case .apply(let choices, let isForced):
            return try await send(
                "PATCH", "\(path)?fieldManager=\(manager)&force=\(isForced)", manager, "application/apply-patch+yaml",
                named(model.object(choices), operation.name))
        case .status(let choices, let isApply):
            let query = isApply ? "?fieldManager=\(manager)&force=true" : ""
            return try await send(
                "PATCH", "\(path)/status\(query)", manager,
                isApply ? "application/apply-patch+yaml" : "application/merge-patch+json",
                named(model.object(choices, isStatus: true), operation.name))
        case .delete(let policy, let precondition):
            var options: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1"]
            if let policy { options.set(.string(policy), at: "propagationPolicy") }
            let live = try await send("GET", path, manager)
            switch precondition {
            case .none: break
            case .rightUID: options.set(live.body[path: "metadata", "uid"], at: "preconditions", "uid")
            case .wrongUID: options.set("4d1a9a3e-0000-4000-8000-000000000000", at: "preconditions", "uid")
            case .wrongVersion: options.set("1", at: "preconditions", "resourceVersion")
            }
            return try await send("DELETE", path, manager, "application/json", options)
        case .deleteCollection(let selector):
            return try await send(
                "DELETE", "\(model.collection)?\(ModelSelector.of(selector, model).query)", manager)
        case .watch, .page, .nextPage, .disconnect, .compact: return nil
        }
    }

    /// Makes the custom resource.
    func define() async throws {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        let answer = try await send("POST", path, "setup", "application/json", ModelKind.widgetDefinition)
        guard answer.status == 201 || answer.status == 409 else {
            throw Violation("the definition is refused: \(answer.body)")
        }
    }

    private func named(_ object: JSONValue, _ name: String) -> JSONValue {
        var object = object
        object.set(.string(name), at: "metadata", "name")
        return object
    }

    private func jsonPatch(_ model: ModelKind, _ choice: ModelKind.Choice, _ isRemoval: Bool) -> JSONValue {
        let field = model.fields[choice.field]
        let keys = field.path.prefix { $0.hasPrefix("f:") }.map { String($0.dropFirst(2)) }
        let pointer = "/" + keys.joined(separator: "/")
        if isRemoval { return [["op": "remove", "path": .string(pointer)]] }
        let whole = model.object([choice]).value(at: keys[...]) ?? .null
        return [["op": "add", "path": .string(pointer), "value": whole]]
    }
}

/// What the server did that it must not.
struct Violation: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
