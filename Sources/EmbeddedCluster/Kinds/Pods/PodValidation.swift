import KubeCore

/// The rules for the specifications of pods (`ValidatePodSpec` of the API server).
enum PodValidation {
    /// What is wrong with a specification.
    static func errors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        let volumes = Set(spec.list("volumes").map { $0.text("name") })
        var errors = VolumeValidation.errors(spec.list("volumes"), "\(path).volumes")
        let containers = ContainerValidation(
            volumes: volumes, gracePeriod: max(spec["terminationGracePeriodSeconds"]?.integerValue ?? 30, 1))
        errors += containers.errors(spec, path)
        errors += FieldRules.oneOf(
            spec["restartPolicy"], ["Always", "OnFailure", "Never"], "\(path).restartPolicy", required: true)
        errors += FieldRules.oneOf(
            spec["dnsPolicy"], ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], "\(path).dnsPolicy",
            required: true)
        errors += DNSValidation.errors(spec, path)
        for member in ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"]
        where !spec.text(member).isEmpty {
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
            for name in alias.list("hostnames") {
                errors += Names.subdomainErrors(name.stringValue ?? "").map {
                    .invalid("\(path).hostAliases[\(index)].hostnames", name, $0)
                }
            }
        }
        errors += FieldRules.oneOf(
            spec["preemptionPolicy"], ["Never", "PreemptLowerPriority"], "\(path).preemptionPolicy")
        if let system = spec["os"] {
            errors += FieldRules.oneOf(system["name"], ["linux", "windows"], "\(path).os.name", required: true)
        }
        for (index, gate) in spec.list("readinessGates").enumerated() {
            errors += Names.qualifiedNameErrors(gate.text("conditionType")).map {
                .invalid("\(path).readinessGates[\(index)].conditionType", .string(gate.text("conditionType")), $0)
            }
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
        let field = "\(path).securityContext"
        var errors: [FieldError] = []
        if spec["shareProcessNamespace"] == true, spec["hostPID"] == true {
            errors.append(
                .invalid(
                    "\(field).shareProcessNamespace", true,
                    "ShareProcessNamespace and HostPID cannot both be enabled."))
        }
        if spec["hostNetwork"] == true { errors += hostPorts(spec, path) }
        guard let context = spec["securityContext"] else { return errors }
        for (index, group) in context.list("supplementalGroups").enumerated()
        where !(0...2_147_483_647).contains(group.integerValue ?? 0) {
            errors.append(
                .invalid(
                    "\(field).supplementalGroups[\(index)]", group, "must be between 0 and 2147483647, inclusive"))
        }
        errors += SecurityProfiles.errors(context, field)
        for member in ["runAsUser", "runAsGroup", "fsGroup"] {
            guard let value = context[member], !(0...2_147_483_647).contains(context.number(member)) else { continue }
            errors.append(.invalid("\(field).\(member)", value, "must be between 0 and 2147483647, inclusive"))
        }
        errors += FieldRules.oneOf(
            context["fsGroupChangePolicy"], ["Always", "OnRootMismatch"], "\(field).fsGroupChangePolicy")
        return errors
    }

    /// On the network of its node, a port of a container is the port of the node.
    private static func hostPorts(_ spec: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for member in ["containers", "initContainers"] {
            for (index, container) in spec.list(member).enumerated() {
                for (position, port) in container.list("ports").enumerated()
                where port.number("hostPort") != port.number("containerPort") {
                    errors.append(
                        .invalid(
                            "\(path).\(member)[\(index)].ports[\(position)].containerPort",
                            .integer(port.number("containerPort")),
                            "must match `hostPort` when `hostNetwork` is true"))
                }
            }
        }
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
                            "\(field).operator", showing: goText(toleration),
                            "value must be empty when `operator` is 'Exists'"))
                }
            default: errors.append(.notSupported("\(field).operator", .string(comparison), ["Equal", "Exists"]))
            }
            errors += FieldRules.oneOf(
                toleration["effect"], ["NoSchedule", "PreferNoSchedule", "NoExecute"], "\(field).effect")
        }
        return errors
    }

    /// A toleration as Go's structure, in the order of its fields.
    private static func goText(_ toleration: JSONValue) -> String {
        let texts = ["key", "operator", "value", "effect"].map {
            "\"\($0.capitalizedFirst)\":\(JSONValue.string(toleration.text($0)).serialized())"
        }
        let seconds = (toleration["tolerationSeconds"] ?? .null).serialized()
        return "{\(texts.joined(separator: ",")),\"TolerationSeconds\":\(seconds)}"
    }
}

/// The rules for profiles of system calls, of pods and containers.
enum SecurityProfiles {
    static func errors(_ context: JSONValue, _ field: String) -> [FieldError] {
        profile(context["seccompProfile"], "\(field).seccompProfile", "seccomp type", "seccomp")
            + profile(context["appArmorProfile"], "\(field).appArmorProfile", "AppArmor type", "AppArmor")
    }

    private static func profile(
        _ profile: JSONValue?, _ field: String, _ kind: String, _ name: String
    ) -> [FieldError] {
        guard let profile else { return [] }
        let type = profile.text("type")
        var errors = FieldRules.oneOf(
            profile["type"], ["Localhost", "RuntimeDefault", "Unconfined"], "\(field).type", required: true,
            name == "seccomp"
                ? "type is required when seccompProfile is set" : "type is required when appArmorProfile is set")
        let local = profile["localhostProfile"]
        if type == "Localhost", local?.stringValue?.isEmpty ?? true {
            errors.append(.required("\(field).localhostProfile", "must be set when \(kind) is Localhost "))
        } else if type != "Localhost", let local {
            errors.append(
                .invalid("\(field).localhostProfile", local, "can only be set when \(kind) is Localhost"))
        }
        return errors
    }
}
