import KubeCore

/// Subresources: `status`, `scale`, and those of single kinds.
extension APIServer {
    func handleSubresource(
        _ context: RequestContext, _ subresource: ServedResource.Subresource
    ) async throws(Status) -> APIResponse {
        let verb: String
        switch context.request.method {
        case "GET": verb = "get"
        case "PUT": verb = "update"
        case "PATCH": verb = "patch"
        case "POST": verb = "create"
        case "DELETE": verb = "delete"
        default: throw .methodNotAllowed
        }
        guard subresource.verbs.contains(verb) else { throw .methodNotAllowed }
        switch (subresource.name, verb) {
        case ("log", _): return try await log(context)
        case ("attach", _), ("exec", _), ("portforward", _), ("proxy", _):
            throw try unreachable(context, subresource.name)
        case ("scale", _): return try await scale(context, verb)
        case ("binding", _): return try await bind(context)
        case ("eviction", _): return try await evict(context)
        case ("token", _): return try await issueToken(context)
        case (_, "get"): return try await get(context)
        case (_, "update"): return try await update(context)
        case (_, "patch"): return try await patch(context)
        default: throw .methodNotAllowed
        }
    }

    /// Why nothing can be reached through the server: as the real one says it of what is not there or runs nowhere; what
    /// does run here has no containers.
    private func unreachable(_ context: RequestContext, _ subresource: String) throws(Status) -> Status {
        let object = try stored(context).object
        switch object.kind {
        case "Pod" where subresource == "proxy":
            if object.observed.text("podIP").isEmpty { return .badRequest("address not allowed") }
        case "Pod":
            let host = object.specification.text("nodeName")
            if host.isEmpty { return .badRequest("pod \(object.name) does not have a host assigned") }
        case "Service":
            return Status(
                code: 503, reason: "ServiceUnavailable",
                message: "no endpoints available for service \(JSONValue.string(object.name).serialized())")
        default: break
        }
        return Status(
            code: 501, reason: "NotImplemented",
            message: "the embedded cluster runs no containers: \(subresource) is not possible")
    }

    /// What is wrong with the options of a request for logs.
    private static func logErrors(_ request: APIRequest) -> [FieldError] {
        var errors: [FieldError] = []
        func number(_ name: String) -> Int64? { request.value(of: name).flatMap { Int64($0) } }
        if let lines = number("tailLines"), lines < 0 {
            errors.append(.invalid("tailLines", .integer(lines), "must be greater than or equal to 0"))
        }
        if let bytes = number("limitBytes"), bytes < 1 {
            errors.append(.invalid("limitBytes", .integer(bytes), "must be greater than 0"))
        }
        let (seconds, time) = (number("sinceSeconds"), request.value(of: "sinceTime"))
        if seconds != nil, time != nil {
            errors.append(
                .forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
        } else if let seconds, seconds < 1 {
            errors.append(.invalid("sinceSeconds", .integer(seconds), "must be greater than 0"))
        }
        return errors
    }

    /// Pods run nothing, so their logs say only that they started.
    private func log(_ context: RequestContext) async throws(Status) -> APIResponse {
        let pod = try stored(context).object
        let errors = Self.logErrors(context.request)
        guard errors.isEmpty else { throw .invalid(GroupKind(group: "", kind: "PodLogOptions"), "", errors) }
        let containers =
            (pod[path: "spec", "containers"]?.arrayValue ?? [])
            + (pod[path: "spec", "initContainers"]?.arrayValue ?? [])
        let names = containers.compactMap { $0["name"]?.stringValue }
        let name = context.request.value(of: "container") ?? names.first ?? ""
        guard names.contains(name) else {
            throw .badRequest("container \(name) is not valid for pod \(pod.name)")
        }
        return .text("\(pod.creationTimestamp?.description ?? "") container \(name) started\n")
    }

    /// The answer to a write that has none of its own.
    private static let done: JSONValue = [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
    ]

    /// Assigns a pod to a node, once.
    func bind(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "create")
        let kind = GroupVersionKind(group: "", version: "v1", kind: "Binding")
        var binding = try decode(context, options, as: kind).object
        if !binding.name.isEmpty, binding.name != context.name {
            throw .badRequest("name in URL does not match name in Binding object")
        }
        _ = try await admit(&binding, kind, WriteTarget(context, options))
        let node = binding[path: "target", "name"]?.stringValue ?? ""
        var errors: [FieldError] = []
        if let target = binding[path: "target", "kind"]?.stringValue, !["", "Node"].contains(target) {
            errors.append(.notSupported("target.kind", .string(target), ["Node", "<empty>"]))
        }
        if node.isEmpty { errors.append(.required("target.name")) }
        guard errors.isEmpty else { throw .invalid(kind.groupKind, binding.name, errors) }
        let now = environment.now()
        let target = WriteTarget(context, options)
        _ = try await changeObject(target, retries: 5) { live throws(Status) in
            if let current = live[path: "spec", "nodeName"]?.stringValue, !current.isEmpty {
                throw .conflict(
                    group: "", resource: "pods/binding", name: live.name,
                    "pod \(live.name) is already assigned to node \(JSONValue.string(current).serialized())")
            }
            var pod = live
            pod.set(.string(node), at: "spec", "nodeName")
            var conditions = (pod[path: "status", "conditions"]?.arrayValue ?? []).filter {
                $0["type"]?.stringValue != "PodScheduled"
            }
            conditions.append([
                "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
                "lastTransitionTime": .string(now.description),
            ])
            pod.set(.array(conditions), at: "status", "conditions")
            // The server itself writes this; no manager owns it.
            return Change(object: pod, isManaged: true)
        }
        return .json(Self.done, status: 201)
    }

