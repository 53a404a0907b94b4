import KubeCore
import MeshAPI

@testable import MeshOperator

/// An object from its members.
func object(
    _ kind: String, _ name: String, namespace: String? = nil, apiVersion: String = "v1", _ members: JSONObject = [:]
) -> KubeObject {
    var metadata: JSONObject = ["name": .string(name)]
    if let namespace { metadata["namespace"] = .string(namespace) }
    var json: JSONObject = [
        "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": .object(metadata),
    ]
    for (key, value) in members { json[key] = value }
    return KubeObject(json)
}

/// A chart of which nothing but its name and version matters.
func chart(_ name: String, _ version: String = "1.30.3", appVersion: String? = nil) -> ChartDescription {
    ChartDescription(name: name, version: version, appVersion: appVersion ?? version, digest: "digest of \(name)")
}

/// A catalogue with every chart in one version.
let catalogue = ChartCatalogue(
    source: "embedded",
    charts: ["base", "istiod", "cni", "ztunnel", "gateway"].map { chart($0) }
        + [
            chart("prometheus", "1.0.0", appVersion: "v3.10.0"), chart("grafana", "1.0.0", appVersion: "12.0.1"),
            chart("kiali", "1.0.0", appVersion: "v2.26.0"), chart("jaeger", "1.0.0", appVersion: "2.14.0"),
        ])

/// A spec from JSON.
func spec(_ json: JSONValue) throws -> MeshSpec {
    try Mesh(object("Mesh", "default", apiVersion: "boltrope.dev/v1", ["spec": json])).spec
}

/// Prepares objects as those of one component of the mesh `default`.
func desired(
    _ objects: [KubeObject], of identity: ComponentIdentity, autoscaled: Set<ObjectIdentity> = []
) throws -> [DesiredObject] {
    let component = ResolvedComponent(
        identity: identity, chart: chart("chart"), release: "release", namespace: "istio-system", values: [:])
    return try Preparation(mesh: "default", applySet: "applyset-x-v1") { KnownResources.type(for: $0) }
        .prepare(objects, of: component, autoscaled: autoscaled)
}

/// What a server makes of an applied object: with a uid, a version, and ready if it is a workload.
func stored(_ desired: DesiredObject, version: Int = 1, isReady: Bool = true) -> KubeObject {
    var object = desired.object
    object.uid = "uid-\(desired.identity)"
    object.resourceVersion = String(version)
    object.set(1, at: "metadata", "generation")
    switch desired.identity.groupKind.kind {
    case "Deployment":
        object["status"] = [
            "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1,
            "availableReplicas": .integer(isReady ? 1 : 0), "readyReplicas": .integer(isReady ? 1 : 0),
        ]
    case "CustomResourceDefinition":
        object["status"] = [
            "conditions": [["type": "Established", "status": .string(isReady ? "True" : "False")]]
        ]
    default: break
    }
    return object
}
