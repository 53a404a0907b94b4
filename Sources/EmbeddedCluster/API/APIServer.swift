import KubeCore
import Synchronization

/// The API server: requests in, answers out, no sockets.
///
/// Reading and writing are in extensions, one file a concern: `APIServer+Reading`, `+Watching`, `+Creating`,
/// `+Updating`, `+Patching`, `+Deleting`, `+Subresources`, `+Discovery`, `+OpenAPI`, `+Reviews`.
final class APIServer: Sendable {
    let store: Store
    let registry = ResourceRegistry()
    let environment: Environment
    let seams: ClusterSeams
    /// The backups that clients took by `/debug/backups`.
    let backups = Mutex<[String: Store.Snapshot]>([:])
    /// Closes the connections of whoever serves this server over a network.
    let onRestart = Mutex<(@Sendable () -> Void)?>(nil)
    /// Whether users may do only what their roles allow.
    let isAuthorizing: Bool
    /// The control planes that inject proxies into pods; nil calls no injector at all.
    let injector: InjectorState?
    /// The OpenAPI documents asked for so far.
    let documents = Mutex<[GroupVersion: (hash: String, bytes: [UInt8])]>([:])
    /// The way to webhooks; nil calls none.
    let webhookCaller: (any WebhookCaller)?
    /// The expressions of admission configurations.
    let expressions = ExpressionCache()
    /// The lines of recent events that several watchers want in the same form.
    let eventLines = EventLines()
    /// What tokens of service accounts are signed with.
    let tokenKey: [UInt8]

    /// Time and chance, as the server was given them.
    struct Environment: Sendable {
        var clock: any Clock<Duration>
        var now: @Sendable () -> Timestamp
        var random: @Sendable (_ below: Int) -> Int
        /// What `/version` says.
        var version: String
    }

    var authorizer: Authorizer { Authorizer(store: store) }

    init(
        environment: Environment, limits: Store.Limits, seams: ClusterSeams, isAuthorizing: Bool = false,
        injector: InjectorState? = nil, webhookCaller: (any WebhookCaller)? = nil
    ) {
        self.webhookCaller = webhookCaller
        self.injector = injector
        self.isAuthorizing = isAuthorizing
        tokenKey = (0..<32).map { _ in UInt8(environment.random(256)) }
        self.environment = environment
        self.seams = seams
        store = Store(limits: limits)
    }

    /// Answers a request.
    func handle(_ request: APIRequest) async -> APIResponse {
        if request.path.hasPrefix("/debug/") { return await answer(request) }
        let incarnation = seams.incarnation
        let attributes = request.attributes
        var record = seams.begin(request, attributes, now: environment.now())
        var response: APIResponse
        if seams.isDown(at: record.arrival) {
            response = .connectionReset
        } else {
            record.fault = await seams.fault(for: request, attributes)
            response = await answer(request, record.fault)
        }
        // Whatever was under way when the server restarted gets no answer.
        if seams.incarnation != incarnation { response = .connectionReset }
        record.status = response.isConnectionReset ? nil : response.status
        record.resourceVersion = store.revision
        seams.end(record)
        return response
    }

    private func answer(_ request: APIRequest, _ fault: RequestFault?) async -> APIResponse {
        switch fault {
        case nil: return await answer(request)
        case .fail(let status): return .failure(status)
        case .timeOutBeforeCommit: return .failure(Self.timedOut)
        case .resetBeforeCommit: return .connectionReset
        case .delay(let duration):
            try? await environment.clock.sleep(for: duration)
            // A client that has gone by then has not been heard.
            return Task.isCancelled ? .connectionReset : await answer(request)
        case .delayAnswer(let duration):
            let response = await answer(request)
            try? await environment.clock.sleep(for: duration)
            return response
        case .timeOutAfterCommit:
            _ = await answer(request)
            return .failure(Self.timedOut)
        case .resetAfterCommit:
            _ = await answer(request)
            return .connectionReset
        }
    }

    private static let timedOut = Status(
        code: 504, reason: .timeout, message: "Timeout: request did not complete within the allotted timeout",
        details: Status.Details())

    private func answer(_ request: APIRequest) async -> APIResponse {
        do {
            var request = request
            request.user = try identify(request)
            try authorize(request)
            return try await route(request)
        } catch {
            return .failure(error)
        }
    }

    private func route(_ request: APIRequest) async throws(Status) -> APIResponse {
        // The words of Go's HTTP server, which such a request does not get past.
        guard String(strictlyDecoding: request.path) != nil else { return .text("400 Bad Request", status: 400) }
        guard !request.path.hasPrefix("//") else { return .pageNotFound }
        let segments = request.path.split(separator: "/").map(String.init)
        switch segments.first {
        case "api" where segments.count <= 2, "apis" where segments.count <= 3:
            return try discovery(request, segments)
        case "api", "apis": return try await resourceRequest(request)
        case "openapi": return try openAPI(request, segments)
        case "version" where segments.count == 1: return .json(versionInfo)
        case "healthz", "livez", "readyz": return health(request, segments)
        case "debug": return try debug(request)
        case nil: return .json(["paths": JSONValue(Self.rootPaths)])
        default: return .pageNotFound
        }
    }

