import KubeCore

/// Policies that validate or change objects by expressions.
struct AdmissionPolicyStrategy: KindStrategy {
    /// Whether the policy changes objects.
    var isMutating: Bool

    var hasStatus: Bool { !isMutating }
    var generationMembers: [String]? { ["spec"] }
    var allowsUnconditionalUpdate: Bool { false }

    func applyDefaults(_ object: inout KubeObject) {
        let isMutating = isMutating
        object.editMaking("spec") { spec in
            spec.setDefaultText("failurePolicy", "Fail")
            if isMutating { spec.setDefaultText("reinvocationPolicy", "Never") }
            spec.edit("matchConstraints") { ExpressionRules.applyDefaults(toMatch: &$0) }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        if hasStatus { object["status"] = [:] }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource != "status" else { return [] }
        let spec = object.specification
        var errors = FieldRules.oneOf(spec["failurePolicy"], ["Fail", "Ignore"], "spec.failurePolicy")
        if let kind = spec["paramKind"] { errors += Self.parameterKindErrors(kind) }
        if let match = spec["matchConstraints"] {
            errors += ExpressionRules.matchErrors(match, "spec.matchConstraints", requiresRules: true)
        } else {
            errors.append(.required("spec.matchConstraints"))
        }
        var environment = AdmissionEnvironment(hasParameters: spec["paramKind"] != nil)
        errors += ExpressionRules.matchConditions(spec.list("matchConditions"), "spec.matchConditions", environment)
        if !spec.lacks("variables") { environment.composed = [:] }
        for (index, variable) in spec.list("variables").enumerated() {
            errors += Self.variableErrors(variable, "spec.variables[\(index)]", &environment)
        }
        return errors + (isMutating ? mutationErrors(spec) : validationErrors(spec, environment, name: object.name))
    }

    private static func parameterKindErrors(_ kind: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        let (version, name) = (kind.text("apiVersion"), kind.text("kind"))
        if version.isEmpty {
            errors.append(.required("spec.paramKind.apiVersion"))
        } else {
            let parts = version.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            if parts.count > 2 {
                errors.append(
                    .invalid(
                        "spec.paramKind.apiVersion", .string(version), "unexpected GroupVersion string: \(version)"))
            } else if let group = parts.dropLast().first, !group.isEmpty {
                let problems = Names.subdomainErrors(group)
                if !problems.isEmpty {
                    errors.append(
                        .invalid(
                            "spec.paramKind.apiVersion", .string(group), problems.joined(separator: ",")))
                }
            }
            if parts.count <= 2, parts.last?.isEmpty ?? true {
                errors.append(.invalid("spec.paramKind.apiVersion", .string(version), "version must be specified"))
            }
        }
        if name.isEmpty {
            errors.append(.required("spec.paramKind.kind"))
        } else {
            let problems = Names.errors(name.lowercased(), .serviceLabel, isPrefix: false)
            if !problems.isEmpty {
                errors.append(
                    .invalid(
                        "spec.paramKind.kind", .string(name),
                        "may have mixed case, but should otherwise match: \(problems.joined(separator: ","))"))
            }
        }
        return errors
    }

    /// What is wrong with a variable, which later expressions may use.
    private static func variableErrors(
        _ variable: JSONValue, _ field: String, _ environment: inout AdmissionEnvironment
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let (name, source) = (variable.text("name"), variable.text("expression"))
        if name.allSatisfy(\.isWhitespace) {
            errors.append(.required("\(field).name", "name is not specified"))
        } else if CELNames.escaped(name) != name {
            errors.append(.invalid("\(field).name", .string(name), "name is not a valid CEL identifier"))
        }
        guard !source.allSatisfy(\.isWhitespace) else {
            return errors + [.required("\(field).expression", "expression is not specified")]
        }
        do throws(AdmissionEnvironment.Fault) {
            let type = try environment.compile(source, returning: []).type
            environment.composed?[name] = type
        } catch {
            environment.composed?[name] = .dyn
            errors.append(.invalid("\(field).expression", .string(source), error.message))
        }
        return errors
    }

    private static let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"]

    private func validationErrors(
        _ spec: JSONValue, _ environment: AdmissionEnvironment, name: String
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.lacks("validations"), spec.lacks("auditAnnotations") {
            let problem = "validations or auditAnnotations must contain at least one item"
            errors.append(.required("spec.validations", problem))
            errors.append(.required("spec.auditAnnotations", problem))
        }
        var unauthorized = environment
        unauthorized.hasAuthorizer = false
        for (index, validation) in spec.list("validations").enumerated() {
            let field = "spec.validations[\(index)]"
            errors += ExpressionRules.errors(
                validation["expression"], "\(field).expression", environment, returning: [.bool],
                missing: "expression is not specified")
            let message = validation.text("messageExpression")
            if !message.isEmpty, message.allSatisfy(\.isWhitespace) {
                errors.append(
                    .invalid("\(field).messageExpression", .string(message), "must be non-empty if specified"))
            } else if !message.isEmpty {
                errors += ExpressionRules.errors(
                    .string(message), "\(field).messageExpression", unauthorized, returning: [.string])
            }
            errors += Self.messageErrors(validation.text("message"), "\(field).message")
            errors += FieldRules.oneOf(validation["reason"], Self.reasons, "\(field).reason")
        }
        return errors + auditErrors(spec, environment, name)
    }

    private static func messageErrors(_ message: String, _ field: String) -> [FieldError] {
        if !message.isEmpty, message.allSatisfy(\.isWhitespace) {
            return [.invalid(field, .string(message), "message must be non-empty if specified")]
        }
        guard message.trimmed.contains(where: \.isNewline) else { return [] }
        return [.invalid(field, .string(message), "message must not contain line breaks")]
    }

    private func auditErrors(
        _ spec: JSONValue, _ environment: AdmissionEnvironment, _ name: String
    ) -> [FieldError] {
        let annotations = spec.list("auditAnnotations")
        var errors: [FieldError] = []
        if annotations.count > 20 {
            errors.append(
                .invalid(
                    "spec.auditAnnotations", spec["auditAnnotations"], "must not have more than 20 auditAnnotations"))
        }
        var keys: Set<String> = []
        for (index, annotation) in annotations.enumerated() {
            let field = "spec.auditAnnotations[\(index)]"
            let key = annotation.text("key")
            if name.isEmpty {
                errors.append(.invalid("\(field).key", .string(key), "requires metadata.name be non-empty"))
            } else {
                errors += Names.qualifiedNameErrors("\(name)/\(key)").map {
                    .invalid("\(field).key", .string("\(name)/\(key)"), $0)
                }
            }
            let source = annotation.text("valueExpression")
            if source.utf8.count > 5 * 1024 {
                errors.append(.required("\(field).valueExpression", "must not exceed 5120 bytes in length"))
            } else {
                errors += ExpressionRules.errors(
                    .string(source), "\(field).valueExpression", environment, returning: [.string, .null],
                    missing: "valueExpression is not specified")
            }
            if !keys.insert(key).inserted { errors.append(.duplicate("\(field).key", .string(key))) }
        }
        return errors
    }

    private func mutationErrors(_ spec: JSONValue) -> [FieldError] {
        spec.lacks("mutations")
            ? [.required("spec.mutations", "mutations must contain at least one item")] : []
    }

    private static func table(_ heading: String, _ description: String) -> [TableColumn] {
        [
            .name, TableColumn(heading, type: "integer", description: description),
            TableColumn(
                "ParamKind",
                description: "ParamKind specifies the kind of resources used to parameterize this policy"), .age,
        ]
    }
    private static let validating = table(
        "Validations", "Validations indicates the number of validation rules defined in this configuration")
    private static let mutating = table(
        "Mutations", "Mutation indicates the number of mutations rules defined in this configuration")

    var columns: [TableColumn] { isMutating ? Self.mutating : Self.validating }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let spec = object.specification
        let kind = spec["paramKind"].map { "\($0.text("apiVersion"))/\($0.text("kind"))" } ?? "<unset>"
        let count = spec.list(isMutating ? "mutations" : "validations").count
        return [Cell.name(object), .integer(Int64(count)), .string(kind), Cell.age(object, now)]
    }
}

