import KubeCore
import KubeRuntimeTesting

/// A resource that the tests' controllers reconcile: a page with a name in a registry outside its namespace.
enum Site {
    static let type = ResourceType(
        group: "example.dev", version: "v1", plural: "sites", kind: "Site", isNamespaced: true)
    static let finalizer = "example.dev/record"
    static let label = "example.dev/site"
    static let published = "example.dev/published"
    /// The namespace of the records, which nothing owns.
    static let registry = "registry"

    static let definition = object(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", "sites.example.dev",
        [
            "spec": [
                "group": "example.dev", "scope": "Namespaced",
                "names": ["kind": "Site", "plural": "sites", "singular": "site", "listKind": "SiteList"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true, "subresources": ["status": .object([:])],
                        "schema": [
                            "openAPIV3Schema": [
                                "type": "object",
                                "properties": [
                                    "spec": ["type": "object", "properties": ["text": ["type": "string"]]],
                                    "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                                ],
                            ]
                        ],
                    ]
                ],
            ]
        ])

    static func object(
        _ apiVersion: String, _ kind: String, _ name: String, namespace: String? = nil, _ members: JSONObject = [:]
    ) -> KubeObject {
        var metadata: JSONObject = ["name": .string(name)]
        if let namespace { metadata["namespace"] = .string(namespace) }
        var json: JSONObject = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": .object(metadata),
        ]
        for (key, value) in members { json[key] = value }
        return KubeObject(json)
    }

    static func new(_ name: String, text: String) -> KubeObject {
        object("example.dev/v1", "Site", name, namespace: "default", ["spec": ["text": .string(text)]])
    }

    static func isReady(_ site: KubeObject) -> Bool {
        (site["status"]?["conditions"]?.arrayValue ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
            && site["status"]?["observedGeneration"]?.integerValue == site.generation
    }

    static func text(_ site: KubeObject) -> String { site["spec"]?["text"]?.stringValue ?? "" }
}

extension ControllerScenario {
    /// A site that is made, changed, damaged, deleted and made again, under a controller with or without a mistake.
    static func sites(_ mistake: Mistake? = nil, isLed: Bool = false) -> ControllerScenario {
        let change: @Sendable (ScenarioUser, String) async throws -> Void = { user, text in
            _ = try await user.client.patch(
                Site.type, namespace: "default", name: "home", .merge(["spec": ["text": .string(text)]]))
        }
        var scenario = ControllerScenario(
            isLed ? "led-sites" : "sites",
            steps: [
                ScenarioStep("make") { _ = try await $0.client.create(Site.type, Site.new("home", text: "one")) },
                ScenarioStep("change twice") { user in
                    try await change(user, "two")
                    try await user.clock.sleep(for: .seconds(2))
                    try await change(user, "three")
                },
                ScenarioStep("damage") {
                    try await $0.client.delete(.configMaps, namespace: "default", name: "home-page")
                },
                ScenarioStep("delete") { try await $0.client.delete(Site.type, namespace: "default", name: "home") },
                ScenarioStep("make again") {
                    _ = try await $0.client.create(Site.type, Site.new("home", text: "three"))
                },
            ],
            controller: SiteController.body(mistake, isLed: isLed))
        scenario.objects = [Site.definition, Site.object("v1", "Namespace", Site.registry)]
        scenario.invariants = [.readySitesHaveTheirPage]
        // A backup from between the two changes has lost the second, and nobody makes it again. And renewals of a lease
        // soon give out the versions again that a restored server has forgotten, after which no watcher can tell that
        // anything was lost: etcd is to be restored with `--bump-revision`.
        scenario.excludedFaults = [.serverRestore]
        if isLed { scenario.lease = ObjectKey(namespace: "default", name: "sites") }
        return scenario
    }
}

extension Invariant {
    static let readySitesHaveTheirPage = Invariant("a site that is Ready has had a page of its own") { cluster in
        for site in cluster.objects(Site.type) where Site.isReady(site) {
            // What somebody deletes is missing for a moment, but what is there is the site's own, and shows its text.
            let name = "\(site.name)-page"
            guard let page = cluster.object(.configMaps, namespace: site.namespace, name: name) else {
                if site.generation == 1 { return site.name }
                continue
            }
            if !page.ownerReferences.contains(where: { $0.uid == site.uid }) { return site.name }
            if page["data"]?["index.html"]?.stringValue != Site.text(site) { return site.name }
        }
        return nil
    }
}
