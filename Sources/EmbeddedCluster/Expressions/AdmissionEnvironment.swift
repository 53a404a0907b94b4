import KubeCore

/// The variables and their types that expressions of admission configurations may use.
struct AdmissionEnvironment {
    /// Whether there are `params`.
    var hasParameters = false
    /// Whether there is an `authorizer`.
    var hasAuthorizer = true
    /// The types of the composed variables by name; nil where there is no composition.
    var composed: [String: CELType]?

    /// What is wrong with an expression.
    typealias Fault = CELChecker.Refusal

    /// Compiles an expression.
    ///
    /// - Parameter results: the types that it may have; empty for any.
    func compile(
        _ source: String, returning results: [CELType]
    ) throws(Fault) -> (node: CELNode, type: CELType) {
        let (node, type, _) = try CELChecker.compile(source, variables: variables)
        guard results.isEmpty || results.contains(type) else {
            let names = results.map(\.description)
            throw Fault(
                message: names.count == 1
                    ? "must evaluate to \(names[0]) but got \(type.description)"
                    : "must evaluate to one of [\(names.joined(separator: " "))] but got \(type.description)")
        }
        return (node, type)
    }

    private var variables: [String: CELType] {
        var types: [String: CELType] = [
            "object": .dyn, "oldObject": .dyn, "request": Self.request, "namespaceObject": Self.namespace,
        ]
        if hasParameters { types["params"] = .dyn }
        if hasAuthorizer {
            types["authorizer"] = .opaque("kubernetes.authorization.Authorizer")
            types["authorizer.requestResource"] = .opaque("kubernetes.authorization.ResourceCheck")
        }
        if let composed {
            types["variables"] = Self.variablesType
            for (name, type) in composed { types["variables.\(name)"] = type }
        }
        return types
    }

    private static let variablesType = object("kubernetes.variables", ["type": "object", "properties": [:]])

    private static func object(_ name: String, _ schema: JSONValue) -> CELType {
        .object(CELObjectType(schema: Schema(openAPIV3Schema: schema), name: name))
    }

    private static func properties(_ texts: [String], _ others: JSONObject = [:]) -> JSONValue {
        var properties = others
        for name in texts { properties[name] = ["type": "string"] }
        return ["type": "object", "properties": .object(properties)]
    }

    private static let texts: JSONValue = ["type": "array", "items": ["type": "string"]]
    private static let textMap: JSONValue = ["type": "object", "additionalProperties": ["type": "string"]]

    private static let request = object(
        "kubernetes.AdmissionRequest",
        properties(
            ["subResource", "requestSubResource", "name", "namespace", "operation"],
            [
                "kind": properties(["group", "version", "kind"]),
                "resource": properties(["group", "version", "resource"]),
                "requestKind": properties(["group", "version", "kind"]),
                "requestResource": properties(["group", "version", "resource"]),
                "userInfo": properties(
                    ["username", "uid"],
                    ["groups": texts, "extra": ["type": "object", "additionalProperties": texts]]),
                "dryRun": ["type": "boolean"], "options": ["x-kubernetes-preserve-unknown-fields": true],
            ]))

    /// The schema of namespaces, as far as expressions see them.
    static let namespaceSchema: JSONValue = {
        let time: JSONValue = ["type": "string", "format": "date-time"]
        let metadata = properties(
            ["name", "generateName", "namespace", "uid", "resourceVersion"],
            [
                "labels": textMap, "annotations": textMap, "creationTimestamp": time, "deletionTimestamp": time,
                "deletionGracePeriodSeconds": ["type": "integer"], "generation": ["type": "integer"],
                "finalizers": texts,
            ])
        let condition = properties(["type", "status", "message", "reason"], ["lastTransitionTime": time])
        return properties(
            [],
            [
                "metadata": metadata, "spec": properties([], ["finalizers": texts]),
                "status": properties(["phase"], ["conditions": ["type": "array", "items": condition]]),
            ])
    }()

    private static let namespace = object("kubernetes.Namespace", namespaceSchema)
}
