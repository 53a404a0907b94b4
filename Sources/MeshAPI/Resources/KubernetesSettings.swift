import KubeCore

/// What the objects of a component are to have beyond what its chart can be told: IstioOperator's `k8s`. Each field is a
/// strategic merge patch of a rendered object; ``overlays`` come last.
public struct KubernetesSettings: SchemaObject {
    /// `affinity` of the pods.
    public var affinity: JSONObject?
    /// Environment of the main container, merged by name.
    public var env: [EnvironmentVariable]?
    /// What the HorizontalPodAutoscaler's spec is to have.
    public var hpaSpec: JSONObject?
    /// `imagePullPolicy` of the main container.
    public var imagePullPolicy: ImagePullPolicy?
    /// `nodeSelector` of the pods.
    public var nodeSelector: JSONObject?
    /// What the PodDisruptionBudget's spec is to have.
    public var podDisruptionBudget: JSONObject?
    /// Annotations of the pods.
    public var podAnnotations: JSONObject?
    /// `priorityClassName` of the pods.
    public var priorityClassName: String?
    /// `readinessProbe` of the main container.
    public var readinessProbe: JSONObject?
    /// How many pods.
    public var replicaCount: Int64?
    /// `resources` of the main container.
    public var resources: JSONObject?
    /// What the Service's spec is to have.
    public var service: JSONObject?
    /// Annotations of the Service.
    public var serviceAnnotations: JSONObject?
    /// `strategy` of the Deployment.
    public var strategy: JSONObject?
    /// `tolerations` of the pods, in place of the chart's.
    public var tolerations: [Toleration]?
    /// `securityContext` of the pods.
    public var securityContext: JSONObject?
    /// Volumes of the pods, merged by name.
    public var volumes: [JSONObject]?
    /// Mounts of the main container, merged by path.
    public var volumeMounts: [JSONObject]?
    /// Changes of single fields of any object of the component.
    public var overlays: [ObjectOverlay]?

    /// Nothing beyond the chart.
    public init() {}

    /// When an image is fetched.
    public enum ImagePullPolicy: String, SchemaEnumeration {
        /// At every start.
        case always = "Always"
        /// If the node does not have it.
        case ifNotPresent = "IfNotPresent"
        /// Not at all.
        case never = "Never"
    }

    /// The schema.
    public static let schema = ObjectSchema<KubernetesSettings>(
        "Settings of the component's objects beyond what its chart can be told, with the names and the meaning of "
            + "IstioOperator. They are patches of the rendered objects: maps merge, named lists merge by name.",
        fields: [
            .field("affinity", \.affinity, "Affinity of the pods (core/v1 Affinity)."),
            .field("env", \.env, "Environment of the main container; merged by name.", .count(atMost: 256)),
            .field(
                "hpaSpec", \.hpaSpec,
                "What the HorizontalPodAutoscaler is to have (autoscaling/v2). minReplicas and maxReplicas are told to "
                    + "the chart too."),
            .field("imagePullPolicy", \.imagePullPolicy, "When the image of the main container is fetched."),
            .field("nodeSelector", \.nodeSelector, "Labels of the nodes on which the pods may run."),
            .field(
                "podDisruptionBudget", \.podDisruptionBudget,
                "What the PodDisruptionBudget is to have (policy/v1). maxUnavailable takes the chart's minAvailable "
                    + "away."),
            .field("podAnnotations", \.podAnnotations, "Annotations of the pods."),
            .field("priorityClassName", \.priorityClassName, "Priority class of the pods.", .length(0...253)),
            .field("readinessProbe", \.readinessProbe, "Readiness probe of the main container (core/v1 Probe)."),
            .field(
                "replicaCount", \.replicaCount,
                "Number of pods. With an autoscaler, which is the charts' default, set hpaSpec instead."),
            .field("resources", \.resources, "Requests and limits of the main container."),
            .field(
                "service", \.service,
                "What the Service is to have (core/v1 ServiceSpec). The ports of a gateway replace the chart's."),
            .field("serviceAnnotations", \.serviceAnnotations, "Annotations of the Service."),
            .field("strategy", \.strategy, "How the Deployment replaces its pods (apps/v1 DeploymentStrategy)."),
            .field(
                "tolerations", \.tolerations, "Taints that the pods tolerate; in place of the chart's.",
                .count(atMost: 64)),
            .field("securityContext", \.securityContext, "Security context of the pods (core/v1 PodSecurityContext)."),
            .field("volumes", \.volumes, "Volumes of the pods; merged by name.", .count(atMost: 64)),
            .field(
                "volumeMounts", \.volumeMounts, "Mounts of the main container; merged by path.", .count(atMost: 64)),
            .field(
                "overlays", \.overlays,
                "Changes of single fields of any object of the component, in this order, after everything else. One that "
                    + "matches nothing is refused, so that it cannot be without effect unseen.", .count(atMost: 128)),
        ])
}

