import KubeCore

/// Writes objects and lists in the negotiated form.
extension APIServer {
    /// An answer of one object.
    func answer(
        _ object: KubeObject, _ context: RequestContext, status: Int = 200, warnings: [String] = []
    ) throws(Status) -> APIResponse {
        let representation = context.representation
        var value: JSONValue
        switch representation.shape {
        case .plain: value = object.typeFirst
        case .partialMetadata: value = Self.partialMetadata(object, context)
        case .partialMetadataList:
            throw Status(
                code: 406, reason: .notAcceptable,
                message: """
                    you requested PartialObjectMetadataList, but the requested object is not a list \
                    (\(Self.goType(context.resource, isList: false)))
                    """)
        case .table:
            value = try table(
                [object], context, metadata: ["resourceVersion": .string(object.resourceVersion ?? "")])
        }
        if case .object(var json) = value, object.resourceVersion == nil, representation.shape == .table {
            json["metadata"] = .object(JSONObject())
            value = .object(json)
        }
        return Self.response(value, representation, status: status, warnings: warnings)
    }

    /// An answer of any value.
    static func response(
        _ value: JSONValue, _ representation: Representation, status: Int = 200, warnings: [String] = []
    ) -> APIResponse {
        var response: APIResponse
        if representation.isYAML {
            response = APIResponse(
                status: status, headers: [APIRequest.Header("Content-Type", MediaType.yaml)],
                body: .bytes(YAML.bytes(of: value)))
        } else {
            response = .json(value, status: status, pretty: representation.isPretty)
        }
        response.headers += warnings.map { APIRequest.Header("Warning", warning($0)) }
        return response
    }

    /// An object without anything but its metadata, as the server itself sees it.
    static func partialMetadata(_ object: KubeObject, _ context: RequestContext) -> JSONValue {
        let resource = context.resource
        var inner = resource.isCustom ? object : VersionConversion.toStorage(object, from: resource)
        for annotation in resource.strategy.fieldAnnotations where inner.annotations[annotation] != nil {
            inner.set(nil, at: "metadata", "annotations", annotation)
        }
        if inner.metadata["annotations"]?.objectValue?.isEmpty == true {
            inner.set(nil, at: "metadata", "annotations")
        }
        return [
            "kind": "PartialObjectMetadata", "apiVersion": .string(context.representation.metaAPIVersion),
            "metadata": .object(inner.metadata),
        ]
    }

    /// How messages name the type of an object.
    static func goType(_ resource: ServedResource, isList: Bool) -> String {
        if resource.isCustom { return isList ? "*unstructured.UnstructuredList" : "*unstructured.Unstructured" }
        let package =
            resource.type.group.isEmpty
            ? "core" : resource.type.group.split(separator: ".").first.map(String.init) ?? ""
        return "*\(package).\(isList ? resource.listKind : resource.type.kind)"
    }

    /// An answer of a list.
    func answer(
        _ objects: [StoredObject], metadata: JSONObject, _ context: RequestContext
    ) throws(Status) -> APIResponse {
        let (representation, resource) = (context.representation, context.resource)
        switch representation.shape {
        case .plain:
            if representation.isYAML || representation.isPretty {
                let items = objects.map { item(VersionConversion.view($0, as: resource), resource) }
                return Self.response(
                    [
                        "kind": .string(resource.listKind), "apiVersion": .string(resource.type.apiVersion),
                        "metadata": .object(metadata), "items": .array(items),
                    ], representation)
            }
            let body = ListBody(objects, metadata: metadata, resource)
            guard body.isLarge else { return .json(body.bytes) }
            var response = APIResponse.json([UInt8]())
            response.body = .stream(AsyncStream { body.next() })
            return response
        case .partialMetadata:
            throw Status(
                code: 406, reason: .notAcceptable,
                message: """
                    you requested PartialObjectMetadata, but the requested object is a list \
                    (\(Self.goType(resource, isList: true)))
                    """)
        case .partialMetadataList:
            let items = objects.map {
                Self.partialMetadata(VersionConversion.view($0, as: resource), context)
            }
            return Self.response(
                [
                    "kind": "PartialObjectMetadataList", "apiVersion": .string(representation.metaAPIVersion),
                    "metadata": .object(metadata), "items": .array(items),
                ], representation)
        case .table:
            let views = objects.map { VersionConversion.view($0, as: resource) }
            return Self.response(try table(views, context, metadata: metadata), representation)
        }
    }

    /// Items of built-in lists say their type only through the list.
    private func item(_ object: KubeObject, _ resource: ServedResource) -> JSONValue {
        guard !resource.isCustom else { return object.typeFirst }
        var json = object.json
        json.removeValue(forKey: "kind")
        json.removeValue(forKey: "apiVersion")
        return .object(json)
    }

    /// An object in the version of a resource, as JSON; the stored bytes where they will do.
    static func bytesOf(_ stored: StoredObject, _ resource: ServedResource) -> [UInt8] {
        VersionConversion.isIdentity(stored, as: resource)
            ? stored.bytes : VersionConversion.fromStorage(stored.object, to: resource).typeFirst.serializedBytes()
    }
}
