import EmbeddedCluster
import HTTPTransport
import KubeCore

/// A request as the harness names it: what is done, to which resource and object.
struct ObservedRequest: Sendable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `apply`, `delete` or `deletecollection`.
    var verb: String
    /// `plural.group`, with `/subresource`; the path for what is no resource.
    var resource: String
    /// The object; nil for a collection. Of generated names, what they begin with and a star.
    var object: String?
    /// The request as the embedded server takes it.
    var request: APIRequest

    var isWatch: Bool { verb == "watch" }
    var isLease: Bool { resource == "leases.coordination.k8s.io" }
    /// Whether it is an Event for people to read.
    var isReport: Bool { resource == "events" || resource == "events.events.k8s.io" }
    var isWrite: Bool { !["get", "list", "watch"].contains(verb) }
    /// Whether it counts as the controller's work: leases and events are how, not what.
    var isCounted: Bool { isWrite && !isLease && !isReport }
    /// What the injection points of such requests are called.
    var happening: String { ([verb, resource] + (object.map { [$0] } ?? [])).joined(separator: ":") }

    init(_ http: HTTPRequest) {
        let target = http.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).last ?? ""
        request = APIRequest(
            method: http.method, target: "/\(target)",
            headers: http.headers.map { APIRequest.Header($0.name, $0.value) }, body: http.body ?? [])
        guard let target = RequestTarget(path: request.path) else {
            verb = "get"
            resource = request.path
            return
        }
        let group = target.groupVersion.group
        resource = target.resource + (group.isEmpty ? "" : ".\(group)") + (target.subresource.map { "/\($0)" } ?? "")
        verb = Self.verb(request, target)
        object = target.name.map { ObjectKey(namespace: target.namespace, name: $0).description }
        if verb == "create", target.name == nil {
            object = ObjectKey(namespace: target.namespace, name: Self.nameInBody(request)).description
        }
        if isReport { object = nil }
    }

    private static func verb(_ request: APIRequest, _ target: RequestTarget) -> String {
        switch request.method {
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH":
            return request.header("Content-Type")?.hasPrefix("application/apply-patch") == true ? "apply" : "patch"
        case "DELETE": return target.name == nil ? "deletecollection" : "delete"
        default:
            if request.value(of: "watch") == "true" { return "watch" }
            return target.name == nil ? "list" : "get"
        }
    }

    private static func nameInBody(_ request: APIRequest) -> String {
        guard let value = try? JSONValue(parsing: request.body), let object = KubeObject(value) else { return "?" }
        if !object.name.isEmpty { return object.name }
        return "\(object[path: "metadata", "generateName"]?.stringValue ?? "")*"
    }
}
