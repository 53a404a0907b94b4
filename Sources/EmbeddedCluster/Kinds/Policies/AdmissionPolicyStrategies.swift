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
        if let kind = spec["paramKind"] {
            for member in ["apiVersion", "kind"] where kind.text(member).isEmpty {
                errors.append(.required("spec.paramKind.\(member)"))
            }
        }
        if let match = spec["matchConstraints"] {
            errors += ExpressionRules.matchErrors(match, "spec.matchConstraints", requiresRules: true)
        } else {
            errors.append(.required("spec.matchConstraints"))
        }
        errors += ExpressionRules.matchConditions(spec.list("matchConditions"), "spec.matchConditions")
        for (index, variable) in spec.list("variables").enumerated() {
            let field = "spec.variables[\(index)]"
            if variable.text("name").isEmpty { errors.append(.required("\(field).name", "name is not specified")) }
            errors += ExpressionRules.errors(variable["expression"], "\(field).expression", hasVariables: true)
        }
        return errors + (isMutating ? mutationErrors(spec) : validationErrors(spec))
    }

    private func validationErrors(_ spec: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.lacks("validations"), spec.lacks("auditAnnotations") {
            let problem = "validations or auditAnnotations must contain at least one item"
            errors.append(.required("spec.validations", problem))
            errors.append(.required("spec.auditAnnotations", problem))
        }
        let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]
        for (index, validation) in spec.list("validations").enumerated() {
            let field = "spec.validations[\(index)]"
            errors += ExpressionRules.errors(validation["expression"], "\(field).expression", hasVariables: true)
            if validation["messageExpression"] != nil {
                errors += ExpressionRules.errors(
                    validation["messageExpression"], "\(field).messageExpression", hasVariables: true)
            }
            if validation.text("message").contains("\n") {
                errors.append(
                    .invalid("\(field).message", validation["message"], "message must not contain line breaks"))
            }
            errors += FieldRules.oneOf(validation["reason"], reasons, "\(field).reason")
        }
        for (index, annotation) in spec.list("auditAnnotations").enumerated() {
            let field = "spec.auditAnnotations[\(index)]"
            if annotation.text("key").isEmpty { errors.append(.required("\(field).key")) }
            errors += ExpressionRules.errors(
                annotation["valueExpression"], "\(field).valueExpression", hasVariables: true)
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
            let isNamed = !parameter.text("name").isEmpty
            if isNamed == (parameter["selector"] != nil) {
                errors.append(
                    isNamed
                        ? .forbidden("spec.paramRef.name", "name and selector are mutually exclusive")
                        : .required("spec.paramRef", "one of name or selector must be specified"))
            }
            errors += FieldRules.oneOf(
                parameter["parameterNotFoundAction"], ["Allow", "Deny"], "spec.paramRef.parameterNotFoundAction",
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