    private static let rootPaths = [
        "/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version",
    ]

    private func resourceRequest(_ request: APIRequest) async throws(Status) -> APIResponse {
        guard let target = RequestTarget(path: request.path) else { throw .unknownResource }
        guard let resource = registry.find(target.groupVersion, target.resource) else {
            // Paths of groups that are not built in fall through to the router's own answer.
            let group = target.groupVersion.group
            guard BuiltInResources.all.contains(where: { $0.type.group == group }) else { return .pageNotFound }
            throw .unknownResource
        }
        if target.namespace != nil, !resource.type.isNamespaced {
            if resource.isCustom { return .pageNotFound }
            throw .unknownResource
        }
        if target.isWatchPath { return try await watchPath(request, target, resource) }
        var context = RequestContext(
            request: request, resource: resource, namespace: target.namespace, name: target.name,
            subresource: target.subresource)
        context.representation = try Representation(request)
        var response = try await dispatch(context)
        if let warning = resource.custom?.deprecationWarning ?? resource.strategy.deprecationWarning {
            response.headers.append(APIRequest.Header("Warning", Self.warning(warning)))
        }
        return response
    }

    private func dispatch(_ context: RequestContext) async throws(Status) -> APIResponse {
        let resource = context.resource
        if resource.type.isNamespaced, context.namespace == nil, context.name != nil { throw .unknownResource }
        if let name = context.subresource {
            guard let subresource = resource.subresource(name) else {
                throw resource.isCustom ? .notFound(resource.type, context.name ?? "") : .unknownResource
            }
            return try await handleSubresource(context, subresource)
        }
        guard context.name == nil || resource.isStored else { throw .unknownResource }
        switch (context.request.method, context.name) {
        case ("GET", nil), ("HEAD", nil):
            try require("list", of: resource)
            return try await list(context)
        case ("GET", _?), ("HEAD", _?):
            if context.request.flag("watch") { return try await watch(context) }
            return try await get(context)
        case ("POST", nil):
            try require("create", of: resource)
            if resource.type.isNamespaced, context.namespace == nil { throw .methodNotAllowed }
            if !resource.isStored { return try await review(context) }
            return try await create(context)
        case ("PUT", _?):
            try require("update", of: resource)
            return try await update(context)
        case ("PATCH", _?):
            try require("patch", of: resource)
            return try await patch(context)
        case ("DELETE", _?):
            try require("delete", of: resource)
            return try await delete(context)
        case ("DELETE", nil):
            try require("deletecollection", of: resource)
            if resource.type.isNamespaced, context.namespace == nil { throw .methodNotAllowed }
            return try await deleteCollection(context)
        default: throw .methodNotAllowed
        }
    }

    private func require(_ verb: String, of resource: ServedResource) throws(Status) {
        guard resource.verbs.contains(verb) else { throw .methodNotAllowed }
    }

    /// The old `/watch/` paths are watches by another name.
    private func watchPath(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource
    ) async throws(Status) -> APIResponse {
        guard request.method == "GET" else { throw .methodNotAllowed }
        var context = RequestContext(
            request: request, resource: resource, namespace: target.namespace, name: target.name)
        context.representation = try Representation(request)
        return try await watch(context)
    }

    // MARK: Small things that many requests need

    var versionInfo: JSONValue {
        let parts = environment.version.split(separator: ".")
        return [
            "major": .string(parts.first.map { $0.trimmed } ?? ""),
            "minor": .string(parts.count > 1 ? String(parts[1]) : ""),
            "gitVersion": .string("v\(environment.version)+boltrope"), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc",
            "platform": "embedded",
        ]
    }

    /// A warning as RFC 9111's predecessor defined its header.
    static func warning(_ text: String) -> String {
        var quoted = ""
        for character in text {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return "299 - \"\(quoted)\""
    }

    private func health(_ request: APIRequest, _ segments: [String]) -> APIResponse {
        let checks = ["ping", "log", "etcd", "informer-sync"]
        if segments.count == 2 { return checks.contains(segments[1]) ? .text("ok") : .pageNotFound }
        guard segments.count == 1 else { return .pageNotFound }
        guard request.query.contains(where: { $0.name == "verbose" }) else { return .text("ok") }
        return .text(checks.map { "[+]\($0) ok\n" }.joined() + "\(segments[0]) check passed\n")
    }
}
