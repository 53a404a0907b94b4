import KubeCore

/// The rules for the volumes of pods.
enum VolumeValidation {
    static func errors(_ volumes: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let field = "\(path)[\(index)]"
            let name = volume.text("name")
            errors += source(volume, field)
            errors += FieldRules.name(volume["name"], "\(field).name", Names.labelErrors)
            if !name.isEmpty, !names.insert(name).inserted {
                errors.append(.duplicate("\(field).name", .string(name)))
            }
        }
        return errors
    }

    private static func source(_ volume: JSONValue, _ field: String) -> [FieldError] {
        let sources = volume.objectValue?.keys.filter { $0 != "name" } ?? []
        guard let kind = sources.first else { return [.required(field, "must specify a volume type")] }
        var errors: [FieldError] = sources.dropFirst().map {
            .forbidden("\(field).\($0)", "may not specify more than 1 volume type")
        }
        let source = volume[kind] ?? [:]
        func required(_ member: String) {
            if source.text(member).isEmpty { errors.append(.required("\(field).\(kind).\(member)")) }
        }
        switch kind {
        case "configMap": required("name")
        case "secret": required("secretName")
        case "hostPath":
            required("path")
            let types = [
                "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice",
            ]
            errors += FieldRules.oneOf(source["type"], types, "\(field).hostPath.type")
        case "persistentVolumeClaim": required("claimName")
        case "nfs":
            required("server")
            required("path")
        case "csi": required("driver")
        default: break
        }
        if let mode = source["defaultMode"], !(0...511).contains(source.number("defaultMode")) {
            errors.append(
                .invalid(
                    "\(field).\(kind).defaultMode", mode, "must be a number between 0 and 0777 (octal), both inclusive")
            )
        }
        return errors
    }
}