/// Bindings of admission policies to the requests they decide on.
struct AdmissionPolicyBindingStrategy: KindStrategy {
    /// Whether the policy changes objects.
    var isMutating: Bool

    var generationMembers: [String]? { ["spec"] }
    var allowsUnconditionalUpdate: Bool { false }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("spec") { spec in
            spec.edit("matchResources") { ExpressionRules.applyDefaults(toMatch: &$0) }
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let spec = object.specification
        var errors = FieldRules.name(spec["policyName"], "spec.policyName", Names.subdomainErrors)
        if let parameter = spec["paramRef"] {
            switch (parameter.text("name").isEmpty, parameter["selector"] != nil) {
            case (false, true):
                for member in ["name", "selector"] {
                    errors.append(
                        .forbidden("spec.paramRef.\(member)", "name and selector are mutually exclusive"))
                }
            case (true, false):
                errors.append(.required("spec.paramRef", "one of name or selector must be specified"))
            default: break
            }
            errors += FieldRules.selector(parameter["selector"], "spec.paramRef.selector")
            errors += FieldRules.oneOf(
                parameter["parameterNotFoundAction"], ["Deny", "Allow"], "spec.paramRef.parameterNotFoundAction",
                required: true)
        }
        if let match = spec["matchResources"] {
            errors += ExpressionRules.matchErrors(match, "spec.matchResources", requiresRules: false)
        }
        guard !isMutating else { return errors }
        let actions = spec["validationActions"]?.stringArrayValue ?? []
        if actions.isEmpty {
            errors.append(.required("spec.validationActions", "at least one validation action is required"))
        }
        for (index, action) in actions.enumerated() {
            let field = "spec.validationActions[\(index)]"
            errors += FieldRules.oneOf(.string(action), ["Audit", "Deny", "Warn"], field, required: true)
            if actions[..<index].contains(action) { errors.append(.duplicate(field, .string(action))) }
        }
        if actions.contains("Deny"), actions.contains("Warn") {
            errors.append(
                .invalid(
                    "spec.validationActions", spec["validationActions"],
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)"
                ))
        }
        return errors
    }

    private static let table: [TableColumn] = [
        .name,
        TableColumn(
            "PolicyName", description: "PolicyName indicates the policy definition which the policy binding binded to"),
        TableColumn(
            "ParamRef", description: "ParamRef indicates the param resource which sets the configration param"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        var parameter = "<unset>"
        if let reference = object.specification["paramRef"] {
            if !reference.text("name").isEmpty {
                let namespace = reference.text("namespace")
                parameter = namespace.isEmpty ? "*/\(reference.text("name"))" : "\(namespace)/\(reference.text("name"))"
            } else {
                parameter = "*"
            }
        }
        return [
            Cell.name(object), .string(object.specification.text("policyName")), .string(parameter),
            Cell.age(object, now),
        ]
    }
}
