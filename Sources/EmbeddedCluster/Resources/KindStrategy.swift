import KubeCore

/// What is particular to one kind: the hooks around its storage that the API server calls.
///
/// Everything has a default that suits a kind with `spec`, an optional `status` and no rules of its own, so a strategy
/// says only what differs. Strategies are values without state. They see objects in their storage version; the object
/// metadata common to all kinds (names, labels, owner references…) is looked after by the server.
///
/// Order of a create: decode → ``applyDefaults(_:)`` → managed fields → admission → ``prepareForCreate(_:_:)`` →
/// ``validate(_:old:subresource:_:)`` → store. Of an update: decode → ``applyDefaults(_:)`` → managed fields →
/// admission → ``prepareForUpdate(_:old:subresource:_:)`` → generation → validate → store.
package protocol KindStrategy: Sendable {
    /// Fills what the client left out. Idempotent; called on what clients send, not on `status` updates' specs.
    func applyDefaults(_ object: inout KubeObject)

    /// Readies a new object for storage: drops what clients may not set, fills what the server decides.
    ///
    /// The server has removed `status` already if the kind ``hasStatus``.
    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status)

    /// Readies a changed object for storage: carries over what clients may not change.
    ///
    /// The server has done it for `status` against the rest: an update of the object keeps the old status, one of the
    /// subresource `status` keeps everything else but `status` (and, of the metadata, managed fields).
    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status)

    /// The faults of an object; on updates (`old` is not nil) also those of the change.
    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError]

    /// Warnings for the client: deprecated or suspicious fields. Each becomes one `Warning` header.
    func warnings(_ object: KubeObject, old: KubeObject?) -> [String]

    /// How the kind's names are validated.
    var nameRule: NameRule { get }
    /// Whether a PUT of an object that is not there makes it.
    var createsOnUpdate: Bool { get }
    /// Whether a PUT without a resource version overwrites.
    var allowsUnconditionalUpdate: Bool { get }
    /// Whether `status` belongs to the subresource of this name only.
    var hasStatus: Bool { get }
    /// Members of the object that count as its specification: a change of any of them raises `metadata.generation`.
    /// Nil for kinds without generations; the default counts `spec` where the kind has a status.
    var generationMembers: [String]? { get }
    /// What a deletion does with dependents if the client does not say.
    var defaultPropagation: DeleteOptions.PropagationPolicy { get }
    /// The warning that goes with a deletion that orphans dependents because nobody said otherwise.
    var orphanWarning: String? { get }
    /// Whether a deletion answers with the object instead of a bare success.
    var returnsDeletedObject: Bool { get }
    /// Whether a new object keeps the status that it comes with.
    var keepsStatusOnCreate: Bool { get }
    /// The warning that goes with every answer, if the version is deprecated as a whole.
    var deprecationWarning: String? { get }
    /// Whether deletions give the object time to end, and are recorded in it even if there is none.
    var endsGracefully: Bool { get }
    /// How long a deleted object may take to end, in seconds; 0 (the default) removes it at once.
    func gracePeriod(of object: KubeObject, _ requested: Int64?) -> Int64

    /// Changes an object whose deletion is asked for, before it is seen whether something holds it.
    func prepareForDeletion(_ object: inout KubeObject, now: Timestamp)
    /// Whether a deletion is recorded with its grace period and a new generation, as it is for most kinds.
    var recordsGracePeriod: Bool { get }
    /// Whether a deleted object must stay for now; the default is that finalizers hold it.
    func isHeld(_ object: KubeObject) -> Bool
    /// Changes an object when its deletion is asked for and something holds it.
    func markDeleted(_ object: inout KubeObject)

    /// The columns of the kind's tables, the name first.
    var columns: [TableColumn] { get }
    /// The cells of an object's row, one for each of ``columns``.
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue]
    /// What an object's row is marked with (`meta/v1` TableRowCondition), such as that a pod has completed.
    func rowConditions(of object: KubeObject) -> [JSONValue]
    /// Annotations that stand for fields in this version and are no metadata to the server: views of the metadata
    /// alone leave them out.
    var fieldAnnotations: [String] { get }

    /// The field labels, beyond `metadata.name` and `metadata.namespace`, that field selectors may name.
    var selectableFields: [String] { get }
    /// The value of a selectable field; the default reads the path of that name, missing values being empty.
    func selectableField(_ label: String, of object: KubeObject) -> String
}

