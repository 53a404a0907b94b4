import KubeCore

/// The rules for the specifications of pods (`ValidatePodSpec` of the API server).
enum PodValidation {
    /// What is wrong with a specification.
    static func errors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        let volumes = Set(spec.list("volumes").map { $0.text("name") })
        var errors = VolumeValidation.errors(spec.list("volumes"), "\(path).volumes")
        let containers = ContainerValidation(volumes: volumes)
        errors += containers.errors(spec, path)
        errors += FieldRules.oneOf(
            spec["restartPolicy"], ["Always", "OnFailure", "Never"], "\(path).restartPolicy", required: true)
        errors += FieldRules.oneOf(
            spec["dnsPolicy"], ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], "\(path).dnsPolicy",
            required: true)
        errors += FieldRules.nonNegative(spec["terminationGracePeriodSeconds"], "\(path).terminationGracePeriodSeconds")
        for member in ["serviceAccountName", "nodeName", "priorityClassName"] where !spec.text(member).isEmpty {
            errors += Names.subdomainErrors(spec.text(member)).map { .invalid("\(path).\(member)", spec[member], $0) }
        }
        for member in ["hostname", "subdomain"] where !spec.text(member).isEmpty {
            errors += Names.labelErrors(spec.text(member)).map { .invalid("\(path).\(member)", spec[member], $0) }
        }
        if let deadline = spec["activeDeadlineSeconds"],
            !(1...2_147_483_647).contains(spec.number("activeDeadlineSeconds"))
        {
            errors.append(
                .invalid("\(path).activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive"))
        }
        errors += ObjectMetadata.labels(spec["nodeSelector"]?.stringMapValue ?? [:], "\(path).nodeSelector")
        errors += tolerations(spec.list("tolerations"), "\(path).tolerations")
        errors += SchedulingValidation.errors(spec, path)
        for (index, alias) in spec.list("hostAliases").enumerated() {
            errors += FieldRules.address(alias["ip"], "\(path).hostAliases[\(index)].ip")
        }
        errors += security(spec, path)
        return errors
    }

    /// A template, its labels and its specification.
    static func templateErrors(_ template: JSONValue, _ path: String) -> [FieldError] {
        ObjectMetadata.labels(template[path: "metadata", "labels"]?.stringMapValue ?? [:], "\(path).metadata.labels")
            + errors(template["spec"] ?? [:], "\(path).spec")
    }

    private static func security(_ spec: JSONValue, _ path: String) -> [FieldError] {
        guard let context = spec["securityContext"] else { return [] }
        let field = "\(path).securityContext"
        var errors: [FieldError] = []
        for member in ["runAsUser", "runAsGroup", "fsGroup"] {
            guard let value = context[member], !(0...2_147_483_647).contains(context.number(member)) else { continue }
            errors.append(.invalid("\(field).\(member)", value, "must be between 0 and 2147483647, inclusive"))
        }
        errors += FieldRules.oneOf(
            context["fsGroupChangePolicy"], ["Always", "OnRootMismatch"], "\(field).fsGroupChangePolicy")
        return errors
    }

    private static func tolerations(_ tolerations: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, toleration) in tolerations.enumerated() {
            let field = "\(path)[\(index)]"
            let (key, comparison, effect) = (
                toleration.text("key"), toleration.text("operator"), toleration.text("effect")
            )
            if !key.isEmpty {
                errors += Names.qualifiedNameErrors(key).map { .invalid("\(field).key", .string(key), $0) }
            }
            if key.isEmpty, comparison != "Exists" {
                errors.append(
                    .invalid(
                        "\(field).operator", .string(comparison),
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
            }
            if toleration["tolerationSeconds"] != nil, effect != "NoExecute" {
                errors.append(
                    .invalid(
                        "\(field).effect", .string(effect), "effect must be 'NoExecute' when `tolerationSeconds` is set"
                    ))
            }
            switch comparison {
            case "", "Equal":
                errors += Names.labelValueErrors(toleration.text("value")).map {
                    .invalid("\(field).operator", toleration["value"], $0)
                }
            case "Exists":
                if !toleration.text("value").isEmpty {
                    errors.append(
                        .invalid(
                            "\(field).operator", toleration.objectValue.map { .object($0) },
                            "value must be empty when `operator` is 'Exists'"))
                }
            default: errors.append(.notSupported("\(field).operator", .string(comparison), ["Equal", "Exists"]))
            }
            errors += FieldRules.oneOf(
                toleration["effect"], ["NoSchedule", "PreferNoSchedule", "NoExecute"], "\(field).effect")
        }
        return errors
    }
}
