import KubeCore

/// What ValidatingAdmissionPolicies make of a request.
struct ValidatingPolicies {
    /// One finding against the request.
    private struct Denial {
        var policy: KubeObject
        var binding: KubeObject?
        var message: String
        var reason = ""
    }

    /// Makes the evaluation of an invocation.
    var evaluation: (PolicyInvocation) -> AdmissionEvaluation

    /// Evaluates everything.
    ///
    /// - Returns: warnings for the client.
    /// - Throws: the refusal of the request.
    func validate(
        _ request: AdmissionRequest, _ invocations: [PolicyInvocation], _ failures: [PolicyInvocation.Failure]
    ) throws(Status) -> [String] {
        var denials = failures.filter { PolicyInvocation.failsClosed($0.policy) }.map {
            Denial(policy: $0.policy, binding: $0.binding, message: $0.message)
        }
        var warnings: [String] = []
        for invocation in invocations {
            let actions = invocation.binding.specification["validationActions"]?.stringArrayValue ?? []
            let (found, annotationFailures) = decide(invocation)
            for denial in found {
                // Audit events are nobody's to read here: `Audit` lets the request pass in silence.
                if actions.contains("Deny") { denials.append(denial) }
                guard actions.contains("Warn") else { continue }
                warnings.append(
                    "Validation failed for ValidatingAdmissionPolicy '\(invocation.policy.name)' with binding "
                        + "'\(invocation.binding.name)': \(denial.message)")
            }
            denials += annotationFailures
        }
        guard let denial = denials.first else { return warnings }
        throw refusal(of: request, denial)
    }

    private func refusal(of request: AdmissionRequest, _ denial: Denial) -> Status {
        let binding = denial.binding.map { " with binding '\($0.name)'" } ?? ""
        let message =
            "ValidatingAdmissionPolicy '\(denial.policy.name)'\(binding) denied request: \(denial.message)"
        var status = request.refusal(message)
        switch denial.reason {
        case "Forbidden": (status.code, status.reason) = (403, .forbidden)
        case "Unauthorized": (status.code, status.reason) = (401, .unauthorized)
        case "RequestEntityTooLarge": (status.code, status.reason) = (413, "RequestEntityTooLarge")
        default: (status.code, status.reason) = (422, .invalid)
        }
        status.details?.causes.append(Status.Cause(reason: "", message: message))
        return status
    }

    /// What one invocation finds, and which of its audit annotations fail the request.
    private func decide(_ invocation: PolicyInvocation) -> (denials: [Denial], annotations: [Denial]) {
        let (policy, spec) = (invocation.policy, invocation.policy.specification)
        let failsClosed = PolicyInvocation.failsClosed(policy)
        var evaluation = evaluation(invocation)
        func failure(_ failure: AdmissionEvaluation.Failure) -> [Denial] {
            failsClosed ? [Denial(policy: policy, binding: invocation.binding, message: failure.message)] : []
        }
        var conditions = evaluation
        do throws(AdmissionEvaluation.Failure) {
            guard try conditions.matches(spec.list("matchConditions"), failsClosed: failsClosed) else {
                return ([], [])
            }
        } catch {
            return (failure(error), [])
        }
        var denials: [Denial] = []
        for validation in spec.list("validations") {
            do throws(AdmissionEvaluation.Failure) {
                guard try evaluation.evaluate(validation.text("expression")) != .bool(true) else { continue }
                denials.append(
                    Denial(
                        policy: policy, binding: invocation.binding, message: try message(validation, &evaluation),
                        reason: validation.text("reason")))
            } catch {
                if error.isOutOfBudget { return (failure(error), []) }
                denials += failure(error)
            }
        }
        return (denials, annotationFailures(invocation, failsClosed: failsClosed))
    }

    private func message(
        _ validation: JSONValue, _ evaluation: inout AdmissionEvaluation
    ) throws(AdmissionEvaluation.Failure) -> String {
        let source = validation.text("messageExpression")
        if !source.isEmpty {
            do throws(AdmissionEvaluation.Failure) {
                if case .string(let text) = try evaluation.evaluate(source) {
                    let message = text.trimmed
                    if !message.isEmpty, message.utf8.count <= AdmissionEvaluation.messageLimit,
                        !message.contains("\n")
                    {
                        return message
                    }
                }
            } catch {
                // A message that cannot be made is left to the fixed one.
                if error.isOutOfBudget { throw .init(message: "failed messageExpression: \(error.message)") }
            }
        }
        let fixed = validation.text("message").trimmed
        return fixed.isEmpty ? "failed expression: \(validation.text("expression").trimmed)" : fixed
    }

    private func annotationFailures(_ invocation: PolicyInvocation, failsClosed: Bool) -> [Denial] {
        var evaluation = evaluation(invocation)
        var denials: [Denial] = []
        for annotation in invocation.policy.specification.list("auditAnnotations") {
            let source = annotation.text("valueExpression")
            do throws(AdmissionEvaluation.Failure) {
                _ = try evaluation.evaluate(source)
            } catch  where failsClosed {
                denials.append(
                    Denial(policy: invocation.policy, binding: invocation.binding, message: error.message))
            } catch {
                continue
            }
        }
        return denials
    }
}
