import KubeCore

/// The chain that every write passes: policies and webhooks that change it, and later those that only judge it.
extension APIServer {
    private static let group = "admissionregistration.k8s.io"

    /// The configurations of a resource, in the order of their names.
    func configurations(_ plural: String) -> [KubeObject] {
        store.list(StorageKey(group: Self.group, resource: plural)).objects.map(\.object)
    }

    private var authority: AuthorizationValue.Authority {
        let (authorizer, isAuthorizing) = (authorizer, isAuthorizing)
        return AuthorizationValue.Authority { attributes, user in
            isAuthorizing ? authorizer.decide(attributes, user) : Authorizer.Decision(isAllowed: true)
        }
    }

    private var surroundings: AdmissionMatching.Surroundings {
        let (store, registry) = (store, registry)
        return AdmissionMatching.Surroundings(
            namespace: { store.get(StorageKey(group: "", resource: "namespaces"), key: $0)?.object },
            versions: { resource in registry.all.filter { $0.storage == resource.storage } })
    }

    // MARK: Requests

    /// The request that a write of an object, in its storage version, is to admission.
    func admissionRequest(
        _ operation: AdmissionRequest.Operation, _ object: KubeObject?, old: KubeObject?, _ target: WriteTarget
    ) -> AdmissionRequest {
        let resource = target.resource
        func view(_ object: KubeObject?) -> KubeObject? {
            guard let object else { return nil }
            let view = VersionConversion.fromStorage(object, to: resource)
            return target.subresource == "scale" ? ScaleView(resource).scale(of: view) : view
        }
        let isScale = target.subresource == "scale"
        return AdmissionRequest(
            operation: operation, resource: resource,
            kind: isScale ? Self.scaleKind : resource.type.groupVersionKind,
            namespace: target.namespace ?? "", name: target.name ?? object?.name ?? old?.name ?? "",
            subresource: target.subresource ?? "", object: view(object), oldObject: view(old),
            isDryRun: target.options.isDryRun, user: target.options.user ?? Self.controller(target.options.userAgent),
            options: Self.options(operation, target.options))
    }

    /// The account that a controller of the server's own acts as.
    private static func controller(_ name: String) -> APIRequest.User {
        ServiceAccountToken.user(namespace: "kube-system", name: name)
    }

    private static func options(_ operation: AdmissionRequest.Operation, _ options: WriteOptions) -> JSONValue {
        let kind: JSONValue =
            switch operation {
            case .create: "CreateOptions"
            case .update: "UpdateOptions"
            case .delete: "DeleteOptions"
            }
        var value: JSONObject = ["kind": kind, "apiVersion": "meta.k8s.io/v1"]
        if options.isDryRun { value["dryRun"] = ["All"] }
        if operation != .delete {
            if !options.fieldManager.isEmpty { value["fieldManager"] = .string(options.fieldManager) }
            if options.user != nil { value["fieldValidation"] = .string(options.fieldValidation.rawValue) }
        }
        return .object(value)
    }

    // MARK: Changing

    /// Lets webhooks that change objects have their say, in order; those that ask for it twice, if others have changed
    /// the object after them.
    ///
    /// - Returns: warnings for the client.
    func mutate(_ request: inout AdmissionRequest) async throws(Status) -> [String] {
        guard !request.isExempt, let dispatcher else { return [] }
        let webhooks = callable(Webhook.all(configurations("mutatingwebhookconfigurations")))
        guard !webhooks.isEmpty else { return [] }
        var warnings: [String] = []
        var reinvocation = Reinvocation()
        for round in 0...1 {
            for webhook in webhooks {
                guard let matched = try match(webhook, request) else { continue }
                if round == 1, !reinvocation.isDue(webhook.key) { continue }
                let before = request.object
                let outcome = await ask(dispatcher, webhook, matched, request, mayPatch: true)
                warnings += try settle(outcome, webhook, &request, matched)
                reinvocation.invoked(
                    webhook.key, isReinvocable: webhook.isReinvocable, hasChanged: request.object != before)
            }
            guard reinvocation.isNeeded else { break }
        }
        return warnings
    }

    /// Which webhooks have to be asked again.
    private struct Reinvocation {
        private var invoked: Set<String> = []
        private var due: Set<String> = []
        private(set) var isNeeded = false

        func isDue(_ key: String) -> Bool { due.contains(key) }

        mutating func invoked(_ key: String, isReinvocable: Bool, hasChanged: Bool) {
            if hasChanged {
                // Whoever was asked before has not seen this.
                due.formUnion(invoked)
                invoked = []
                isNeeded = true
            }
            if isReinvocable { invoked.insert(key) }
        }
    }

    /// Applies what a webhook has decided.
    private func settle(
        _ outcome: WebhookDispatcher.Outcome, _ webhook: Webhook, _ request: inout AdmissionRequest,
        _ matched: AdmissionRequest
    ) throws(Status) -> [String] {
        switch outcome {
        case .refused(let status): throw status
        case .failed(let status):
            if webhook.ignoresFailures { return [] }
            throw status
        case .allowed(let patch, let warnings):
            guard let patch, !patch.operations.isEmpty else { return warnings }
            guard let object = matched.object else {
                throw .internalError(
                    "admission webhook \"\(webhook.name)\" attempted to modify the object, which is not supported for "
                        + "this operation")
            }
            do throws(JSONPatch.Failure) {
                guard let patched = KubeObject(try patch.apply(to: object.value)) else {
                    throw JSONPatch.Failure.malformed("the patched document is no object")
                }
                var view = matched
                view.object = patched
                request.object = view.viewed(as: request.resource).object
            } catch {
                throw .internalError(error.description)
            }
            return warnings
        }
    }

