import KubeCore

/// One evaluation that admission policies ask for: a policy with one of its bindings and one parameter.
struct PolicyInvocation {
    var policy: KubeObject
    var binding: KubeObject
    /// The object of the policy's `paramKind`; nil if it has none.
    var parameter: KubeObject?
    /// The request in the version that the policy matched.
    var request: AdmissionRequest

    /// A policy that cannot be asked, as it is configured.
    struct Failure {
        var policy: KubeObject
        var binding: KubeObject?
        var message: String
    }

    /// Whether a failure of a policy fails the request.
    static func failsClosed(_ policy: KubeObject) -> Bool { policy.specification.text("failurePolicy") != "Ignore" }
}

/// Finds what policies have to say about a request.
struct PolicySelection {
    var surroundings: AdmissionMatching.Surroundings
    /// The resource of a kind.
    var resource: (GroupVersionKind) -> ServedResource?
    /// The objects of a resource, in its version, of one namespace or (nil) of all.
    var objects: (ServedResource, _ namespace: String?) -> [KubeObject]

    /// The evaluations to be made, and the policies that cannot be asked.
    func select(
        _ request: AdmissionRequest, policies: [KubeObject], bindings: [KubeObject]
    ) -> (invocations: [PolicyInvocation], failures: [PolicyInvocation.Failure]) {
        var invocations: [PolicyInvocation] = []
        var failures: [PolicyInvocation.Failure] = []
        for policy in policies {
            let bound = bindings.filter { $0.specification.text("policyName") == policy.name }
            guard !bound.isEmpty else { continue }
            let constraints = AdmissionMatching(criteria: policy.specification["matchConstraints"] ?? [:])
            let matched: AdmissionRequest
            do throws(Status) {
                guard let found = try constraints.match(request, surroundings) else { continue }
                matched = found
            } catch {
                failures.append(
                    .init(policy: policy, binding: nil, message: "failed to configure policy: \(error.message)"))
                continue
            }
            for binding in bound {
                do throws(Problem) {
                    invocations += try select(matched, request, policy, binding)
                } catch {
                    let part = error.isOfPolicy ? "policy" : "binding"
                    failures.append(
                        .init(
                            policy: policy, binding: error.isOfPolicy ? nil : binding,
                            message: "failed to configure \(part): \(error.message)"))
                }
            }
        }
        return (invocations, failures)
    }

    private struct Problem: Error {
        var message: String
        var isOfPolicy = false
    }

    private func select(
        _ matched: AdmissionRequest, _ request: AdmissionRequest, _ policy: KubeObject, _ binding: KubeObject
    ) throws(Problem) -> [PolicyInvocation] {
        if let criteria = binding.specification["matchResources"] {
            do throws(Status) {
                let matching = AdmissionMatching(criteria: criteria, matchesWithoutRules: true)
                guard try matching.match(request, surroundings) != nil else { return [] }
            } catch {
                throw Problem(message: error.message)
            }
        }
        return try parameters(of: policy, binding, request).map {
            PolicyInvocation(policy: policy, binding: binding, parameter: $0, request: matched)
        }
    }

    /// The parameters that a binding names; one nil where there are none to name.
    private func parameters(
        of policy: KubeObject, _ binding: KubeObject, _ request: AdmissionRequest
    ) throws(Problem) -> [KubeObject?] {
        guard let kind = policy.specification["paramKind"] else { return [nil] }
        guard let wanted = GroupVersionKind(apiVersion: kind.text("apiVersion"), kind: kind.text("kind")),
            let resource = resource(wanted)
        else {
            throw Problem(
                message: "failed to find resource referenced by paramKind: "
                    + "'\(kind.text("apiVersion")), Kind=\(kind.text("kind"))'", isOfPolicy: true)
        }
        guard let reference = binding.specification["paramRef"] else { return [nil] }
        var namespace = reference.text("namespace")
        if resource.type.isNamespaced {
            if namespace.isEmpty { namespace = request.namespace }
            if namespace.isEmpty {
                throw Problem(
                    message: "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
            }
        } else if !namespace.isEmpty {
            throw Problem(message: "paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        }
        let all = objects(resource, resource.type.isNamespaced ? namespace : nil)
        let found: [KubeObject]
        if let selector = reference["selector"] {
            found = all.filter { LabelSelector(selector)?.matches($0.labels) ?? false }
        } else {
            found = all.filter { $0.name == reference.text("name") }
        }
        if found.isEmpty, reference.text("parameterNotFoundAction") == "Deny" {
            throw Problem(message: "no params found for policy binding with `Deny` parameterNotFoundAction")
        }
        return found
    }
}
