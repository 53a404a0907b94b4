import KubeCore

/// What a mesh is, as last observed.
public struct MeshStatus: SchemaObject {
    /// The generation of the spec that the status speaks of.
    public var observedGeneration: Int64 = 0
    /// The version that the spec resolved to.
    public var version: String?
    /// The name of the active MeshRevision.
    public var activeRevision: String?
    /// How many components are ready, of how many: `5/6`.
    public var ready: String?
    /// The conditions.
    public var conditions = Conditions()
    /// The components, in the order in which they are installed.
    public var components: [ComponentStatus] = []
    /// The control planes.
    public var revisions: [RevisionStatus] = []
    /// Changes that others made.
    public var drift = DriftStatus()
    /// The namespaces that were made for the mesh, which its removal may take away again.
    public var createdNamespaces: [String] = []
    /// The digest of everything that was last applied completely: what differs from it was changed by others.
    public var appliedDigest: String?

    /// Nothing observed yet.
    public init() {}

    /// The status's schema.
    public static let schema = ObjectSchema<MeshStatus>(
        "What the mesh is, as last observed.",
        fields: [
            .field(
                "observedGeneration", \.observedGeneration, .optional,
                "Generation of the spec that this status speaks of."),
            .field("version", \.version, "Version of Istio that the spec resolved to."),
            .field("activeRevision", \.activeRevision, "Name of the MeshRevision that is installed."),
            .field("ready", \.ready, "How many components are ready, of how many that the spec asks for."),
            .field(
                "conditions", \.conditions, .optional,
                "Ready, Reconciling and Stalled as kstatus defines them, then one condition for each concern."),
            .field("components", \.components, .optional, "The components, in the order in which they are installed."),
            .field("revisions", \.revisions, .optional, "The control planes."),
            .field("drift", \.drift, .optional, "Changes that others made to the mesh's objects."),
            .field(
                "createdNamespaces", \.createdNamespaces, .optional,
                "Namespaces that were made for the mesh. Its removal takes away those that are empty by then."),
            .field(
                "appliedDigest", \.appliedDigest,
                "SHA-256 of everything that was last applied completely: what differs from it was changed by others."),
        ])
}

/// One component as last observed.
public struct ComponentStatus: SchemaObject {
    /// How far a component is.
    public enum State: String, SchemaEnumeration {
        /// It waits for another component.
        case pending = "Pending"
        /// It is being brought to what the spec says.
        case progressing = "Progressing"
        /// It is what the spec says, and it runs.
        case ready = "Ready"
        /// It cannot become what the spec says without help.
        case failed = "Failed"
        /// It is being removed.
        case removing = "Removing"
    }

    /// The component: `base`, `pilot`, `gateway/istio-ingressgateway`, `addon/kiali`.
    public var name = ""
    /// Its namespace.
    public var namespace = ""
    /// How far it is.
    public var state = State.pending
    /// The version of what its chart installs.
    public var version: String?
    /// How many objects it consists of.
    public var objects: Int64 = 0
    /// Why it is not ready.
    public var message: String?

    /// A component that nothing is known of.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<ComponentStatus>(
        "One component as last observed.",
        fields: [
            .field("name", \.name, .required, "The component: base, pilot, gateway/NAME, addon/NAME."),
            .field("namespace", \.namespace, .required, "Namespace in which it is installed."),
            .field("state", \.state, .required, "How far it is."),
            .field("version", \.version, "Version of what its chart installs."),
            .field("objects", \.objects, .optional, "How many objects it consists of."),
            .field("message", \.message, "Why it is not ready, and what to do."),
        ])
}

/// One control plane in the mesh's status.
public struct RevisionStatus: SchemaObject {
    /// The name of the MeshRevision.
    public var name = ""
    /// The revision's name; empty for the one without.
    public var revision = ""
    /// Its version.
    public var version = ""
    /// How far it is.
    public var state = RevisionState.installing

    /// A revision that nothing is known of.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<RevisionStatus>(
        "One control plane.",
        fields: [
            .field("name", \.name, .required, "Name of the MeshRevision."),
            .field("revision", \.revision, .optional, "Name of the revision; empty for the one without a name."),
            .field("version", \.version, .required, "Version of Istio."),
            .field("state", \.state, .required, "How far it is."),
        ])
}

/// Changes that others made to a mesh's objects.
public struct DriftStatus: SchemaObject {
    /// One field that differs or is fought over.
    public struct Item: SchemaObject {
        /// The object: `Deployment.apps istio-system/istiod`.
        public var object = ""
        /// A JSON pointer; empty where the whole object is meant.
        public var path = ""
        /// Who wrote it last, if the server says so.
        public var manager: String?
        /// What happened, for people.
        public var message: String?

        /// An item that names nothing.
        public init() {}

        /// The schema.
        public static let schema = ObjectSchema<Item>(
            "One field of one object.",
            fields: [
                .field("object", \.object, .required, "The object, as messages name it."),
                .field("path", \.path, .optional, "JSON pointer of the field; empty for the whole object."),
                .field("manager", \.manager, "Field manager that wrote it last, if the server says so."),
                .field("message", \.message, "What happened, and what to do."),
            ])
    }

    /// Fields that two managers write in turn.
    public var contested: [Item] = []
    /// Fields that differ and are left so, under the policy Report.
    public var differences: [Item] = []

    /// No drift.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<DriftStatus>(
        "Changes that others made to the mesh's objects, at most twenty of each.",
        fields: [
            .field(
                "contested", \.contested, .optional,
                "Fields that another manager keeps writing: stop it, or add them to spec.drift.ignore."),
            .field(
                "differences", \.differences, .optional, "Fields that differ from the spec, under the policy Report."),
        ])
}
