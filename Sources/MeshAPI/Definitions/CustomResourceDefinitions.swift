import KubeCore

/// A column of `kubectl get`.
struct PrinterColumn: Sendable {
    var name: String
    var type = "string"
    var path: String
    var description: String
    /// 0 is always shown, above that only with `-o wide`.
    var priority: Int64 = 0

    var value: JSONValue {
        var column: JSONObject = ["name": .string(name), "type": .string(type)]
        if priority > 0 { column["priority"] = .integer(priority) }
        column["description"] = .string(description)
        column["jsonPath"] = .string(path)
        return .object(column)
    }

    static let age = PrinterColumn(
        name: "Age", type: "date", path: ".metadata.creationTimestamp", description: "Time since it was created.")
}

/// The CustomResourceDefinitions of `boltrope.dev`, derived from the types.
public enum CustomResourceDefinitions {
    /// The definitions, in the order in which they are printed.
    public static var all: [KubeObject] { [mesh, meshRevision] }

    /// The definitions as a stream of YAML documents: what `boltrope crds` prints.
    public static func yaml() -> String { all.map { "---\n" + yaml(of: $0) }.joined() }

    /// The files of the folder `CRDs`, by name.
    public static func files() -> [(name: String, content: String)] {
        all.map { definition in
            (
                name: "\(MeshAPI.group)_\(definition["spec"]?["names"]?["plural"]?.stringValue ?? "").yaml",
                content: "---\n" + yaml(of: definition)
            )
        }
    }

    private static func yaml(of definition: KubeObject) -> String { YAML.text(of: definition.value) }

    /// `meshes.boltrope.dev`.
    public static var mesh: KubeObject {
        definition(
            of: Mesh.self, description: "A mesh: Istio as this resource declares it, kept that way.",
            shortNames: ["msh"],
            columns: [
                PrinterColumn(name: "Profile", path: ".spec.profile", description: "Profile of the spec."),
                PrinterColumn(name: "Version", path: ".status.version", description: "Version of Istio."),
                PrinterColumn(
                    name: "Ready", path: #".status.conditions[?(@.type=="Ready")].status"#,
                    description: "Whether everything that the spec asks for is there and runs."),
                PrinterColumn(
                    name: "Status", path: #".status.conditions[?(@.type=="Ready")].reason"#, description: "Why."),
                PrinterColumn(
                    name: "Components", path: ".status.ready", description: "Ready components, of how many."),
                PrinterColumn(
                    name: "Namespace", path: ".spec.namespace", description: "Namespace of the control plane.",
                    priority: 1),
                PrinterColumn(
                    name: "Revision", path: ".status.activeRevision", description: "Installed MeshRevision.",
                    priority: 1),
                PrinterColumn(
                    name: "Drift", path: #".status.conditions[?(@.type=="DriftContested")].status"#,
                    description: "Whether another manager fights over fields.", priority: 1),
                PrinterColumn(
                    name: "Message", path: #".status.conditions[?(@.type=="Ready")].message"#,
                    description: "What is missing, and what to do.", priority: 1),
                .age,
            ])
    }

    /// `meshrevisions.boltrope.dev`.
    public static var meshRevision: KubeObject {
        definition(
            of: MeshRevision.self, description: "One control plane of a mesh, as it is installed.",
            shortNames: ["meshrev"],
            columns: [
                PrinterColumn(name: "Mesh", path: ".spec.mesh", description: "Mesh that it belongs to."),
                PrinterColumn(name: "Version", path: ".spec.version", description: "Version of Istio."),
                PrinterColumn(name: "Revision", path: ".spec.revision", description: "Name of the revision."),
                PrinterColumn(name: "State", path: ".status.state", description: "How far it is."),
                PrinterColumn(
                    name: "Namespace", path: ".spec.namespace", description: "Namespace of istiod.", priority: 1),
                PrinterColumn(
                    name: "Values", path: ".spec.valuesDigest", description: "SHA-256 of its values.", priority: 1),
                .age,
            ])
    }

    private static func definition<Resource: MeshResource>(
        of resource: Resource.Type, description: String, shortNames: [String],
        columns: [PrinterColumn]
    ) -> KubeObject {
        let type = Resource.type
        let properties: JSONObject = [
            "apiVersion": ["type": "string", "description": "Version of the schema of this object."],
            "kind": ["type": "string", "description": "Type of this object."],
            "metadata": ["type": "object"],
            "spec": .object(Resource.Spec.openAPI),
            "status": .object(Resource.Status.openAPI),
        ]
        let root: JSONObject = [
            "description": .string(description), "type": "object", "required": ["spec"],
            "properties": .object(properties),
        ]
        let schema = root.adding(Resource.nameConstraints)
        var definition = KubeObject(
            type: .customResourceDefinitions, name: type.qualifiedName)
        definition["spec"] = [
            "group": .string(type.group),
            "scope": "Cluster",
            "names": [
                "kind": .string(type.kind), "listKind": .string(type.kind + "List"), "plural": .string(type.plural),
                "singular": .string(type.kind.lowercased()), "shortNames": JSONValue(shortNames),
                "categories": ["boltrope"],
            ],
            "versions": [
                [
                    "name": .string(type.version), "served": true, "storage": true,
                    "subresources": ["status": .object([:])],
                    "additionalPrinterColumns": .array(columns.map(\.value)),
                    "schema": ["openAPIV3Schema": .object(schema)],
                ]
            ],
        ]
        return definition
    }
}