    /// Deletes a pod if the budgets that select it allow one more disruption.
    private func evict(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "delete")
        let kind = GroupVersionKind(group: "policy", version: "v1", kind: "Eviction")
        var eviction = try decode(context, options, as: kind).object
        if !eviction.name.isEmpty, eviction.name != context.name {
            throw .badRequest("name in URL does not match name in Eviction object")
        }
        let pod = try stored(context)
        _ = try await admit(&eviction, kind, WriteTarget(context, options))
        if pod.object[path: "status", "phase"]?.stringValue != "Pending" {
            try await spendBudget(of: pod, options)
        }
        var deletion = DeleteOptions()
        deletion.gracePeriodSeconds = eviction[path: "deleteOptions", "gracePeriodSeconds"]?.integerValue
        deletion.isDryRun = options.isDryRun
        var target = WriteTarget(context, options)
        target.subresource = nil
        _ = try await deleteObject(target, deletion)
        return .json(Self.done, status: 201)
    }

    private func spendBudget(of pod: StoredObject, _ options: WriteOptions) async throws(Status) {
        guard let resource = registry.find(ResourceType.podDisruptionBudgets.groupVersion, "poddisruptionbudgets")
        else { return }
        let budgets = store.list(resource.storage, namespace: pod.namespace).objects.filter { budget in
            guard let selector = budget.object[path: "spec", "selector"].flatMap({ LabelSelector($0) }) else {
                return false
            }
            return selector.matches(pod.labels)
        }
        guard let budget = budgets.first else { return }
        guard budgets.count == 1 else {
            throw .internalFailure(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        let target = WriteTarget(
            resource: resource, namespace: budget.namespace, name: budget.name, subresource: "status",
            options: options)
        _ = try await changeObject(target, retries: 5) { live throws(Status) in
            let allowed = live[path: "status", "disruptionsAllowed"]?.integerValue ?? 0
            guard allowed > 0 else {
                throw Status(
                    code: 429, reason: .tooManyRequests,
                    message: "Cannot evict pod as it would violate the pod's disruption budget.",
                    details: Status.Details(causes: [
                        Status.Cause(
                            reason: "DisruptionBudget",
                            message: """
                                The disruption budget \(live.name) needs \
                                \(live[path: "status", "desiredHealthy"]?.integerValue ?? 0) healthy pods and has \
                                \(live[path: "status", "currentHealthy"]?.integerValue ?? 0) currently
                                """)
                    ]))
            }
            var changed = live
            changed.set(.integer(allowed - 1), at: "status", "disruptionsAllowed")
            return Change(object: changed)
        }
    }

    /// Issues a token for a service account.
    private func issueToken(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "create")
        let kind = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenRequest")
        var token = try decode(context, options, as: kind).object
        let account = try stored(context)
        _ = try await admit(&token, kind, WriteTarget(context, options))
        let lifetime = token[path: "spec", "expirationSeconds"]?.integerValue ?? 3600
        guard lifetime >= 600 else {
            throw .invalid(
                kind.groupKind, "",
                [
                    .invalid(
                        "spec.expirationSeconds", .integer(lifetime),
                        "may not specify a duration less than 10 minutes")
                ])
        }
        if token[path: "spec", "audiences"]?.arrayValue?.isEmpty ?? true {
            token.set(JSONValue([ServiceAccountToken.defaultAudience]), at: "spec", "audiences")
        }
        token.set(.integer(lifetime), at: "spec", "expirationSeconds")
        let now = environment.now()
        token = FieldManagement.update(
            live: nil, new: token, schema: BuiltInSchemas.schema(for: kind), manager: options.fieldManager,
            subresource: "token", filter: .everything, now: now)
        if token[path: "spec", "boundObjectRef"] == nil { token.set(.null, at: "spec", "boundObjectRef") }
        token.name = account.name
        token.namespace = account.namespace
        token.uid = account.uid
        token.set(.string(now.description), at: "metadata", "creationTimestamp")
        let expiry = now.advanced(by: .seconds(lifetime))
        let issued = ServiceAccountToken(
            namespace: account.namespace ?? "", name: account.name, uid: account.uid,
            audiences: token[path: "spec", "audiences"]?.stringArrayValue ?? [], expiry: expiry,
            identifier: newIdentifier())
        token["status"] = [
            "token": .string(issued.text(now: now, key: tokenKey)), "expirationTimestamp": .string(expiry.description),
        ]
        return try answer(token, context, status: 201)
    }
}
