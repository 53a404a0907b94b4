import KubeCore

/// The evaluation of a configuration's expressions against one request.
struct AdmissionEvaluation {
    /// What all expressions of one evaluation may cost.
    static let budget = 10_000_000
    /// What all match conditions of one evaluation may cost.
    static let conditionBudget = 2_500_000
    /// The longest message that an expression may make, in bytes.
    static let messageLimit = 5 * 1024

    /// Why an expression has no result.
    struct Failure: Error {
        var message: String
        /// Whether the budget ran out, which ends everything.
        var isOutOfBudget = false
    }

    private var evaluator: CELEvaluator
    private var remaining: Int
    private let expressions: ExpressionCache

    /// - Parameters:
    ///   - request: the request in the version that was matched.
    ///   - original: the request as it was made.
    ///   - parameter: the object of `paramKind`.
    ///   - namespace: the request's namespace.
    ///   - variables: the composed variables of the configuration.
    init(
        _ request: AdmissionRequest, original: AdmissionRequest, parameter: KubeObject? = nil,
        namespace: KubeObject? = nil, variables: [JSONValue] = [], authority: AuthorizationValue.Authority,
        expressions: ExpressionCache
    ) {
        func value(_ object: KubeObject?) -> CELValue { object.map { CELValue($0.value, nil) } ?? .null }
        var wanted = AccessAttributes(
            verb: "", group: request.resource.type.group, resource: request.resource.type.plural, name: request.name)
        (wanted.subresource, wanted.namespace) = (request.subresource, request.namespace)
        let authorizer = AuthorizationValue(authority: authority, user: request.user)
        var requestAuthorizer = authorizer
        requestAuthorizer.stage = .resource(wanted)
        var composed: [String: CELNode] = [:]
        for variable in variables {
            composed[variable.text("name")] = try? expressions.node(of: variable.text("expression")).get()
        }
        evaluator = CELEvaluator(
            variables: [
                "object": value(request.object), "oldObject": value(request.oldObject),
                "request": CELValue(.object(request.value(original: original)), nil), "params": value(parameter),
                "namespaceObject": namespace.map { CELValue($0.value, Self.namespaceSchema) } ?? .null,
                "authorizer": .authorization(authorizer),
                "authorizer.requestResource": .authorization(requestAuthorizer),
            ], composed: composed)
        remaining = Self.budget
        self.expressions = expressions
    }

    private static let namespaceSchema = Schema(openAPIV3Schema: AdmissionEnvironment.namespaceSchema)

    /// The value of an expression.
    mutating func evaluate(_ source: String) throws(Failure) -> CELValue {
        let node: CELNode
        switch expressions.node(of: source) {
        case .success(let parsed): node = parsed
        case .failure(let fault):
            throw Failure(message: "compilation error: compilation failed: \(fault.text(in: source))")
        }
        let result: Result<CELValue, CELEvaluationError>
        do throws(CELEvaluationError) {
            result = .success(try evaluator.evaluateAnew(node))
        } catch {
            result = .failure(error)
        }
        try spend()
        switch result {
        case .success(let value): return value
        case .failure(let error):
            throw Failure(message: "expression '\(source)' resulted in error: \(error.message)")
        }
    }

    private mutating func spend() throws(Failure) {
        remaining -= evaluator.cost
        guard remaining < 0 else { return }
        throw Failure(
            message: "validation failed due to running out of cost budget, no further validation rules will be run",
            isOutOfBudget: true)
    }

    /// Whether all match conditions hold; any that does not excuses the request, whatever the others do.
    ///
    /// - Parameter failsClosed: whether a condition that cannot be evaluated is a failure, and not one that does not hold.
    mutating func matches(_ conditions: [JSONValue], failsClosed: Bool) throws(Failure) -> Bool {
        remaining = Self.conditionBudget
        var failures: [String] = []
        for condition in conditions {
            do throws(Failure) {
                if try evaluate(condition.text("expression")) == .bool(false) { return false }
            } catch {
                guard failsClosed || !error.isOutOfBudget else { return false }
                if error.isOutOfBudget { throw error }
                failures.append(error.message)
            }
        }
        guard !failures.isEmpty else { return true }
        guard failsClosed else { return false }
        throw Failure(message: GoErrors.aggregate(failures))
    }
}
