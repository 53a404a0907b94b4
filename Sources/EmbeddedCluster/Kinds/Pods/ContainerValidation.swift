import KubeCore

/// The rules for the containers of a pod.
struct ContainerValidation {
    /// The names of the pod's volumes.
    var volumes: Set<String>
    /// How long the pod may take to end, in seconds.
    var gracePeriod: Int64

    /// What is wrong with the containers of a specification.
    func errors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        var names: Set<String> = []
        var errors: [FieldError] = []
        let containers = spec.list("containers")
        if containers.isEmpty { errors.append(.required("\(path).containers")) }
        for (index, container) in containers.enumerated() {
            let field = "\(path).containers[\(index)]"
            errors += common(container, field, &names)
            errors += probes(container, field)
        }
        for (index, container) in spec.list("initContainers").enumerated() {
            let field = "\(path).initContainers[\(index)]"
            errors += common(container, field, &names)
            let policy = container.text("restartPolicy")
            errors += FieldRules.oneOf(
                container["restartPolicy"], ["Always", "Never", "OnFailure"], "\(field).restartPolicy")
            if policy == "Always" {
                errors += probes(container, field)
            } else {
                for member in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]
                where container[member] != nil {
                    errors.append(
                        .forbidden(
                            "\(field).\(member)", "may not be set for init containers without restartPolicy=Always"))
                }
            }
        }
        for (index, container) in spec.list("ephemeralContainers").enumerated() {
            let field = "\(path).ephemeralContainers[\(index)]"
            errors += common(container, field, &names)
            for member in ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]
            where container[member] != nil {
                errors.append(.forbidden("\(field).\(member)", "cannot be set for an Ephemeral Container"))
            }
        }
        return errors
    }

    private func common(_ container: JSONValue, _ field: String, _ names: inout Set<String>) -> [FieldError] {
        let name = container.text("name")
        var errors = FieldRules.name(container["name"], "\(field).name", Names.labelErrors)
        if !name.isEmpty, !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
        let image = container.text("image")
        if image.isEmpty {
            errors.append(.required("\(field).image"))
        } else if image.first?.isWhitespace == true || image.last?.isWhitespace == true {
            errors.append(.invalid("\(field).image", .string(image), "must not have leading or trailing whitespace"))
        }
        errors += FieldRules.oneOf(
            container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"], "\(field).imagePullPolicy",
            required: true)
        errors += FieldRules.oneOf(
            container["terminationMessagePolicy"], ["FallbackToLogsOnError", "File"],
            "\(field).terminationMessagePolicy", required: true)
        errors += ports(container.list("ports"), "\(field).ports")
        errors += EnvironmentValidation.errors(container, field)
        errors += mounts(
            container.list("volumeMounts"), "\(field).volumeMounts",
            isPrivileged: container[path: "securityContext", "privileged"] == true)
        errors += ResourceRequirements.errors(container["resources"] ?? [:], "\(field).resources")
        errors += security(container["securityContext"] ?? [:], "\(field).securityContext")
        return errors
    }

    private func ports(_ ports: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let field = "\(path)[\(index)]"
            let name = port.text("name")
            if !name.isEmpty {
                let problems = FieldRules.portNameProblems(name)
                errors += problems.map { .invalid("\(field).name", .string(name), $0) }
                if problems.isEmpty, !names.insert(name).inserted {
                    errors.append(.duplicate("\(field).name", .string(name)))
                }
            }
            if port.number("containerPort") == 0 {
                errors.append(.required("\(field).containerPort"))
            } else {
                errors += FieldRules.port(port["containerPort"], "\(field).containerPort")
            }
            if port.number("hostPort") != 0 { errors += FieldRules.port(port["hostPort"], "\(field).hostPort") }
            errors += FieldRules.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], "\(field).protocol", required: true)
        }
        return errors
    }

    private func mounts(_ mounts: [JSONValue], _ path: String, isPrivileged: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        var places: Set<String> = []
        for (index, mount) in mounts.enumerated() {
            let field = "\(path)[\(index)]"
            let name = mount.text("name")
            if name.isEmpty {
                errors.append(.required("\(field).name"))
            }
            if !volumes.contains(name) { errors.append(.notFound("\(field).name", .string(name))) }
            let place = mount.text("mountPath")
            if place.isEmpty { errors.append(.required("\(field).mountPath")) }
            if !places.insert(place).inserted {
                errors.append(.invalid("\(field).mountPath", .string(place), "must be unique"))
            }
            if !mount.text("subPath").isEmpty, !mount.text("subPathExpr").isEmpty {
                errors.append(
                    .invalid(
                        "\(field).subPathExpr", mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive"))
            }
            for member in ["subPath", "subPathExpr"] {
                let subPath = mount.text(member)
                if subPath.hasPrefix("/") {
                    errors.append(.invalid("\(field).\(member)", .string(subPath), "must be a relative path"))
                }
                if subPath.split(separator: "/").contains("..") {
                    errors.append(.invalid("\(field).\(member)", .string(subPath), "must not contain '..'"))
                }
            }
            errors += FieldRules.oneOf(
                mount["mountPropagation"], ["Bidirectional", "HostToContainer", "None"], "\(field).mountPropagation")
            if mount.text("mountPropagation") == "Bidirectional", !isPrivileged {
                errors.append(
                    .forbidden(
                        "\(field).mountPropagation",
                        "Bidirectional mount propagation is available only to privileged containers"))
            }
            errors += recursion(mount, "\(field).recursiveReadOnly")
        }
        return errors
    }

    private func recursion(_ mount: JSONValue, _ field: String) -> [FieldError] {
        guard let value = mount["recursiveReadOnly"]?.stringValue, value != "Disabled" else { return [] }
        guard ["Enabled", "IfPossible"].contains(value) else {
            return [.notSupported(field, .string(value), ["Disabled", "Enabled", "IfPossible"])]
        }
        var errors: [FieldError] = []
        if mount["readOnly"] != true {
            errors.append(.forbidden(field, "may only be specified when readOnly is true"))
        }
        if !["", "None"].contains(mount.text("mountPropagation")) {
            errors.append(
                .forbidden(field, "may only be specified when mountPropagation is None or not specified"))
        }
        return errors
    }

    private func security(_ context: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for member in ["runAsUser", "runAsGroup"] {
            guard let value = context[member], !(0...2_147_483_647).contains(context.number(member)) else { continue }
            errors.append(.invalid("\(field).\(member)", value, "must be between 0 and 2147483647, inclusive"))
        }
        if context["allowPrivilegeEscalation"]?.boolValue == false {
            if context["privileged"]?.boolValue == true {
                errors.append(
                    invalid(
                        context, field, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
            }
            if (context[path: "capabilities", "add"]?.stringArrayValue ?? []).contains("CAP_SYS_ADMIN") {
                errors.append(
                    invalid(
                        context, field,
                        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
            }
        }
        errors += FieldRules.oneOf(context["procMount"], ["Default", "Unmasked"], "\(field).procMount")
        return errors + SecurityProfiles.errors(context, field)
    }

    /// A fault of a whole security context, printed as Go's structure in the order of its fields.
    private func invalid(_ context: JSONValue, _ field: String, _ detail: String) -> FieldError {
        let members = [
            "capabilities", "privileged", "seLinuxOptions", "windowsOptions", "runAsUser", "runAsGroup",
            "runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation", "procMount", "seccompProfile",
            "appArmorProfile",
        ].map { name in
            let shown = name == "seLinuxOptions" ? "SELinuxOptions" : name.capitalizedFirst
            guard name == "capabilities", let capabilities = context[name] else {
                return "\"\(shown)\":\((context[name] ?? .null).serialized())"
            }
            let (add, drop) = (capabilities["add"] ?? .null, capabilities["drop"] ?? .null)
            return "\"\(shown)\":{\"Add\":\(add.serialized()),\"Drop\":\(drop.serialized())}"
        }
        return .invalid(field, showing: "{\(members.joined(separator: ","))}", detail)
    }

    private func probes(_ container: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let probe = container[name] else { continue }
            let place = "\(field).\(name)"
            errors += handler(probe, place, isLifecycle: false)
            let members = [
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold",
            ]
            errors += FieldRules.nonNegative(probe, members, place)
            if name != "readinessProbe", probe.number("successThreshold") != 1 {
                errors.append(.invalid("\(place).successThreshold", probe["successThreshold"], "must be 1"))
            }
            guard let period = probe["terminationGracePeriodSeconds"] else { continue }
            if name == "readinessProbe" {
                errors.append(
                    .invalid("\(place).terminationGracePeriodSeconds", period, "must not be set for readinessProbes"))
            } else if (period.integerValue ?? 0) <= 0 {
                errors.append(.invalid("\(place).terminationGracePeriodSeconds", period, "must be greater than 0"))
            }
        }
        for event in ["postStart", "preStop"] {
            guard let hook = container[path: "lifecycle", event] else { continue }
            errors += handler(hook, "\(field).lifecycle.\(event)", isLifecycle: true)
        }
        return errors
    }

    private func handler(_ handler: JSONValue, _ field: String, isLifecycle: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        for kind in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
            guard let action = handler[kind] else { continue }
            let place = "\(field).\(kind)"
            count += 1
            guard count == 1 else {
                errors.append(.forbidden(place, "may not specify more than 1 handler type"))
                continue
            }
            switch kind {
            case "exec":
                if action.list("command").isEmpty { errors.append(.required("\(place).command")) }
            case "httpGet":
                if action.text("path").isEmpty { errors.append(.required("\(place).path")) }
                errors += FieldRules.portOrName(action["port"], "\(place).port")
                errors += FieldRules.oneOf(action["scheme"], ["HTTP", "HTTPS"], "\(place).scheme", required: true)
                errors += action.list("httpHeaders").compactMap { self.header($0.text("name"), place) }
            case "tcpSocket": errors += FieldRules.portOrName(action["port"], "\(place).port")
            case "grpc": errors += FieldRules.port(action["port"], "\(place).port")
            default:
                if !(0...gracePeriod).contains(action.number("seconds")) {
                    errors.append(
                        .invalid(
                            place, .integer(action.number("seconds")),
                            "must be non-negative and less than terminationGracePeriodSeconds (\(gracePeriod))"))
                }
            }
        }
        if count == 0 { errors.append(.required(field, "must specify a handler type")) }
        return errors
    }

    private func header(_ name: String, _ field: String) -> FieldError? {
        let isPlain = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        guard name.isEmpty || !isPlain else { return nil }
        return .invalid(
            "\(field).httpHeaders", .string(name),
            """
            a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for \
            validation is '[-A-Za-z0-9]+')
            """)
    }
}
