import KubeCore

/// How far a control plane is.
public enum RevisionState: String, SchemaEnumeration {
    /// Its objects are being applied, or it does not run yet.
    case installing = "Installing"
    /// It runs.
    case ready = "Ready"
    /// It cannot run without help.
    case failed = "Failed"
    /// It is being removed.
    case removing = "Removing"
}

/// One control plane as it was installed: written by the operator, for people and for going back.
public struct MeshRevisionSpec: SchemaObject {
    /// A chart that it was rendered from.
    public struct Chart: SchemaObject {
        /// The chart's name.
        public var name = ""
        /// The chart's version.
        public var version = ""
        /// The SHA-256 of its files.
        public var digest = ""
        /// Where it came from; nil for charts that were at hand.
        public var source: String?
        /// The SHA-256 of the archive that it came in.
        public var archiveDigest: String?

        /// A chart that nothing is known of.
        public init() {}

        /// A chart.
        public init(
            name: String, version: String, digest: String, source: String? = nil, archiveDigest: String? = nil
        ) {
            self.name = name
            self.version = version
            self.digest = digest
            self.source = source
            self.archiveDigest = archiveDigest
        }

        /// The schema.
        public static let schema = ObjectSchema<Chart>(
            "A chart that the control plane was rendered from.",
            fields: [
                .field("name", \.name, .required, "Name of the chart."),
                .field("version", \.version, .required, "Version of the chart."),
                .field("digest", \.digest, .required, "SHA-256 of the chart's files."),
                .field(
                    "source", \.source,
                    "Where it came from: the URL of its archive, or oci://…@sha256:… with the digest of its manifest."),
                .field("archiveDigest", \.archiveDigest, "SHA-256 of the archive that it came in."),
            ])
    }

    /// The mesh that it belongs to.
    public var mesh = ""
    /// The revision's name; empty for the one without.
    public var revision = ""
    /// The version of Istio.
    public var version = ""
    /// The namespace of istiod.
    public var namespace = ""
    /// The profile that its values began with.
    public var profile = Profile.default
    /// The charts.
    public var charts: [Chart] = []
    /// The SHA-256 of the values that the charts were rendered with.
    public var valuesDigest = ""

    /// A revision that nothing is known of.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<MeshRevisionSpec>(
        "One control plane as it is installed. The operator writes it: change the Mesh instead.",
        fields: [
            .field("mesh", \.mesh, .required, "Name of the Mesh."),
            .field("revision", \.revision, .optional, "Name of the revision; empty for the one without a name."),
            .field("version", \.version, .required, "Version of Istio."),
            .field("namespace", \.namespace, .required, "Namespace of istiod."),
            .field("profile", \.profile, .required, "Profile that its values began with."),
            .field("charts", \.charts, .optional, "Charts that it was rendered from."),
            .field("valuesDigest", \.valuesDigest, .optional, "SHA-256 of the values that it was rendered with."),
        ])
}

/// A control plane as last observed.
public struct MeshRevisionStatus: SchemaObject {
    /// The generation of the spec that the status speaks of.
    public var observedGeneration: Int64 = 0
    /// How far it is.
    public var state = RevisionState.installing
    /// The conditions.
    public var conditions = Conditions()

    /// Nothing observed yet.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<MeshRevisionStatus>(
        "The control plane as last observed.",
        fields: [
            .field(
                "observedGeneration", \.observedGeneration, .optional,
                "Generation of the spec that this status speaks of."),
            .field("state", \.state, .required, "How far it is."),
            .field("conditions", \.conditions, .optional, "Ready, as kstatus defines it."),
        ])
}

/// A control plane: `MeshRevision` in `boltrope.dev/v1`, owned by its `Mesh`.
public struct MeshRevision: MeshResource {
    /// The object as the server has it.
    public var object: KubeObject
    /// What is installed.
    public var spec: MeshRevisionSpec
    /// What was observed of it.
    public var status: MeshRevisionStatus

    /// A control plane.
    public init(object: KubeObject, spec: MeshRevisionSpec, status: MeshRevisionStatus) {
        self.object = object
        self.spec = spec
        self.status = status
    }

    /// `meshrevisions.boltrope.dev`.
    public static let type = ResourceType(
        group: MeshAPI.group, version: MeshAPI.version, plural: "meshrevisions", kind: "MeshRevision",
        isNamespaced: false)

    /// The name of a mesh's control plane: the mesh's own for the revision without a name, else `MESH.REVISION`, which
    /// no other mesh can have, since names of meshes have no dots.
    public static func name(mesh: String, revision: String) -> String {
        revision.isEmpty ? mesh : "\(mesh).\(revision)"
    }
}
