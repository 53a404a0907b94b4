import KubeCore

/// Request bodies in protobuf, `application/vnd.kubernetes.protobuf`.
///
/// Since client-go 1.32 the generated clients prefer it for everything they create, and so do `kubectl create KIND`,
/// `auth can-i` and `drain`, without falling back to JSON. Answers may always be JSON, so only reading is needed.
package enum ProtobufBody {
    /// What every body begins with (`runtime.serializer.protobuf`).
    static let prefix: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    private static let maximumDepth = 100

    /// The object in a body, as JSON would have carried it.
    ///
    /// Go's encoder writes every field that is no pointer, also where it is empty; what JSON leaves out there is left out
    /// here too.
    package static func decode(_ bytes: [UInt8]) throws(Status) -> KubeObject {
        do {
            return try object(in: bytes, ProtobufSchema.shared)
        } catch {
            throw Status(
                code: 400, reason: .badRequest, message: "the body of the request could not be decoded: \(error)")
        }
    }

    /// `runtime.Unknown`: the type of the object, then its own message.
    private static func object(in bytes: [UInt8], _ schema: ProtobufSchema) throws(ProtobufError) -> KubeObject {
        guard bytes.starts(with: prefix) else {
            throw ProtobufError("provided data does not appear to be a protobuf message")
        }
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []
        var envelope = ProtobufReader(bytes[prefix.count...])
        while let (number, value) = try envelope.next() {
            guard case .bytes(let content) = value else { continue }
            switch number {
            case 1:
                var type = ProtobufReader(content)
                while let (number, value) = try type.next() {
                    guard case .bytes(let text) = value else { continue }
                    if number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                    if number == 2 { kind = String(decoding: text, as: UTF8.self) }
                }
            case 2: raw = content
            default: continue
            }
        }
        guard let message = schema.message(apiVersion: apiVersion, kind: kind) else {
            throw ProtobufError("no kind \"\(kind)\" is registered for version \"\(apiVersion)\"")
        }
        var json: JSONObject = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        try decode(raw, as: schema.messages[message], schema, into: &json, depth: 0)
        return KubeObject(json)
    }

    private static func decode(
        _ bytes: ArraySlice<UInt8>, as message: ProtobufSchema.Message, _ schema: ProtobufSchema,
        into object: inout JSONObject, depth: Int
    ) throws(ProtobufError) {
        guard depth < maximumDepth else { throw ProtobufError("nested deeper than \(maximumDepth) messages") }
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard let field = message.fields[number] else { continue }
            switch field.shape {
            case .single:
                let decoded = try json(value, field.type, schema, depth)
                if let decoded, !isOmitted(decoded, field) { object[field.name] = decoded }
            case .list:
                guard let element = try json(value, field.type, schema, depth) else { continue }
                var elements = object[field.name]?.arrayValue ?? []
                object[field.name] = nil
                elements.append(element)
                object[field.name] = .array(elements)
            case .map:
                guard case .bytes(let entry) = value else { throw ProtobufError("\(field.name) is no map") }
                let (key, member) = try mapEntry(entry, field.type, schema, depth)
                object.update(field.name) { map in
                    if map == nil { map = .object(JSONObject()) }
                    map?[key] = member
                }
            case .inlined:
                guard case .bytes(let content) = value, case .message(let index) = field.type else { continue }
                try decode(content, as: schema.messages[index], schema, into: &object, depth: depth + 1)
            }
        }
    }

    private static func mapEntry(
        _ bytes: ArraySlice<UInt8>, _ type: ProtobufSchema.FieldType, _ schema: ProtobufSchema, _ depth: Int
    ) throws(ProtobufError) -> (String, JSONValue) {
        var key = ""
        var member: JSONValue?
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            if number == 1, case .bytes(let text) = value { key = String(decoding: text, as: UTF8.self) }
            if number == 2 { member = try json(value, type, schema, depth) }
        }
        return (key, member ?? "")
    }

    /// Whether JSON leaves an empty value out: true of plain fields, not of those that are pointers in Go, of which
    /// clients send only what they have set.
    private static func isOmitted(_ value: JSONValue, _ field: ProtobufSchema.Field) -> Bool {
        switch value {
        case .string(""): true
        case .integer(0), .bool(false): !pointerFields.contains(field.name)
        default: false
        }
    }

    /// Fields whose zero is a decision of the client (pointers in Go's types), not an absence.
    private static let pointerFields: Set<String> = [
        "replicas", "parallelism", "completions", "backoffLimit", "runAsNonRoot", "privileged",
        "readOnlyRootFilesystem",
        "allowPrivilegeEscalation", "automountServiceAccountToken", "terminationGracePeriodSeconds",
        "gracePeriodSeconds", "orphanDependents", "suspend", "immutable", "controller", "blockOwnerDeletion",
        "defaultMode", "mode", "optional", "enableServiceLinks", "shareProcessNamespace", "runAsUser", "runAsGroup",
        "fsGroup", "tolerationSeconds", "minReplicas", "ttlSecondsAfterFinished", "activeDeadlineSeconds",
        "expirationSeconds", "revisionHistoryLimit", "progressDeadlineSeconds", "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit", "allocateLoadBalancerNodePorts", "publishNotReadyAddresses", "leaseTransitions",
        "leaseDurationSeconds", "hostUsers", "setHostnameAsFQDN", "startingDeadlineSeconds", "timeoutSeconds",
    ]

    private static func json(
        _ value: ProtobufReader.Value, _ type: ProtobufSchema.FieldType, _ schema: ProtobufSchema, _ depth: Int
    ) throws(ProtobufError) -> JSONValue? {
        switch (type, value) {
        case (.string, .bytes(let bytes)):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ProtobufError("a string is not valid UTF-8")
            }
            return .string(text)
        case (.bytes, .bytes(let bytes)): return .string(Base64.encode(Array(bytes)))
        case (.bool, .integer(let number)): return .bool(number != 0)
        case (.integer, .integer(let number)): return .integer(Int64(bitPattern: number))
        case (.double, .fixed64(let bits)): return .double(Double(bitPattern: bits))
        case (.message(let index), .bytes(let bytes)): return try message(bytes, schema.messages[index], schema, depth)
        default: throw ProtobufError("a field has another type than its schema")
        }
    }

    /// A message as JSON; the few types that have a JSON form of their own are told by name.
    private static func message(
        _ bytes: ArraySlice<UInt8>, _ message: ProtobufSchema.Message, _ schema: ProtobufSchema, _ depth: Int
    ) throws(ProtobufError) -> JSONValue? {
        switch message.name {
        case "k8s.io.apimachinery.pkg.apis.meta.v1.Time", "k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime":
            // An empty message is the zero time, which JSON writes as null.
            guard !bytes.isEmpty else { return nil }
            let numbers = try integers(bytes)
            let time = Timestamp(seconds: numbers[1] ?? 0, nanoseconds: Int32(clamping: numbers[2] ?? 0))
            return .string(message.name.hasSuffix("MicroTime") ? time.microTime : time.description)
        case "k8s.io.apimachinery.pkg.api.resource.Quantity":
            return .string(try text(bytes, field: 1) ?? "0")
        case "k8s.io.apimachinery.pkg.util.intstr.IntOrString":
            if try integers(bytes)[1] == 1 { return .string(try text(bytes, field: 3) ?? "") }
            return .integer(try integers(bytes)[2] ?? 0)
        case "k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1", "k8s.io.apimachinery.pkg.runtime.RawExtension":
            guard let text = try text(bytes, field: 1), !text.isEmpty else { return nil }
            do {
                return try JSONValue(parsing: text)
            } catch {
                throw ProtobufError("a raw field is not JSON: \(error)")
            }
        case let name where name.hasSuffix(".ExtraValue"):
            var items = JSONObject()
            try decode(bytes, as: message, schema, into: &items, depth: depth + 1)
            return items["items"] ?? .array([])
        default:
            var object = JSONObject()
            try decode(bytes, as: message, schema, into: &object, depth: depth + 1)
            return .object(object)
        }
    }

    private static func integers(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> [Int: Int64] {
        var numbers: [Int: Int64] = [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            if case .integer(let integer) = value { numbers[number] = Int64(bitPattern: integer) }
        }
        return numbers
    }

    private static func text(_ bytes: ArraySlice<UInt8>, field: Int) throws(ProtobufError) -> String? {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            if number == field, case .bytes(let text) = value { return String(decoding: text, as: UTF8.self) }
        }
        return nil
    }
}
