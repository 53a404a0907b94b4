import KubeCore
import Logging
import Synchronization

/// # EmbeddedCluster
///
/// A Kubernetes API server and, if wanted, its controllers and nodes, in process and in memory.
///
/// - `Server/`     HTTP on loopback over Hummingbird's core; nothing else knows of sockets.
/// - `API/`        requests as values: routing, negotiation, discovery, reads, writes, patches, subresources, errors.
/// - `Watch/`      the sessions of watches: initial events, selections, bookmarks, time-outs.
/// - `Admission/`  who asks and what they may do (RBAC), what must hold for a write (policies, webhooks).
/// - `Seams/`      where tests reach in: observations, faults, views of the past, restarts, backups.
/// - `Resources/`  what is served, the hooks for single kinds, and the access that controllers inside the server have.
/// - `Kinds/`      the strategies of the built-in kinds: defaults, validation, allocation, warnings, table columns.
/// - `Protobuf/`   bodies in the wire format that clients of built-in kinds may send.
/// - `Storage/`    objects under one version counter, events of the recent past, the history of writes.
/// - `Schemas/`, `FieldManagement/`, `CustomResources/`, `Expressions/`  pure functions on objects.
/// - `Controllers/` the simulated node side, garbage collection and namespaces.
///
/// ```swift
/// let cluster = EmbeddedCluster()
/// let answer = await cluster.handle(APIRequest(method: "GET", target: "/api/v1/namespaces"))
/// try await cluster.serve(port: 0)  // until cancelled
/// ```
public final class EmbeddedCluster: Sendable {
    /// How a cluster is set up.
    public struct Options: Sendable {
        /// Which controllers run beside the API server.
        public enum Controllers: String, Sendable, CaseIterable {
            /// None, as with a bare kube-apiserver.
            case none
            /// Namespaces and garbage collection.
            case core
            /// And workloads, nodes, endpoints and autoscaling.
            case simulated
        }

        /// Which controllers run; the default is none.
        public var controllers = Controllers.none
        /// How many nodes are simulated; the default is three.
        public var nodes = 3
        /// What time-outs, delays and controllers wait on; the default is the continuous clock.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// The wall clock, for timestamps; the default is the system's.
        public var now: @Sendable () -> Timestamp = SystemTime.now
        /// A source of chance: a number from 0 up to, not including, its argument. The default is the system's.
        public var random: @Sendable (_ below: Int) -> Int = { Int.random(in: 0..<$0) }
        /// The Kubernetes version that the server says it is.
        public var kubernetesVersion = "1.36.0"
        /// How many events are kept for watches and old lists; older ones are answered with 410. Default 20,000.
        public var eventLimit = 20_000
        /// How many events a watcher may lag behind before it is ended. Default 20,000.
        public var watcherBacklog = 20_000
        /// How many bytes of objects a watcher may lag behind before it is ended. Default 256 MiB; what waits is shared
        /// by all watchers, and with the events that are kept.
        public var watcherBacklogBytes = 256 << 20
        /// Whether users may do only what their roles allow, and unknown tokens are refused; the default is that
        /// everybody may do everything. Requests without credentials are the administrator's in any case.
        public var authorizes = false
        /// The way to admission webhooks; the default is none, and then none is called.
        public var webhookCaller: (any WebhookCaller)?
        /// What happens to requests before they are handled; the default lets them pass.
        public var hooks = RequestHooks.none
        /// What happens to the events of watches before they are sent; the default lets them pass.
        public var eventHooks = EventHooks.none
        /// Where the server logs.
        public var logger = Logger(label: "embedded-cluster")

        /// The defaults.
        public init() {}
    }

    private let options: Options
    let server: APIServer
    private let injector = InjectorState()
    private let boundPort = Mutex<Int?>(nil)

    /// A cluster with the namespaces that every cluster has.
    public init(options: Options = Options()) {
        self.options = options
        var limits = Store.Limits()
        limits.events = options.eventLimit
        limits.watcherBacklog.events = options.watcherBacklog
        limits.watcherBacklog.bytes = options.watcherBacklogBytes
        server = APIServer(
            environment: APIServer.Environment(
                clock: options.clock, now: options.now, random: options.random, version: options.kubernetesVersion),
            limits: limits,
            seams: ClusterSeams(
                requestHooks: options.hooks, eventHooks: options.eventHooks, random: options.random),
            isAuthorizing: options.authorizes,
            injector: options.controllers == .simulated ? injector : nil, webhookCaller: options.webhookCaller)
        server.bootstrap()
    }