    // MARK: Judging

    /// Lets policies and webhooks judge a request as it is to be stored.
    ///
    /// - Returns: warnings for the client.
    func judge(_ request: AdmissionRequest) async throws(Status) -> [String] {
        guard !request.isExempt else { return [] }
        return try applyPolicies(request) + (try await askValidatingWebhooks(request))
    }

    private func applyPolicies(_ request: AdmissionRequest) throws(Status) -> [String] {
        let bindings = configurations("validatingadmissionpolicybindings")
        guard !bindings.isEmpty else { return [] }
        let (invocations, failures) = selection.select(
            request, policies: configurations("validatingadmissionpolicies"), bindings: bindings)
        guard !invocations.isEmpty || !failures.isEmpty else { return [] }
        let namespace = request.isOfNamespaces ? nil : surroundings.namespace(request.namespace)
        let (authority, expressions) = (authority, expressions)
        let policies = ValidatingPolicies { invocation in
            AdmissionEvaluation(
                invocation.request, original: request, parameter: invocation.parameter, namespace: namespace,
                variables: invocation.policy.specification.list("variables"), authority: authority,
                expressions: expressions)
        }
        return try policies.validate(request, invocations, failures)
    }

    private var selection: PolicySelection {
        let (store, registry) = (store, registry)
        return PolicySelection(
            surroundings: surroundings, resource: { registry.find($0) },
            objects: { resource, namespace in
                store.list(resource.storage, namespace: namespace).objects.map {
                    VersionConversion.view($0, as: resource)
                }
            })
    }

    private func askValidatingWebhooks(_ request: AdmissionRequest) async throws(Status) -> [String] {
        guard let dispatcher else { return [] }
        let webhooks = callable(Webhook.all(configurations("validatingwebhookconfigurations")))
        guard !webhooks.isEmpty else { return [] }
        var matched: [(webhook: Webhook, request: AdmissionRequest)] = []
        for webhook in webhooks {
            if let view = try match(webhook, request) { matched.append((webhook, view)) }
        }
        // All are asked at once; the first refusal in their order counts.
        let outcomes = await withTaskGroup(of: (Int, WebhookDispatcher.Outcome).self) { group in
            for (index, entry) in matched.enumerated() {
                group.addTask {
                    (index, await self.ask(dispatcher, entry.webhook, entry.request, request, mayPatch: false))
                }
            }
            var outcomes: [Int: WebhookDispatcher.Outcome] = [:]
            for await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes
        }
        var warnings: [String] = []
        for (index, entry) in matched.enumerated() {
            switch outcomes[index] {
            case .refused(let status)?: throw status
            case .failed(let status)?: if !entry.webhook.ignoresFailures { throw status }
            case .allowed(_, let found)?: warnings += found
            case nil: continue
            }
        }
        return warnings
    }

    // MARK: Webhooks

    private var dispatcher: WebhookDispatcher? {
        webhookCaller.map { caller in WebhookDispatcher(caller: caller) { self.newIdentifier() } }
    }

    /// The webhooks that are called. Services of a simulated cluster run nothing, so that those without a way to
    /// something real are taken to agree; what an istiod would do is simulated elsewhere.
    func callable(_ webhooks: [Webhook]) -> [Webhook] {
        guard let webhookCaller else { return [] }
        return webhooks.filter { webhook in
            webhook.service.map { webhookCaller.reaches($0) || injector == nil } ?? true
        }
    }

    /// The request in the version that a webhook wants; nil if it is none of its.
    private func match(_ webhook: Webhook, _ request: AdmissionRequest) throws(Status) -> AdmissionRequest? {
        let matching = AdmissionMatching(criteria: webhook.settings, rulesMember: "rules")
        guard let matched = try matching.match(request, surroundings) else { return nil }
        let conditions = webhook.settings.list("matchConditions")
        guard !conditions.isEmpty else { return matched }
        var evaluation = AdmissionEvaluation(
            matched, original: request, authority: authority, expressions: expressions)
        do throws(AdmissionEvaluation.Failure) {
            return try evaluation.matches(conditions, failsClosed: !webhook.ignoresFailures) ? matched : nil
        } catch {
            throw request.refusal(error.message)
        }
    }

    /// Calls a webhook, if there is a way to it.
    private func ask(
        _ dispatcher: WebhookDispatcher, _ webhook: Webhook, _ matched: AdmissionRequest, _ request: AdmissionRequest,
        mayPatch: Bool
    ) async -> WebhookDispatcher.Outcome {
        if let service = webhook.service, let problem = problem(of: service) {
            return .failed(
                .internalError(
                    "failed calling webhook \"\(webhook.name)\": failed to call webhook: Post \"\(webhook.url)\": "
                        + problem))
        }
        return await dispatcher.call(
            WebhookInvocation(webhook: webhook, request: matched, original: request), mayPatch: mayPatch)
    }

    /// Why a service cannot be called; nil if there is a way to it.
    private func problem(of service: WebhookCall.Service) -> String? {
        if webhookCaller?.reaches(service) ?? false { return nil }
        let key = StoredObject.key(namespace: service.namespace, name: service.name)
        let exists = store.get(StorageKey(group: "", resource: "services"), key: key) != nil
        return exists
            ? "no endpoints available for service \"\(service.name)\"" : "service \"\(service.name)\" not found"
    }
}
