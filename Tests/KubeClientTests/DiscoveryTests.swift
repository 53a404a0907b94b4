import HTTPTransport
import KubeCore
import Testing

@testable import KubeClient

@Suite("Discovery")
struct DiscoveryTests {
    static func aggregatedResource(
        _ plural: String, _ kind: String, group: String, version: String, scope: String = "Namespaced",
        short: [String] = []
    ) -> JSONValue {
        [
            "resource": .string(plural), "singularResource": .string(kind.lowercased()), "scope": .string(scope),
            "responseKind": ["group": .string(group), "version": .string(version), "kind": .string(kind)],
            "verbs": ["get", "list"], "shortNames": JSONValue(short), "categories": ["all"],
            "subresources": [["subresource": "status"]],
        ]
    }

    static func group(_ name: String, _ versions: [JSONValue]) -> JSONValue {
        ["metadata": ["name": .string(name)], "versions": .array(versions)]
    }

    static let core: JSONValue = [
        "kind": "APIGroupDiscoveryList",
        "items": [
            group(
                "",
                [
                    [
                        "version": "v1", "freshness": "Current",
                        "resources": [
                            aggregatedResource("pods", "Pod", group: "", version: "v1", short: ["po"]),
                            aggregatedResource("events", "Event", group: "", version: "v1", short: ["ev"]),
                            ["resource": "bare", "subresources": [["subresource": "x"]]],
                        ],
                    ]
                ])
        ],
    ]

    static let groups: JSONValue = [
        "kind": "APIGroupDiscoveryList",
        "items": [
            group(
                "apps",
                [
                    [
                        "version": "v1",
                        "resources": [
                            aggregatedResource(
                                "deployments", "Deployment", group: "apps", version: "v1", short: ["deploy"])
                        ],
                    ]
                ]),
            group(
                "events.k8s.io",
                [
                    [
                        "version": "v1",
                        "resources": [
                            aggregatedResource("events", "Event", group: "events.k8s.io", version: "v1", short: ["ev"])
                        ],
                    ]
                ]),
            group(
                "autoscaling",
                [
                    [
                        "version": "v2",
                        "resources": [aggregatedResource("scalers", "Scaler", group: "autoscaling", version: "v2")],
                    ],
                    [
                        "version": "v1",
                        "resources": [aggregatedResource("scalers", "Scaler", group: "autoscaling", version: "v1")],
                    ],
                ]),
            group("metrics.k8s.io", [["version": "v1beta1", "freshness": "Stale"]]),
        ],
    ]

    static func aggregatedServer() -> ScriptedServer {
        ScriptedServer { request, _ in .json(200, request.url.hasSuffix("/api") ? core : groups) }
    }