    /// Answers a request, in process.
    public func handle(_ request: APIRequest) async -> APIResponse {
        await server.handle(request)
    }

    /// Access for code inside the process that acts as a controller.
    ///
    /// - Parameter userAgent: under which name it writes, such as `deployment-controller`.
    package func access(userAgent: String) -> any ClusterAccess {
        InProcessAccess(server: server, userAgent: userAgent)
    }

    /// Runs the controllers until the task is cancelled, for clusters that are used in process only; ``serve`` does it
    /// by itself.
    ///
    /// - Throws: if the cluster cannot be read at the start.
    public func runControllers() async throws {
        guard let set = ControllerSet(rawValue: options.controllers.rawValue), set != .none else { return }
        var settings = SimulationSettings()
        settings.nodes = options.nodes
        let (random, logger) = (options.random, options.logger)
        // Going back to a backup ends the stream that controllers follow: what they remember is of a time that never was.
        while !Task.isCancelled {
            let controllers = SimulatedControllers(
                set, access: { self.access(userAgent: $0) }, settings: settings, injector: injector,
                clock: options.clock, now: options.now, random: { UInt64(random(Int.max)) },
                onFailure: { request, failure in
                    logger.debug(
                        "a controller tries again", metadata: ["request": "\(request)", "failure": "\(failure)"])
                })
            try await controllers.run()
        }
    }

    /// Serves on `127.0.0.1`, with the controllers of the options, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - port: the port; 0 picks a free one.
    ///   - onListening: called with the address, such as `http://127.0.0.1:6443`, once connections are accepted.
    /// - Throws: if the port cannot be had.
    public func serve(port: Int, onListening: @escaping @Sendable (String) -> Void = { _ in }) async throws {
        let server = server
        let http = HTTPServer(port: port, logger: options.logger) { [self] port in
            boundPort.withLock { $0 = port }
            onListening("http://127.0.0.1:\(port)")
        } handle: { request in
            await server.handle(request)
        }
        server.onRestart.withLock { $0 = { http.closeConnections() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await http.run() }
            group.addTask { try await self.runControllers() }
            // The controllers may have nothing to do; the server ends by failing, which ends them too, or by cancellation.
            while try await group.next() != nil {}
        }
    }

    /// Where the cluster is served, such as `http://127.0.0.1:6443`; nil before it is.
    public var address: String? { boundPort.withLock { $0 }.map { "http://127.0.0.1:\($0)" } }

    /// A kubeconfig for the cluster; nil before it is served.
    public var kubeconfig: String? { kubeconfig(user: [:]) }

    /// A kubeconfig whose bearer acts as somebody else, by impersonation; nil before the cluster is served.
    ///
    /// Clients send no tokens without TLS, but impersonation headers they do, and the server's loopback clients may
    /// impersonate anybody.
    ///
    /// - Parameters:
    ///   - user: the user, such as `jane` or `system:serviceaccount:NAMESPACE:NAME`, whose groups are known.
    ///   - groups: the user's groups.
    public func kubeconfig(impersonating user: String, groups: [String] = []) -> String? {
        var settings: JSONObject = ["as": .string(user)]
        if !groups.isEmpty { settings["as-groups"] = JSONValue(groups) }
        return kubeconfig(user: settings)
    }

    private func kubeconfig(user: JSONObject) -> String? {
        address.map { address in
            """
            apiVersion: v1
            kind: Config
            clusters:
            - name: boltrope
              cluster: {server: "\(address)"}
            contexts:
            - name: boltrope
              context: {cluster: boltrope, user: boltrope}
            current-context: boltrope
            users:
            - name: boltrope
              user: \(JSONValue.object(user).serialized())

            """
        }
    }

    /// The version of the last write.
    public var resourceVersion: UInt64 { server.store.revision }

    /// How many watches of clients there are.
    package var watcherCount: Int { server.store.watcherCount }

    /// The writes so far, oldest first, with the user agents that made them.
    public var history: [WriteRecord] { server.store.history }
}
