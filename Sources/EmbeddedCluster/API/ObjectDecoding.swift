import KubeCore

/// The bodies of creates and updates.
extension APIServer {
    /// An object that a client sent, and what it is to be warned of.
    struct Decoded {
        var object: KubeObject
        var warnings: [String] = []
    }

    /// Reads the object in a request's body.
    ///
    /// - Parameter kind: the kind it must be, if not that of the resource.
    func decode(
        _ context: RequestContext, _ options: WriteOptions, as kind: GroupVersionKind? = nil
    ) throws(Status) -> Decoded {
        let expected = kind ?? context.type.groupVersionKind
        let body = context.request.body
        let value = try Self.value(in: body, of: context.request, expected)
        guard var object = KubeObject(value) else {
            let type = value.typeName
            throw .badRequest(
                """
                the object provided is unrecognized (must be of type \(expected.kind)): couldn't get version/kind; \
                json parse error: json: cannot unmarshal \(type) into Go value of type struct { APIVersion string \
                "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } \
                (\(GoErrors.summary(body)))
                """)
        }
        let isCustom = kind == nil && context.resource.isCustom
        if isCustom {
            if object.kind.isEmpty {
                throw .badRequest(
                    """
                    the object provided is unrecognized (must be of type \(expected.kind)): Object 'Kind' is missing in \
                    '\(String(decoding: body, as: UTF8.self))' (\(GoErrors.summary(body)))
                    """)
            }
            if object.kind != expected.kind {
                throw .invalid(
                    GroupKind(group: expected.group, kind: object.kind), object.name,
                    [.invalid("kind", .string(object.kind), "must be \(expected.kind)")])
            }
        }
        try check(object, expected)
        object.apiVersion = expected.apiVersion
        object.kind = expected.kind
        var decoded = Decoded(object: object)
        if let kind {
            try checkSubresource(object, kind, options, body, &decoded.warnings)
            return decoded
        }
        if let fault = BuiltInRules.typeFault(of: object, context.resource) {
            throw .badRequest(
                "\(expected.kind) in version \"\(expected.version)\" cannot be handled as a \(expected.kind): \(fault)")
        }
        let unknown = context.resource.unknownFields(in: object)
        // Custom resources are pruned only after they have been decoded, with all that decoding does not mind.
        let faults =
            isCustom
            ? StrictDecoding.find(in: body) + unknown.map(ServedResource.complaint)
            : StrictDecoding.find(in: body, unknown: unknown)
        try Self.report(faults, options, warnings: &decoded.warnings) { problem in
            .badRequest(
                """
                \(expected.kind) in version "\(expected.version)" cannot be handled as a \(expected.kind): \
                strict decoding error: \(problem)
                """)
        }
        return decoded
    }

    /// Checks an object that is not of its resource's own kind, such as a scale.
    private func checkSubresource(
        _ object: KubeObject, _ kind: GroupVersionKind, _ options: WriteOptions, _ body: [UInt8],
        _ warnings: inout [String]
    ) throws(Status) {
        guard let schema = BuiltInSchemas.schema(for: kind) else { return }
        let head = "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind)"
        if let fault = BuiltInRules.typeFault(object.value, schema, struct: kind.kind, path: []) {
            throw .badRequest("\(head): \(fault)")
        }
        let faults = StrictDecoding.find(in: body, unknown: UnknownFields.find(in: object.value, schema: schema))
        try Self.report(faults, options, warnings: &warnings) { problem in
            .badRequest("\(head): strict decoding error: \(problem)")
        }
    }

    /// Does with unknown and duplicate fields what the request wants.
    static func report(
        _ faults: [String], _ options: WriteOptions, warnings: inout [String], strict: (String) -> Status
    ) throws(Status) {
        guard !faults.isEmpty else { return }
        switch options.fieldValidation {
        case .ignore: break
        case .warn: warnings += faults.filter { !$0.contains("\n") }  // a header has one line
        case .strict: throw strict(faults.joined(separator: ", "))
        }
    }

    /// A body as a value, by its content type.
    static func value(
        in body: [UInt8], of request: APIRequest, _ expected: GroupVersionKind
    ) throws(Status) -> JSONValue {
        let type = MediaType(request.header("Content-Type") ?? MediaType.json)
        switch type.name {
        case MediaType.json,
            "" where request.header("Content-Type")?.isEmpty ?? true:
            do {
                return try JSONValue(parsing: body)
            } catch {
                throw .badRequest(
                    """
                    the object provided is unrecognized (must be of type \(expected.kind)): couldn't get \
                    version/kind; json parse error: \(GoErrors.json(error, body)) (\(GoErrors.summary(body)))
                    """)
            }
        case MediaType.yaml:
            do {
                return try YAML.value(in: body)
            } catch {
                throw .badRequest(
                    """
                    the object provided is unrecognized (must be of type \(expected.kind)): \
                    \(error.goDescription) (\(GoErrors.summary(body)))
                    """)
            }
        case MediaType.protobuf: return try ProtobufBodies.value(in: body, expected)
        default: throw .unsupportedMediaType([MediaType.json, MediaType.yaml, MediaType.protobuf])
        }
    }

    /// Checks the type that an object says it has.
    private func check(_ object: KubeObject, _ expected: GroupVersionKind) throws(Status) {
        let (apiVersion, kind) = (object.apiVersion, object.kind)
        let isKnown = registry.find(expected)?.isCustom != true
        let head = "\(expected.kind) in version \"\(expected.version)\" cannot be handled as a \(expected.kind)"
        if !apiVersion.isEmpty, apiVersion != expected.apiVersion {
            let isServed = registry.all.contains { $0.type.apiVersion == apiVersion }
            guard isServed, isKnown else {
                throw .badRequest(
                    """
                    the API version in the data (\(apiVersion)) does not match the expected API version \
                    (\(expected.apiVersion))
                    """)
            }
            throw .badRequest(
                """
                \(head): no kind "\(kind.isEmpty ? expected.kind : kind)" is registered for version "\(apiVersion)" \
                in scheme "pkg/api/legacyscheme/scheme.go:30"
                """)
        }
        guard !kind.isEmpty, kind != expected.kind else { return }
        let package =
            expected.group.isEmpty ? "core" : expected.group.split(separator: ".").first.map(String.init) ?? ""
        throw .badRequest(
            """
            \(kind) in version "\(expected.version)" cannot be handled as a \(expected.kind): converting \
            (\(expected.version).\(kind)) to (\(package).\(expected.kind)): unknown conversion
            """)
    }
}