    @Test("Aggregated discovery takes two requests")
    func aggregated() async throws {
        let server = Self.aggregatedServer()
        let found = try await KubeClient(server).discover()
        #expect(server.seen.count == 2)
        #expect(
            server.seen[0].headers["Accept"]?.contains("g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList") == true)
        #expect(
            found.resources.map(\.type.qualifiedName) == [
                "pods", "events", "deployments.apps", "events.events.k8s.io", "scalers.autoscaling",
                "scalers.autoscaling",
            ])
        #expect(
            found.resources[2]
                == DiscoveredResource(
                    type: .deployments, singular: "deployment", shortNames: ["deploy"], categories: ["all"],
                    verbs: ["get", "list"], subresources: ["status"]))
        #expect(found.failures.keys.map(\.apiVersion) == ["metrics.k8s.io/v1beta1"])
    }

    @Test("An older server is asked group by group, and a broken group breaks no other")
    func legacy() async throws {
        let server = ScriptedServer { request, _ in
            switch request.url.replacing("https://server:6443/prefix", with: "") {
            case "/api": .json(200, ["kind": "APIVersions", "versions": ["v1"]])
            case "/apis":
                .json(
                    200,
                    [
                        "kind": "APIGroupList",
                        "groups": [
                            [
                                "name": "apps", "preferredVersion": ["groupVersion": "apps/v1"],
                                "versions": [["groupVersion": "apps/v1beta1"], ["groupVersion": "apps/v1"]],
                            ],
                            ["name": "metrics.k8s.io", "versions": [["groupVersion": "metrics.k8s.io/v1"]]],
                        ],
                    ])
            case "/api/v1":
                .json(
                    200,
                    [
                        "kind": "APIResourceList",
                        "resources": [
                            [
                                "name": "pods", "singularName": "pod", "namespaced": true, "kind": "Pod",
                                "verbs": ["get"], "shortNames": ["po"],
                            ],
                            ["name": "pods/status", "namespaced": true, "kind": "Pod", "verbs": ["get"]],
                        ],
                    ])
            case "/apis/apps/v1", "/apis/apps/v1beta1":
                .json(200, ["resources": [["name": "deployments", "namespaced": true, "kind": "Deployment"]]])
            default: .text(503, "down")
            }
        }
        let found = try await KubeClient(server).discover()
        #expect(
            found.resources.map(\.type.groupVersionResource.description) == [
                "v1, Resource=pods", "apps/v1, Resource=deployments", "apps/v1beta1, Resource=deployments",
            ])
        #expect(found.resources[0].subresources == ["status"])
        #expect(found.resources[0].type == .pods)
        #expect(found.failures.keys.map(\.apiVersion) == ["metrics.k8s.io/v1"])
    }

    @Test(
        "People name resources in many ways",
        arguments: [
            ("pods", "pods"), ("Pod", "pods"), ("po", "pods"), ("deploy", "deployments.apps"),
            ("deployments.apps", "deployments.apps"), ("deployments.v1.apps", "deployments.apps"), ("ev", "events"),
            ("events.events.k8s.io", "events.events.k8s.io"), ("deployment.v2.apps", nil), ("nothing", nil),
        ])
    func names(text: String, expected: String?) async throws {
        let mapper = ResourceMapper(client: KubeClient(Self.aggregatedServer()))
        if let expected {
            #expect(try await mapper.type(named: text).qualifiedName == expected)
        } else {
            #expect(await failure { _ = try await mapper.type(named: text) }?.isNoMatch == true)
        }
    }

    @Test("A kind is found in its version, or in the preferred one")
    func kinds() async throws {
        let server = Self.aggregatedServer()
        let mapper = ResourceMapper(client: KubeClient(server))
        #expect(
            try await mapper.type(for: GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scaler")).version
                == "v1")
        #expect(try await mapper.type(for: GroupKind(group: "autoscaling", kind: "Scaler")).version == "v2")
        #expect(try await mapper.type(of: KubeObject(type: .deployments, name: "a")) == .deployments)
        #expect(server.seen.count == 2, "one discovery serves all")
    }

    @Test("What is unknown is looked for again, but not more often than the interval")
    func refresh() async throws {
        let clock = SkippingClock()
        let server = Self.aggregatedServer()
        let mapper = ResourceMapper(client: KubeClient(server), minimumInterval: .seconds(10), clock: clock)
        let unknown = GroupVersionKind(group: "new", version: "v1", kind: "New")
        for (advance, requests) in [(0, 2), (9, 2), (1, 4), (5, 4)] {
            clock.advance(by: .seconds(advance))
            #expect(await failure { _ = try await mapper.type(for: unknown) }?.isNoMatch == true)
            #expect(server.seen.count == requests)
        }
        mapper.invalidate()
        _ = try await mapper.resources()
        #expect(server.seen.count == 6)
    }

    @Test("A kind of a group whose server is down is unknown, not absent")
    func unknown() async throws {
        let mapper = ResourceMapper(client: KubeClient(Self.aggregatedServer()))
        let error = await failure {
            _ = try await mapper.type(
                for: GroupVersionKind(group: "metrics.k8s.io", version: "v1beta1", kind: "PodMetrics"))
        }
        #expect(error?.isNoMatch == false)
        #expect(error?.isTransient == true)
    }
}
