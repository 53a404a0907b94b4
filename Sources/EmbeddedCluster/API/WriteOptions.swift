import KubeCore

/// The parameters that every write shares: `meta/v1` CreateOptions, UpdateOptions and PatchOptions.
struct WriteOptions: Sendable {
    /// What is done about unknown and duplicate fields.
    enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    var isDryRun = false
    var fieldManager = ""
    var fieldValidation = FieldValidation.warn
    var force: Bool?
    /// Who writes, for the history and as the default field manager.
    var userAgent = ""
    /// The verb, for the history.
    var verb = ""
    /// Whose request it is; nil for the server's own controllers.
    var user: APIRequest.User?

    init(fieldManager: String, userAgent: String, verb: String) {
        self.fieldManager = fieldManager
        self.userAgent = userAgent
        self.verb = verb
        fieldValidation = .ignore
    }

    /// Reads and validates the parameters of a request.
    ///
    /// - Parameter kind: `CreateOptions`, `UpdateOptions` or `PatchOptions`.
    init(_ request: APIRequest, kind: String, verb: String, isApply: Bool = false) throws(Status) {
        self.verb = verb
        userAgent = request.header("User-Agent") ?? ""
        user = request.user
        fieldManager = request.fieldManager
        var errors: [FieldError] = []
        if kind == "PatchOptions" {
            if request.value(of: "force") != nil { force = request.flag("force") }
            if isApply, request.value(of: "fieldManager") == nil {
                errors.append(.required("fieldManager", "is required for apply patch"))
            } else if !isApply, force != nil {
                errors.append(.forbidden("force", "may not be specified for non-apply patch"))
            }
        }
        if (request.value(of: "fieldManager") ?? "").utf8.count > 128 {
            errors.append(.tooLong("fieldManager", maximumBytes: 128))
        }
        errors += Self.dryRunErrors(request)
        isDryRun = request.value(of: "dryRun") != nil
        let validation = request.value(of: "fieldValidation") ?? ""
        if let known = FieldValidation(rawValue: validation) {
            fieldValidation = known
        } else if !validation.isEmpty {
            errors.append(
                .notSupported("fieldValidation", .string(validation), ["", "Ignore", "Strict", "Warn"]))
        }
        guard errors.isEmpty else { throw .invalidOptions(kind, errors) }
    }

    static func dryRunErrors(_ request: APIRequest) -> [FieldError] {
        let values = request.values(of: "dryRun").filter { !$0.isEmpty }
        guard !values.allSatisfy({ $0 == "All" }) else { return [] }
        return [.notSupported("dryRun", JSONValue(values), ["All"])]
    }
}
