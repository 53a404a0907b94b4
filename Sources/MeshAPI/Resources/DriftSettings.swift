import KubeCore

/// What is done about changes that others make to the mesh's objects.
public struct DriftSettings: SchemaObject {
    /// Whether drift is corrected or only told.
    public enum Policy: String, SchemaEnumeration {
        /// Set back to what the spec says.
        case enforce = "Enforce"
        /// Told in status and events, not touched.
        case report = "Report"
    }

    /// Fields that are left alone, wherever they are.
    public struct Ignore: SchemaObject {
        /// The API group; nil means any.
        public var group: String?
        /// The kind; nil means any.
        public var kind: String?
        /// The object's name; nil means any.
        public var name: String?
        /// The object's namespace; nil means any.
        public var namespace: String?
        /// Which fields.
        public var paths: [FieldPointer] = []

        /// A rule that names no field.
        public init() {}

        /// The schema.
        public static let schema = ObjectSchema<Ignore>(
            "Fields that others may write. What is left out of group, kind, name and namespace means any.",
            fields: [
                .field("group", \.group, "API group, such as apps; \"\" is the core group.", .length(0...253)),
                .field("kind", \.kind, "Kind, such as Deployment.", .length(1...63)),
                .field("name", \.name, "Name of the object.", .length(1...253)),
                .field("namespace", \.namespace, "Namespace of the object.", .length(1...63)),
                .field(
                    "paths", \.paths, .required,
                    "JSON pointers (RFC 6901) of the fields, such as /spec/replicas. A segment * stands for every "
                        + "member or element: /webhooks/*/clientConfig/caBundle.",
                    .count(atMost: 64)),
            ])
    }

    /// Whether drift is corrected.
    public var policy = Policy.enforce
    /// What is left alone.
    public var ignore: [Ignore] = []

    /// Drift is corrected everywhere.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<DriftSettings>(
        "What is done about changes that others make to the mesh's objects.",
        fields: [
            .field(
                "policy", \.policy, .defaulted,
                "Enforce: fields that the mesh sets are set back at once; fields that it does not set belong to others. "
                    + "Report: differences are told in status and events and left as they are."),
            .field("ignore", \.ignore, .optional, "Fields that are left alone.", .count(atMost: 64)),
        ])
}
