import KubeCore

/// Config maps.
struct ConfigMapStrategy: KindStrategy {
    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        let data = object["data"]?.objectValue ?? JSONObject()
        for member in ["data", "binaryData"] {
            for (key, value) in (object[member]?.objectValue ?? JSONObject()).sorted {
                errors += FieldRules.configKey(key, "\(member)[\(key)]")
                if member == "binaryData", data[key] != nil {
                    errors.append(.invalid("data[\(key)]", .string(key), "duplicate of key present in binaryData"))
                }
                let length = value.stringValue?.utf8.count ?? 0
                size += member == "data" ? length : length / 4 * 3
            }
        }
        errors += ConfigurationRules.sizeErrors(size, "")
        if let old { errors += ConfigurationRules.immutability(object, old, ["data", "binaryData"]) }
        return errors
    }

    private static let table: [TableColumn] = [.name, .field("Data", "core.v1.ConfigMap", "data"), .age]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let count = (object["data"]?.objectValue?.count ?? 0) + (object["binaryData"]?.objectValue?.count ?? 0)
        return [Cell.name(object), .integer(Int64(count)), Cell.age(object, now)]
    }
}

/// Secrets: what they must contain depends on their type.
struct SecretStrategy: KindStrategy {
    func applyDefaults(_ object: inout KubeObject) {
        if object.value.text("type").isEmpty { object["type"] = "Opaque" }
        guard let texts = object["stringData"]?.objectValue else { return }
        for (key, value) in texts {
            object.set(.string(Base64.encode(Array((value.stringValue ?? "").utf8))), at: "data", key)
        }
        object["stringData"] = nil
    }

    private static let required: [String: [[String]]] = [
        "kubernetes.io/dockercfg": [[".dockercfg"]], "kubernetes.io/dockerconfigjson": [[".dockerconfigjson"]],
        "kubernetes.io/ssh-auth": [["ssh-privatekey"]], "kubernetes.io/tls": [["tls.crt"], ["tls.key"]],
    ]

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let data = object["data"]?.objectValue ?? JSONObject()
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in data.sorted {
            errors += FieldRules.configKey(key, "data[\(key)]")
            size += (value.stringValue?.utf8.count ?? 0) / 4 * 3
        }
        errors += ConfigurationRules.sizeErrors(size, "data")
        errors += typeErrors(object, data)
        if let old {
            errors += FieldRules.immutable(object["type"], old["type"], "type")
            errors += ConfigurationRules.immutability(object, old, ["data"])
        }
        return errors
    }

    private func typeErrors(_ object: KubeObject, _ data: JSONObject) -> [FieldError] {
        let type = object.value.text("type")
        if type == "kubernetes.io/service-account-token" {
            let annotation = "kubernetes.io/service-account.name"
            return (object.annotations[annotation] ?? "").isEmpty
                ? [.required("metadata.annotations[\(annotation)]")] : []
        }
        if type == "kubernetes.io/basic-auth" {
            guard data["username"] == nil, data["password"] == nil else { return [] }
            return [.required("data[username]"), .required("data[password]")]
        }
        var errors: [FieldError] = []
        for key in (Self.required[type] ?? []).flatMap(\.self) {
            let field = "data[\(key)]"
            guard let encoded = data[key]?.stringValue else {
                errors.append(.required(field))
                continue
            }
            if encoded.isEmpty, type == "kubernetes.io/ssh-auth" { errors.append(.required(field)) }
            guard type.hasPrefix("kubernetes.io/dockerc"), case .success(let bytes) = Base64.decode(encoded) else {
                continue
            }
            do {
                _ = try JSONValue(parsing: bytes)
            } catch {
                errors.append(.invalid(field, "<secret contents redacted>", GoErrors.json(error, bytes)))
            }
        }
        return errors
    }

    var selectableFields: [String] { ["type"] }

    private static let table: [TableColumn] = [
        .name, .field("Type", "core.v1.Secret", "type"), .field("Data", "core.v1.Secret", "data"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [
            Cell.name(object), .string(object.value.text("type")),
            .integer(Int64(object["data"]?.objectValue?.count ?? 0)), Cell.age(object, now),
        ]
    }
}

/// Rules that config maps and secrets share.
enum ConfigurationRules {
    private static let maximum = 1 << 20

    static func sizeErrors(_ size: Int, _ field: String) -> [FieldError] {
        size > maximum ? [.tooLong(field, maximumBytes: maximum)] : []
    }

    /// Nothing changes in an immutable object, and it stays immutable.
    static func immutability(_ object: KubeObject, _ old: KubeObject, _ members: [String]) -> [FieldError] {
        guard old["immutable"]?.boolValue == true else { return [] }
        var errors: [FieldError] = []
        let problem = "field is immutable when `immutable` is set"
        if object["immutable"]?.boolValue != true { errors.append(.forbidden("immutable", problem)) }
        for member in members where object[member] != old[member] { errors.append(.forbidden(member, problem)) }
        return errors
    }
}