/// What a strategy may know of the request and the cluster around it.
package struct WriteContext: Sendable {
    /// The wall clock at the time of the request.
    package var now: Timestamp
    /// The plural of the resource and, where one is written, the subresource.
    package var type: ResourceType
    /// Whether the write will not be stored.
    package var isDryRun: Bool
    /// A read of the cluster as it is: for references, and for addresses and ports that must be unique.
    package var objects: @Sendable (ResourceType, _ namespace: String?) -> [KubeObject]
    /// A source of chance.
    package var random: @Sendable (_ below: Int) -> Int

    /// A context.
    package init(
        now: Timestamp, type: ResourceType, isDryRun: Bool,
        objects: @escaping @Sendable (ResourceType, String?) -> [KubeObject],
        random: @escaping @Sendable (Int) -> Int
    ) {
        self.now = now
        self.type = type
        self.isDryRun = isDryRun
        self.objects = objects
        self.random = random
    }
}

/// How names of a kind are validated.
package enum NameRule: Sendable {
    /// RFC 1123 subdomain: the default.
    case subdomain
    /// RFC 1123 label, such as namespaces.
    case label
    /// RFC 1035 label: services.
    case serviceLabel
    /// Any text that is one path segment: roles and their bindings.
    case pathSegment
}

/// A column of a table: `meta/v1` TableColumnDefinition.
package struct TableColumn: Sendable, Hashable {
    /// The heading.
    package var name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    package var type: String
    /// `name` for the object's name; else empty.
    package var format: String
    /// What the column shows.
    package var description: String
    /// 0 shows it always, more only in wide output.
    package var priority: Int

    /// A column.
    package init(_ name: String, type: String = "string", format: String = "", description: String, priority: Int = 0) {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        self.priority = priority
    }

    /// The column of names that begins every table.
    package static let name = TableColumn("Name", format: "name", description: metadataNameDescription)
    /// The column of ages.
    package static let age = TableColumn("Age", description: creationTimestampDescription)

    private static let metadataNameDescription = """
        Name must be unique within a namespace. Is required when creating resources, although some resources may \
        allow a client to request the generation of an appropriate name automatically. Name is primarily intended \
        for creation idempotence and configuration definition. Cannot be updated. More info: \
        https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names
        """
    private static let creationTimestampDescription = """
        CreationTimestamp is a timestamp representing the server time when this object was created. It is not \
        guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It \
        is represented in RFC3339 form and is in UTC.

        Populated by the system. Read-only. Null for lists. More info: \
        https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata
        """
}

extension KindStrategy {
    package func applyDefaults(_ object: inout KubeObject) {}
    package func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {}
    package func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {}
    package func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] { [] }
    package func warnings(_ object: KubeObject, old: KubeObject?) -> [String] { [] }
    package var nameRule: NameRule { .subdomain }
    package var createsOnUpdate: Bool { false }
    package var allowsUnconditionalUpdate: Bool { true }
    package var hasStatus: Bool { false }
    package var generationMembers: [String]? { nil }
    package var defaultPropagation: DeleteOptions.PropagationPolicy { .background }
    package var orphanWarning: String? { nil }
    package var returnsDeletedObject: Bool { false }
    package var keepsStatusOnCreate: Bool { false }
    package var deprecationWarning: String? { nil }
    package var endsGracefully: Bool { false }
    package func gracePeriod(of object: KubeObject, _ requested: Int64?) -> Int64 { 0 }
    package func isHeld(_ object: KubeObject) -> Bool { !object.finalizers.isEmpty }
    package func prepareForDeletion(_ object: inout KubeObject, now: Timestamp) {}
    package var recordsGracePeriod: Bool { true }
    package func markDeleted(_ object: inout KubeObject) {}
    package var columns: [TableColumn] { [.name, .age] }
    package func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [.string(object.name), .string(HumanDuration.age(of: object, now: now))]
    }
    package func rowConditions(of object: KubeObject) -> [JSONValue] { [] }
    package var fieldAnnotations: [String] { [] }
    package var selectableFields: [String] { [] }
    package func selectableField(_ label: String, of object: KubeObject) -> String {
        let path = label.split(separator: ".").map(String.init)
        guard let value = object.value.value(at: path[...]) else { return "" }
        switch value {
        case .string(let text): return text
        case .null: return ""
        default: return value.serialized()
        }
    }
}

/// The strategy of a kind that has no rules of its own.
package struct GenericStrategy: KindStrategy {
    package var hasStatus: Bool
    package var generationMembers: [String]?

    /// A strategy; with a status, `spec` counts generations.
    package init(hasStatus: Bool = false) {
        self.hasStatus = hasStatus
        generationMembers = hasStatus ? ["spec"] : nil
    }
}
