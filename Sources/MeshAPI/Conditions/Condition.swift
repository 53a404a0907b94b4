import KubeCore

/// One observation of an object's state: `meta/v1` Condition.
public struct Condition: SchemaObject {
    /// Whether the condition holds. Unknown is a value of its own.
    public enum Status: String, SchemaEnumeration {
        /// It holds.
        case `true` = "True"
        /// It does not hold.
        case `false` = "False"
        /// It could not be observed.
        case unknown = "Unknown"

        /// True or false.
        public init(_ value: Bool) { self = value ? .true : .false }
    }

    /// What is observed, in upper camel case.
    public var type = ""
    /// Whether it holds.
    public var status = Status.unknown
    /// Why, as one word for programs.
    public var reason = ""
    /// Why and what to do, for people.
    public var message = ""
    /// The generation of the spec that was observed.
    public var observedGeneration: Int64 = 0
    /// When the status last changed.
    public var lastTransitionTime = Timestamp(seconds: 0)

    /// A condition without a type.
    public init() {}

    /// A condition; its times are set when it is put among others.
    public init(_ type: String, _ status: Status, reason: String, message: String) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
    }

    /// The condition's schema.
    public static let schema = ObjectSchema<Condition>(
        "One observation of the state, as every Kubernetes API writes it.",
        fields: [
            .field("type", \.type, .required, "What is observed.", .length(1...316)),
            .field("status", \.status, .required, "Whether it holds; Unknown where it could not be observed."),
            .field("reason", \.reason, .required, "Why, as one word for programs.", .length(1...1024)),
            .field("message", \.message, .required, "Why and what to do, for people.", .length(0...32768)),
            .field("observedGeneration", \.observedGeneration, .optional, "Generation of the spec that was observed."),
            .field("lastTransitionTime", \.lastTransitionTime, .required, "When the status last changed."),
        ])
}
