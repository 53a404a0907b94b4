import KubeCore

/// The rules for the volumes of pods.
enum VolumeValidation {
    static func errors(_ volumes: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let field = "\(path)[\(index)]"
            let name = volume.text("name")
            var own = source(volume, field)
            own += FieldRules.name(volume["name"], "\(field).name", Names.labelErrors)
            if names.contains(name) { own.append(.duplicate("\(field).name", .string(name))) }
            if own.isEmpty { names.insert(name) }
            errors += own
        }
        return errors
    }

    /// The kinds of sources in the order in which they are looked at.
    private static let kinds = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
        "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
        "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
        "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
    ]

    /// Members that sources of other systems must have.
    private static let required: [String: [String]] = [
        "gitRepo": ["repository"], "gcePersistentDisk": ["pdName"], "awsElasticBlockStore": ["volumeID"],
        "secret": ["secretName"], "configMap": ["name"], "persistentVolumeClaim": ["claimName"],
        "nfs": ["server", "path"], "iscsi": ["targetPortal", "iqn"], "glusterfs": ["endpoints", "path"],
        "cinder": ["volumeID"], "flexVolume": ["driver"], "azureFile": ["secretName", "shareName"],
        "vsphereVolume": ["volumePath"], "photonPersistentDisk": ["pdID"], "portworxVolume": ["volumeID"],
        "azureDisk": ["diskName", "diskURI"], "scaleIO": ["gateway", "system", "volumeName"], "rbd": ["image"],
    ]

    private static func source(_ volume: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        for kind in kinds {
            guard let source = volume[kind], !source.isNull else { continue }
            count += 1
            if count > 1 {
                errors.append(.forbidden("\(field).\(kind)", "may not specify more than 1 volume type"))
            } else {
                errors += self.errors(of: source, kind, "\(field).\(kind)")
            }
        }
        return count == 0 ? [.required(field, "must specify a volume type")] : errors
    }

    private static func errors(of source: JSONValue, _ kind: String, _ field: String) -> [FieldError] {
        var errors: [FieldError] = (required[kind] ?? []).filter { source.text($0).isEmpty }.map {
            .required("\(field).\($0)")
        }
        errors += mode(source["defaultMode"], "\(field).defaultMode")
        switch kind {
        case "emptyDir":
            if let limit = source["sizeLimit"].flatMap({ Quantity($0) }), limit.nanos < 0 {
                errors.append(
                    .forbidden("\(field).sizeLimit", "SizeLimit field must be a valid resource quantity"))
            }
        case "hostPath":
            guard !source.text("path").isEmpty else { return [.required("\(field).path")] }
            errors += withoutBacksteps(source.text("path"), "\(field).path")
            let types = [
                "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
            ]
            errors += FieldRules.oneOf(source["type"], types, "\(field).type")
        case "gitRepo": errors += descending(source.text("directory"), "\(field).directory")
        case "secret", "configMap":
            for (index, item) in source.list("items").enumerated() {
                errors += keyToPath(item, "\(field).items[\(index)]")
            }
        case "nfs":
            if !source.text("path").hasPrefix("/") {
                errors.append(.invalid("\(field).path", .string(source.text("path")), "must be an absolute path"))
            }
        case "rbd", "cephfs":
            if source.lacks("monitors") { errors.append(.required("\(field).monitors")) }
        case "iscsi", "fc", "csi": errors += storage(source, kind, field)
        case "downwardAPI":
            for item in source.list("items") { errors += downward(item, field) }
        case "projected": errors += projections(source.list("sources"), field)
        case "ephemeral": errors += ephemeral(source, field)
        case "image":
            if source.text("reference").isEmpty { errors.append(.required("\(field).reference")) }
            errors += FieldRules.oneOf(
                source["pullPolicy"], ["Always", "IfNotPresent", "Never"], "\(field).pullPolicy")
        default: break
        }
        return errors
    }

    private static func storage(_ source: JSONValue, _ kind: String, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        switch kind {
        case "iscsi":
            let name = source.text("iqn")
            if !name.isEmpty, !["iqn", "eui", "naa"].contains(where: { name.hasPrefix($0) }) {
                errors.append(
                    .invalid("\(field).iqn", .string(name), "must be valid format starting with iqn, eui, or naa"))
            }
            if !(0...255).contains(source.number("lun")) {
                errors.append(.invalid("\(field).lun", source["lun"], "must be between 0 and 255, inclusive"))
            }
        case "fc":
            if source.lacks("targetWWNs"), source.lacks("wwids") {
                errors.append(
                    .required("\(field).targetWWNs", "must specify either targetWWNs or wwids, but not both"))
            }
        default:
            errors += driver(source["driver"], "\(field).driver")
            if source["nodePublishSecretRef"] != nil, source[path: "nodePublishSecretRef", "name"] == nil {
                errors.append(.required("\(field).nodePublishSecretRef.name"))
            }
        }
        return errors
    }

    /// The name of a driver of the container storage interface.
    static func driver(_ value: JSONValue?, _ field: String) -> [FieldError] {
        let name = value?.stringValue ?? ""
        guard !name.isEmpty else { return [.required(field)] }
        var errors: [FieldError] = []
        if name.utf8.count > 63 { errors.append(.tooLong(field, maximumBytes: 63)) }
        return errors + Names.subdomainErrors(name.lowercased()).map { .invalid(field, .string(name), $0) }
    }

    // MARK: Files

    private static func mode(_ value: JSONValue?, _ field: String) -> [FieldError] {
        guard let number = value?.integerValue, !(0...0o777).contains(number) else { return [] }
        return [.invalid(field, value, "must be a number between 0 and 0777 (octal), both inclusive")]
    }

    private static func withoutBacksteps(_ path: String, _ field: String) -> [FieldError] {
        path.split(separator: "/").contains("..") ? [.invalid(field, .string(path), "must not contain '..'")] : []
    }

    /// A path below where the volume is mounted.
    private static func descending(_ path: String, _ field: String) -> [FieldError] {
        let isAbsolute = path.hasPrefix("/")
        return (isAbsolute ? [.invalid(field, .string(path), "must be a relative path")] : [])
            + withoutBacksteps(path, field)
    }

    private static func ownPath(_ path: String, _ field: String) -> [FieldError] {
        var errors = descending(path, field)
        // `..data` and its like belong to the kubelet.
        if path.hasPrefix(".."), !path.hasPrefix("../") {
            errors.append(.invalid(field, .string(path), "must not start with '..'"))
        }
        return errors
    }

    private static func keyToPath(_ item: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = ["key", "path"].filter { item.text($0).isEmpty }.map { .required("\(field).\($0)") }
        errors += ownPath(item.text("path"), "\(field).path")
        return errors + mode(item["mode"], "\(field).mode")
    }

    private static let downwardPaths = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
    ]

    private static func downward(_ item: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = item.text("path").isEmpty ? [.required("\(field).path")] : []
        errors += ownPath(item.text("path"), "\(field).path")
        if let reference = item["fieldRef"] {
            errors += EnvironmentValidation.fieldReference(reference, "\(field).fieldRef", downwardPaths)
            if item["resourceFieldRef"] != nil {
                errors.append(
                    .invalid(
                        field, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
            }
        } else if let reference = item["resourceFieldRef"] {
            errors += EnvironmentValidation.resourceReference(reference, "\(field).resourceFieldRef", isVolume: true)
        } else {
            errors.append(.required(field, "one of fieldRef and resourceFieldRef is required"))
        }
        return errors + mode(item["mode"], "\(field).mode")
    }

    private static func projections(_ sources: [JSONValue], _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        var paths: Set<String> = []
        func claim(_ path: String, for value: String) {
            guard !path.isEmpty, !paths.insert(path).inserted else { return }
            errors.append(.invalid(field, .string(value), "conflicting duplicate paths"))
        }
        for (index, source) in sources.enumerated() {
            let place = "\(field).sources[\(index)]"
            for kind in ["secret", "configMap"] {
                guard let projection = source[kind] else { continue }
                if projection.text("name").isEmpty { errors.append(.required("\(place).\(kind).name")) }
                for (position, item) in projection.list("items").enumerated() {
                    errors += keyToPath(item, "\(place).\(kind).items[\(position)]")
                    claim(item.text("path"), for: projection.text("name"))
                }
            }
            for item in source["downwardAPI"]?.list("items") ?? [] {
                errors += downward(item, "\(place).downwardAPI")
                claim(item.text("path"), for: item.text("path"))
            }
            if let token = source["serviceAccountToken"] { errors += self.token(token, place, field) }
            if source.objectValue?.filter({ !$0.value.isNull }).count ?? 0 > 1 {
                errors.append(.forbidden(place, "may not specify more than 1 volume type per source"))
            }
        }
        return errors
    }

    private static func token(_ token: JSONValue, _ place: String, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let seconds = token.number("expirationSeconds")
        let secondsField = "\(place).serviceAccountToken.expirationSeconds"
        if seconds < 600 {
            errors.append(
                .invalid(secondsField, .integer(seconds), "may not specify a duration less than 10 minutes"))
        } else if seconds > 1 << 32 {
            errors.append(
                .invalid(secondsField, .integer(seconds), "may not specify a duration larger than 2^32 seconds"))
        }
        guard !token.text("path").isEmpty else { return errors + [.required("\(field).path")] }
        return errors + ownPath(token.text("path"), "\(field).path")
    }

    private static func ephemeral(_ source: JSONValue, _ field: String) -> [FieldError] {
        guard let template = source["volumeClaimTemplate"] else {
            return [.required("\(field).volumeClaimTemplate")]
        }
        return ClaimValidation.errors(template["spec"] ?? [:], "\(field).volumeClaimTemplate.spec")
    }
}
