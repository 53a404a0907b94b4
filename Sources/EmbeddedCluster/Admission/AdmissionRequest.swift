import KubeCore

/// What admission is asked about: a write, before it is stored.
struct AdmissionRequest: Sendable {
    /// What is done to the object.
    enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
    }

    var operation: Operation
    /// The resource in the version of the request.
    var resource: ServedResource
    /// The kind of the object that is sent: for some subresources another than the resource's.
    var kind: GroupVersionKind
    var namespace = ""
    var name = ""
    var subresource = ""
    /// The object as it is to be; nil for deletions.
    var object: KubeObject?
    /// The object as it is; nil for creations.
    var oldObject: KubeObject?
    var isDryRun = false
    var user: APIRequest.User
    /// The parameters of the request, such as CreateOptions.
    var options: JSONValue

    /// Configurations of admission are never subject to it, lest nobody could mend them.
    var isExempt: Bool {
        resource.type.group == "admissionregistration.k8s.io"
    }

    /// The namespace whose labels selectors look at; nil for what is in none.
    var selectedNamespace: String? {
        if isOfNamespaces { return name.isEmpty ? object?.name : name }
        return namespace.isEmpty ? nil : namespace
    }

    /// Whether it is about a namespace itself.
    var isOfNamespaces: Bool { resource.type.group.isEmpty && resource.type.plural == "namespaces" }

    /// The same request as of another version of the resource.
    func viewed(as other: ServedResource) -> AdmissionRequest {
        guard subresource.isEmpty || subresource == "status", other.type != resource.type else { return self }
        var view = self
        func converted(_ object: KubeObject?) -> KubeObject? {
            object.map {
                VersionConversion.fromStorage(VersionConversion.toStorage($0, from: resource), to: other)
            }
        }
        view.resource = other
        view.kind = other.type.groupVersionKind
        view.object = converted(object)
        view.oldObject = converted(oldObject)
        return view
    }

    /// The request as expressions and webhooks see it (`admission.k8s.io/v1` AdmissionRequest), without the objects.
    ///
    /// - Parameter original: the request as it was made, if this is a view of it in another version.
    func value(original: AdmissionRequest) -> JSONObject {
        func kindValue(_ kind: GroupVersionKind) -> JSONValue {
            ["group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind)]
        }
        func resourceValue(_ type: ResourceType) -> JSONValue {
            ["group": .string(type.group), "version": .string(type.version), "resource": .string(type.plural)]
        }
        var value: JSONObject = ["kind": kindValue(kind), "resource": resourceValue(resource.type)]
        if !subresource.isEmpty { value["subResource"] = .string(subresource) }
        value["requestKind"] = kindValue(original.kind)
        value["requestResource"] = resourceValue(original.resource.type)
        if !subresource.isEmpty { value["requestSubResource"] = .string(subresource) }
        if !name.isEmpty { value["name"] = .string(name) }
        // A namespace is in itself, as far as admission is concerned.
        let place = isOfNamespaces ? selectedNamespace ?? "" : namespace
        if !place.isEmpty { value["namespace"] = .string(place) }
        value["operation"] = .string(operation.rawValue)
        value["userInfo"] = user.value
        value["dryRun"] = .bool(isDryRun)
        value["options"] = options
        return value
    }

    /// The refusal of the request, in the words of the real server's admission.
    func refusal(_ problem: String) -> Status {
        var shown = name
        if shown.isEmpty {
            let prefix = object?[path: "metadata", "generateName"]?.stringValue ?? ""
            shown = object?.name.isEmpty == false ? object?.name ?? "" : prefix.isEmpty ? "Unknown" : prefix
        }
        return .forbidden(resource.type, shown, problem)
    }
}