/// A variable of a container's environment.
public struct EnvironmentVariable: SchemaObject {
    /// The name.
    public var name = ""
    /// The value.
    public var value: String?
    /// Where the value comes from.
    public var valueFrom: JSONObject?

    /// A variable without a name.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<EnvironmentVariable>(
        "A variable of a container's environment (core/v1 EnvVar).",
        fields: [
            .field("name", \.name, .required, "Name of the variable.", .length(1...1024)),
            .field("value", \.value, "Value of the variable; quote numbers."),
            .field("valueFrom", \.valueFrom, "Where the value comes from (core/v1 EnvVarSource)."),
        ])
}

/// A taint that pods tolerate.
public struct Toleration: SchemaObject {
    /// How the taint's value is compared.
    public enum Operator: String, SchemaEnumeration {
        /// Whatever the value.
        case exists = "Exists"
        /// The same value.
        case equal = "Equal"
        /// A lesser number.
        case less = "Lt"
        /// A greater number.
        case greater = "Gt"
    }

    /// What a taint does to pods that do not tolerate it.
    public enum Effect: String, SchemaEnumeration {
        /// New pods are not placed on the node.
        case noSchedule = "NoSchedule"
        /// New pods are placed there only if nowhere else.
        case preferNoSchedule = "PreferNoSchedule"
        /// Running pods are evicted.
        case noExecute = "NoExecute"
    }

    /// The taint's key; nil with ``Operator/exists`` for all.
    public var key: String?
    /// How the value is compared.
    public var comparison: Operator?
    /// The taint's value.
    public var value: String?
    /// The taint's effect; nil for all.
    public var effect: Effect?
    /// For how long a pod stays after a `NoExecute` taint; nil for ever.
    public var tolerationSeconds: Int64?

    /// Tolerates nothing.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<Toleration>(
        "A taint that the pods tolerate (core/v1 Toleration).",
        fields: [
            .field("key", \.key, "Key of the taint; left out with operator Exists it is any.", .length(0...317)),
            .field("operator", \.comparison, "How the value is compared; Equal if left out."),
            .field("value", \.value, "Value of the taint.", .length(0...253)),
            .field("effect", \.effect, "Effect of the taint; left out, any."),
            .field(
                "tolerationSeconds", \.tolerationSeconds,
                "Seconds for which a pod stays after a NoExecute taint; left out, for ever."),
        ])
}

/// Changes of fields of one rendered object.
public struct ObjectOverlay: SchemaObject {
    /// A change of one field.
    public struct Patch: SchemaObject {
        /// Which field.
        public var path = ""
        /// What it becomes; nil and null take it away.
        public var value: JSONValue?

        /// A change of nothing.
        public init() {}

        /// The schema.
        public static let schema = ObjectSchema<Patch>(
            "A change of one field.",
            fields: [
                .field(
                    "path", \.path, .required,
                    "Member names with dots between them (a dot within a name is written \\.). Of a list [name:x] is "
                        + "the first element whose name is x, [3] the fourth, [-1] one after the last, and [:text] "
                        + "the first string that the regular expression text matches.", .length(1...1024)),
                .field(
                    "value", \.value,
                    "What the field becomes; what is not there is made. Left out, the field is taken away."),
            ])
    }

    /// Of which version the object is; nothing is made of it, as in IstioOperator.
    public var apiVersion: String?
    /// The object's kind.
    public var kind = ""
    /// The object's name.
    public var name = ""
    /// The changes, in this order.
    public var patches: [Patch] = []

    /// Changes nothing.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<ObjectOverlay>(
        "Changes of fields of one of the component's objects.",
        fields: [
            .field("apiVersion", \.apiVersion, "API version of the object; kind and name alone choose it."),
            .field("kind", \.kind, .required, "Kind of the object, such as Deployment.", .length(1...63)),
            .field(
                "name", \.name, .required, "Name of the object as rendered, with the revision: istiod-1-30.",
                .length(1...253)),
            .field("patches", \.patches, .required, "The changes, in this order.", .count(atMost: 256)),
        ])
}
