import KubeCore

/// The four kinds of patches.
enum PatchKind: Hashable {
    case json
    case merge
    case strategic
    case apply

    /// The kind that the content type of a request says.
    init(_ context: RequestContext) throws(Status) {
        let type = MediaType(context.request.header("Content-Type") ?? "")
        switch type.name {
        case MediaType.jsonPatch: self = .json
        case MediaType.mergePatch: self = .merge
        case MediaType.strategicMergePatch where !context.resource.isCustom: self = .strategic
        case MediaType.applyPatch: self = .apply
        case MediaType.strategicMergePatch:
            throw .unsupportedMediaType([MediaType.jsonPatch, MediaType.mergePatch, MediaType.applyPatch])
        default:
            throw Status(
                code: 415, reason: .unsupportedMediaType, message: "415: Unsupported Media Type",
                details: Status.Details())
        }
    }
}

/// A patch that is no apply, decoded.
struct PatchBody {
    let kind: PatchKind
    let value: JSONValue

    /// As many operations as one JSON patch may have.
    private static let maximumOperations = 10_000

    init(_ kind: PatchKind, _ bytes: [UInt8]) throws(Status) {
        self.kind = kind
        let prefix = kind == .strategic ? "" : "error decoding patch: "
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badRequest(prefix + GoErrors.json(error, bytes))
        }
        switch (kind, value) {
        case (.json, .array(let operations)):
            guard operations.count <= Self.maximumOperations else {
                throw Status(
                    code: 413, reason: .requestEntityTooLarge,
                    message: """
                        Request entity too large: The allowed maximum operations in a JSON patch is \
                        \(Self.maximumOperations), got \(operations.count)
                        """)
            }
        case (.json, _):
            throw .badRequest(
                "\(prefix)json: cannot unmarshal \(value.typeName) into Go value of type []handlers.jsonPatchOp")
        case (_, .object): break
        default:
            throw .badRequest(
                "\(prefix)json: cannot unmarshal \(value.typeName) into Go value of type map[string]interface {}")
        }
    }

    /// The resource version that the patch itself names: then it is conditional.
    var resourceVersion: String? { value[path: "metadata", "resourceVersion"]?.stringValue }

    /// The patched object.
    func apply(to live: KubeObject, schema: Schema?) throws(Status) -> KubeObject {
        let patched: JSONValue
        switch kind {
        case .json:
            do {
                patched = try JSONPatch(value).apply(to: live.value)
            } catch {
                throw .unprocessable
            }
        case .merge: patched = MergePatch.apply(value, to: live.value)
        case .strategic, .apply: patched = try StrategicMergePatch.apply(value, to: live.value, schema: schema)
        }
        guard let object = KubeObject(patched) else { throw .unprocessable }
        return object
    }

    /// The first value of the patched object that the kind cannot hold, in the words of what reads it.
    func typeFault(of patched: KubeObject, _ resource: ServedResource) -> String? {
        kind == .strategic
            ? UnstructuredConversion.fault(of: patched, resource) : BuiltInRules.typeFault(of: patched, resource)
    }

    /// The refusal of a patch whose result is no object of the kind. The real server quotes the whole result, or of a
    /// strategic merge patch the patch itself as Go prints it.
    func undecodable(_ patched: KubeObject, _ problem: String) -> Status {
        // Who may patch a secret may not therefore see it.
        let whole = patched.kind == "Secret" ? "<secret contents redacted>" : patched.value.serialized()
        let quoted = kind == .strategic ? GoErrors.printed(value) : whole
        return .invalid(
            GroupKind(group: "", kind: ""), "", [.invalid("patch", .string(quoted), problem)])
    }
}

/// The body of an apply.
enum AppliedBody {
    /// Reads the body, which must say that it is of the kind of the request.
    static func decode(_ bytes: [UInt8], as type: GroupVersionKind) throws(Status) -> KubeObject {
        let value: JSONValue
        do {
            value = try YAML.value(in: bytes)
        } catch {
            throw .badRequest("error decoding YAML: error converting YAML to JSON: \(error.goDescription)")
        }
        guard let object = KubeObject(value.isNull ? [:] : value) else {
            let found = value.typeName == "boolean" ? "bool" : value.typeName
            throw .badRequest(
                """
                error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(found) \
                into Go value of type map[string]interface {}
                """)
        }
        guard object.apiVersion == type.apiVersion, object.kind == type.kind else {
            let version = GroupVersion(apiVersion: object.apiVersion)
            throw .badRequest(
                "invalid object type: \(version?.group ?? "")/\(version?.version ?? ""), Kind=\(object.kind)")
        }
        return object
    }
}
