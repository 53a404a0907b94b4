import KubeCore

/// Writes OpenAPI documents: of built-in groups from the generated tables, of custom resources from their definitions.
struct OpenAPIDocuments {
    /// How references to schemas are written: OpenAPI v3 has components, v2 definitions.
    var prefix = "#/components/schemas/"
    private var schemas: [String: JSONValue] = [:]
    private var paths: [(String, JSONValue)] = []

    private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1."

    /// The OpenAPI v3 document of a group and version; nil if nothing of it is served.
    static func document(_ version: GroupVersion, _ resources: [ServedResource]) -> JSONValue? {
        guard !resources.isEmpty else { return nil }
        var documents = OpenAPIDocuments()
        if resources.contains(where: \.isCustom) {
            for resource in resources { documents.addCustom(resource) }
        } else {
            documents.addBuiltIn(version)
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "unversioned"],
            "paths": .object(JSONObject(documents.paths)),
            "components": ["schemas": .object(documents.sortedSchemas)],
        ]
    }

    /// The definitions of all built-in kinds as OpenAPI v2 has them, for old clients.
    static func legacyDocument() -> JSONValue {
        var documents = OpenAPIDocuments()
        documents.prefix = "#/definitions/"
        for name in SchemaTables.names { documents.add(schema: name) }
        return [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": "unversioned"], "paths": [:],
            "definitions": .object(documents.sortedSchemas),
        ]
    }

    private var sortedSchemas: JSONObject {
        JSONObject(schemas.sorted { $0.key.utf8Less(than: $1.key) }.map { ($0.key, $0.value) })
    }

    // MARK: Built-in groups

    private mutating func addBuiltIn(_ version: GroupVersion) {
        let own = version.path + "/"
        for path in SchemaTables.paths where path.path.hasPrefix(own) {
            var item = JSONObject()
            for operation in path.operations {
                item[operation.method] = operationValue(
                    action: operation.action, kind: operation.kind, parameters: operation.parameters,
                    body: operation.body, response: operation.response, identifier: operation.identifier,
                    patches: [
                        MediaType.jsonPatch, MediaType.mergePatch, MediaType.strategicMergePatch, MediaType.applyPatch,
                    ])
            }
            if !path.parameters.isEmpty { item["parameters"] = Self.parameters(path.parameters) }
            paths.append((path.path, .object(item)))
        }
    }

    private static func parameters(_ names: [String]) -> JSONValue {
        .array(
            names.map { name in
                if let known = SchemaTables.parameters[name] { return known }
                return [
                    "in": "path", "name": .string(name), "required": true,
                    "schema": ["type": "string", "uniqueItems": true],
                ]
            })
    }

    private mutating func operationValue(
        action: String?, kind: GroupVersionKind?, parameters: [String], body: String?, response: String?,
        identifier: String, patches: [String]
    ) -> JSONValue {
        var operation: JSONObject = ["operationId": .string(identifier)]
        if !parameters.isEmpty { operation["parameters"] = Self.parameters(parameters) }
        if let body {
            let types = action == "patch" ? patches : ["*/*"]
            let content = types.map { type in (type, ["schema": ref(body)] as JSONValue) }
            operation["requestBody"] = ["content": .object(JSONObject(content))]
        }
        var answer: JSONObject = ["description": "OK"]
        if let response {
            let types = [MediaType.json, MediaType.yaml]
            let content = types.map { type in (type, ["schema": ref(response)] as JSONValue) }
            answer["content"] = .object(JSONObject(content))
        }
        operation["responses"] = ["200": .object(answer)]
        if let action { operation["x-kubernetes-action"] = .string(action) }
        if let kind { operation["x-kubernetes-group-version-kind"] = Self.value(of: kind) }
        return .object(operation)
    }

    private static func value(of kind: GroupVersionKind) -> JSONValue {
        ["group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind)]
    }

    /// A reference to a definition, which is thereby part of the document.
    private mutating func ref(_ name: String) -> JSONValue {
        add(schema: name)
        return ["$ref": .string(prefix + name)]
    }

    private mutating func add(schema name: String) {
        guard schemas[name] == nil, let source = SchemaTables.source(of: name) else { return }
        schemas[name] = .null  // it may refer to itself
        schemas[name] = published(source)
    }

    /// A definition of the tables as documents have it: descriptions in words, references in full.
    private mutating func published(_ source: JSONValue) -> JSONValue {
        guard case .object(let object) = source else { return source }
        var result = JSONObject()
        for (key, value) in object {
            switch (key, value) {
            case ("description", .integer(let number)):
                result[key] = .string(SchemaTables.description(Int(number)) ?? "")
            case ("$ref", .string(let name)):
                let reference = ref(name)
                // Beside a reference nothing else counts, so that what there is makes it one of a list.
                if object.count == 1 || prefix == "#/definitions/" {
                    result["$ref"] = reference["$ref"]
                } else {
                    result["allOf"] = .array([reference])
                }
            case ("properties", .object(let properties)):
                var members = JSONObject()
                for (name, property) in properties { members[name] = published(property) }
                result[key] = .object(members)
            case ("items", _), ("additionalProperties", _): result[key] = published(value)
            case ("default", _) where prefix == "#/definitions/": break
            case ("oneOf", .array(let choices)), ("anyOf", .array(let choices)), ("allOf", .array(let choices)):
                var published: [JSONValue] = []
                for choice in choices { published.append(self.published(choice)) }
                result[key] = .array(published)
            default: result[key] = value
            }
        }
        return .object(result)
    }

    // MARK: Custom resources

    private mutating func addCustom(_ resource: ServedResource) {
        guard let custom = resource.custom else { return }
        let type = resource.type
        let reversed = type.group.split(separator: ".").reversed().joined(separator: ".")
        let (name, list) = (
            "\(reversed).\(type.version).\(type.kind)", "\(reversed).\(type.version).\(resource.listKind)"
        )
        schemas[name] = customSchema(resource, custom)
        schemas[list] = listSchema(resource, item: name)
        let scope = type.isNamespaced ? "/namespaces/{namespace}" : ""
        let collection = "\(type.groupVersion.path)\(scope)/\(type.plural)"
        let common = type.isNamespaced ? ["namespace", "pretty"] : ["pretty"]
        let write = ["dryRun", "fieldManager", "fieldValidation"]
        let read = [
            "allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion",
            "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch",
        ]
        let words = type.kind
        paths.append(
            (
                collection,
                [
                    "get": customOperation("list", type, read, nil, list, "list\(words)"),
                    "post": customOperation("post", type, write, name, name, "create\(words)"),
                    "delete": customOperation(
                        "deletecollection", type, read, nil, Self.meta + "Status", "deleteCollection\(words)"),
                    "parameters": Self.parameters(common),
                ]
            ))
        for suffix in [""] + resource.subresources.map({ "/" + $0.name }) {
            let isScale = suffix == "/scale"
            let object = isScale ? "io.k8s.api.autoscaling.v1.Scale" : name
            var item: JSONObject = [
                "get": customOperation("get", type, [], nil, object, "read\(words)\(suffix)"),
                "put": customOperation("put", type, write, object, object, "replace\(words)\(suffix)"),
                "patch": customOperation(
                    "patch", type, write + ["force"], Self.meta + "Patch", object, "patch\(words)\(suffix)"),
                "parameters": Self.parameters(["name"] + common),
            ]
            if suffix.isEmpty {
                item["delete"] = customOperation(
                    "delete", type, ["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"],
                    Self.meta + "DeleteOptions", Self.meta + "Status", "delete\(words)")
            }
            paths.append(("\(collection)/{name}\(suffix)", .object(item)))
        }
    }

    private mutating func customOperation(
        _ action: String, _ type: ResourceType, _ parameters: [String], _ body: String?, _ response: String,
        _ identifier: String
    ) -> JSONValue {
        operationValue(
            action: action, kind: type.groupVersionKind, parameters: parameters, body: body, response: response,
            identifier: identifier, patches: [MediaType.jsonPatch, MediaType.mergePatch, MediaType.applyPatch])
    }

    private mutating func customSchema(_ resource: ServedResource, _ custom: CustomResourceVersion) -> JSONValue {
        let versions = custom.definition.object[path: "spec", "versions"]?.arrayValue ?? []
        let own = versions.first { $0["name"]?.stringValue == custom.version.name }
        var schema = own?[path: "schema", "openAPIV3Schema"]?.objectValue ?? JSONObject()
        var properties: JSONObject = [
            "apiVersion": typeProperty("apiVersion"), "kind": typeProperty("kind"),
            "metadata": [
                "allOf": [ref(Self.meta + "ObjectMeta")],
                "description": .string(
                    "Standard object's metadata. More info: \(Self.conventions)#metadata"),
            ],
        ]
        for (key, value) in schema["properties"]?.objectValue ?? JSONObject()
        where key != "apiVersion" && key != "kind" && key != "metadata" {
            properties[key] = value
        }
        schema["properties"] = .object(properties)
        schema["x-kubernetes-group-version-kind"] = [Self.value(of: resource.type.groupVersionKind)]
        return .object(schema)
    }

    private mutating func listSchema(_ resource: ServedResource, item: String) -> JSONValue {
        var kind = resource.type.groupVersionKind
        kind.kind = resource.listKind
        return [
            "description": .string("\(resource.listKind) is a list of \(resource.type.kind)"), "type": "object",
            "required": ["items"],
            "properties": [
                "apiVersion": typeProperty("apiVersion"), "kind": typeProperty("kind"),
                "metadata": [
                    "allOf": [ref(Self.meta + "ListMeta")],
                    "description": .string("Standard list metadata. More info: \(Self.conventions)#types-kinds"),
                ],
                "items": [
                    "description": .string("List of \(resource.type.plural). More info: \(Self.conventions)"),
                    "type": "array", "items": ["$ref": .string(prefix + item)],
                ],
            ],
            "x-kubernetes-group-version-kind": [Self.value(of: kind)],
        ]
    }

    private static let conventions =
        "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"

    /// `apiVersion` and `kind` as every object describes them.
    private func typeProperty(_ name: String) -> JSONValue {
        let source = SchemaTables.source(of: "io.k8s.api.core.v1.ConfigMap")?[path: "properties", name]
        let text = source?["description"]?.intValue.flatMap(SchemaTables.description) ?? ""
        return ["description": .string(text), "type": "string"]
    }
}
