import KubeCore

/// How objects are asked for.
public enum Representation: Sendable, Hashable {
    /// Whole.
    case whole
    /// Type and metadata only: `meta.k8s.io/v1` PartialObjectMetadata.
    case metadata
    /// As the rows that `kubectl get` prints: `meta.k8s.io/v1` Table.
    case table

    func accept(isList: Bool) -> String {
        switch self {
        case .whole: "application/json"
        case .metadata:
            "application/json;as=PartialObjectMetadata\(isList ? "List" : "");v=v1;g=meta.k8s.io,application/json"
        case .table: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
        }
    }
}

/// How `resourceVersion` of a list or watch is meant.
public enum ResourceVersionMatch: String, Sendable, Hashable {
    /// At least as new.
    case notOlderThan = "NotOlderThan"
    /// Exactly this one.
    case exact = "Exact"
}

/// What to list or watch: `meta/v1` ListOptions.
public struct ListOptions: Sendable, Hashable {
    /// Labels to select by; nil for all.
    public var labelSelector: LabelSelector?
    /// Fields to select by; nil for all.
    public var fieldSelector: FieldSelector?
    /// Nil for the most recent state, `0` for any that the server has at hand.
    public var resourceVersion: String?
    /// How ``resourceVersion`` is meant.
    public var resourceVersionMatch: ResourceVersionMatch?
    /// The most objects to return at once; nil for all.
    public var limit: Int?
    /// Where the previous page of the list ended.
    public var continueToken: String?
    /// After how many seconds the server ends a watch; nil leaves it to the server.
    public var timeoutSeconds: Int?
    /// Asks a watch for bookmarks.
    public var allowWatchBookmarks: Bool
    /// Asks a watch to begin with the present objects, up to a bookmark annotated `k8s.io/initial-events-end`
    /// (KEP-3157).
    public var sendInitialEvents: Bool

    /// Options.
    public init(
        labelSelector: LabelSelector? = nil, fieldSelector: FieldSelector? = nil, resourceVersion: String? = nil,
        resourceVersionMatch: ResourceVersionMatch? = nil, limit: Int? = nil, continueToken: String? = nil,
        timeoutSeconds: Int? = nil, allowWatchBookmarks: Bool = false, sendInitialEvents: Bool = false
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
        self.limit = limit
        self.continueToken = continueToken
        self.timeoutSeconds = timeoutSeconds
        self.allowWatchBookmarks = allowWatchBookmarks
        self.sendInitialEvents = sendInitialEvents
    }

    var query: [(String, String)] {
        var query: [(String, String)] = []
        if let labelSelector { query.append(("labelSelector", labelSelector.description)) }
        if let fieldSelector { query.append(("fieldSelector", fieldSelector.description)) }
        if let resourceVersion { query.append(("resourceVersion", resourceVersion)) }
        if let resourceVersionMatch { query.append(("resourceVersionMatch", resourceVersionMatch.rawValue)) }
        if let limit { query.append(("limit", String(limit))) }
        if let continueToken { query.append(("continue", continueToken)) }
        if let timeoutSeconds { query.append(("timeoutSeconds", String(timeoutSeconds))) }
        if allowWatchBookmarks { query.append(("allowWatchBookmarks", "true")) }
        if sendInitialEvents { query.append(("sendInitialEvents", "true")) }
        return query.filter { !$0.1.isEmpty }
    }
}

/// What the server does about unknown and repeated fields of a body.
public enum FieldValidation: String, Sendable, Hashable {
    /// Refuses the request.
    case strict = "Strict"
    /// Drops them with a warning: the server's default.
    case warn = "Warn"
    /// Drops them.
    case ignore = "Ignore"
}

/// How to write: `meta/v1` CreateOptions, UpdateOptions and PatchOptions.
public struct WriteOptions: Sendable, Hashable {
    /// Goes through everything but the storing.
    public var dryRun: Bool
    /// Under which name the written fields are owned; nil leaves it to the server.
    public var fieldManager: String?
    /// What to do about unknown fields; nil leaves it to the server.
    public var fieldValidation: FieldValidation?

    /// Options.
    public init(dryRun: Bool = false, fieldManager: String? = nil, fieldValidation: FieldValidation? = nil) {
        self.dryRun = dryRun
        self.fieldManager = fieldManager
        self.fieldValidation = fieldValidation
    }

    var query: [(String, String)] {
        var query: [(String, String)] = []
        if dryRun { query.append(("dryRun", "All")) }
        if let fieldManager { query.append(("fieldManager", fieldManager)) }
        if let fieldValidation { query.append(("fieldValidation", fieldValidation.rawValue)) }
        return query
    }
}

/// What happens to an object's dependents.
public enum PropagationPolicy: String, Sendable, Hashable {
    /// They are deleted after it.
    case background = "Background"
    /// They are deleted before it.
    case foreground = "Foreground"
    /// They stay.
    case orphan = "Orphan"
}

/// How to delete: `meta/v1` DeleteOptions.
public struct DeleteOptions: Sendable, Hashable {
    /// What happens to dependents; nil leaves it to the resource.
    public var propagationPolicy: PropagationPolicy?
    /// Deletes only the object of this unique identifier.
    public var uid: String?
    /// Deletes only this version of the object.
    public var resourceVersion: String?
    /// How long the object may take to end; nil leaves it to the resource.
    public var gracePeriodSeconds: Int?
    /// Goes through everything but the deleting.
    public var dryRun: Bool

    /// Options.
    public init(
        propagationPolicy: PropagationPolicy? = nil, uid: String? = nil, resourceVersion: String? = nil,
        gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) {
        self.propagationPolicy = propagationPolicy
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.gracePeriodSeconds = gracePeriodSeconds
        self.dryRun = dryRun
    }

    var body: [UInt8] { value.serializedBytes() }

    var value: JSONValue {
        var body: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        if let propagationPolicy { body["propagationPolicy"] = .string(propagationPolicy.rawValue) }
        if let uid { body.set(.string(uid), at: "preconditions", "uid") }
        if let resourceVersion { body.set(.string(resourceVersion), at: "preconditions", "resourceVersion") }
        if let gracePeriodSeconds { body["gracePeriodSeconds"] = .integer(Int64(gracePeriodSeconds)) }
        if dryRun { body["dryRun"] = ["All"] }
        return body
    }
}
