import KubeCore

/// A resource of `boltrope.dev/v1`: an object whose spec and status are described by a schema.
public protocol MeshResource: Sendable, Hashable {
    /// What it is to be.
    associatedtype Spec: SchemaObject
    /// What it is.
    associatedtype Status: SchemaObject

    /// The names, the kind and the scope of the resource.
    static var type: ResourceType { get }

    /// What its name must be, beyond what the server asks of every name.
    static var nameConstraints: [Constraint<String>] { get }

    /// The object as the server has it.
    var object: KubeObject { get set }
    /// What it is to be.
    var spec: Spec { get set }
    /// What it is.
    var status: Status { get set }

    /// A resource.
    init(object: KubeObject, spec: Spec, status: Status)
}

extension MeshResource {
    /// Nothing beyond what the server asks of every name.
    public static var nameConstraints: [Constraint<String>] { [] }

    /// Reads an object: its spec strictly, since a misspelt field must not be without effect, its status leniently.
    ///
    /// - Throws: every problem of the document at once, each with its path.
    public init(_ object: KubeObject) throws(InvalidDocument) {
        var decoder = SchemaDecoder(isStrict: true)
        if object.apiVersion != Self.type.apiVersion || object.kind != Self.type.kind {
            decoder.refuse(
                .root,
                "expected \(Self.type.kind) of \(Self.type.apiVersion), but this is "
                    + "\(object.kind.isEmpty ? "an object without a kind" : object.kind) of "
                    + "\(object.apiVersion.isEmpty ? "no apiVersion" : object.apiVersion)")
        }
        for message in Self.nameConstraints.lazy.compactMap({ $0.problem(object.name) }) {
            decoder.refuse(.root.field("metadata").field("name"), message)
        }
        let known = ["apiVersion", "kind", "metadata", "spec", "status"]
        for key in object.json.keys where !known.contains(key) {
            decoder.refuse(.root.field(key), "unknown field: settings belong under spec")
        }
        let json = object.json["spec"].flatMap { $0.isNull ? nil : $0 } ?? .object(JSONObject())
        let spec = Spec.decode(json, at: .root.field("spec"), &decoder)
        guard let spec, decoder.problems.isEmpty else { throw InvalidDocument(problems: decoder.problems) }
        self.init(object: object, spec: spec, status: Self.status(of: object))
    }

    /// What can be read of an object's status; a status that cannot be read counts as not observed.
    public static func status(of object: KubeObject) -> Status {
        var decoder = SchemaDecoder(isStrict: false)
        guard let json = object.json["status"] else { return Status() }
        return Status.decode(json, at: .root.field("status"), &decoder) ?? Status()
    }

    /// The name.
    public var name: String { object.name }

    /// The object's status as it is to be applied: type, name and status alone.
    public func statusObject() -> KubeObject {
        var object = KubeObject(type: Self.type, name: name)
        object["status"] = status.encoded
        return object
    }
}
