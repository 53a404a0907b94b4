import KubeCore

/// Subresources: `status`, `scale`, and those of single kinds.
extension APIServer {
    func handleSubresource(
        _ context: RequestContext, _ subresource: ServedResource.Subresource
    ) async throws(Status) -> APIResponse {
        let verb: String
        switch context.request.method {
        case "GET": verb = "get"
        case "PUT": verb = "update"
        case "PATCH": verb = "patch"
        case "POST": verb = "create"
        case "DELETE": verb = "delete"
        default: throw .methodNotAllowed
        }
        guard subresource.verbs.contains(verb) else { throw .methodNotAllowed }
        switch (subresource.name, verb) {
        case ("log", _): return try await log(context)
        case ("attach", _), ("exec", _), ("portforward", _), ("proxy", _):
            throw Status(
                code: 501, reason: "NotImplemented",
                message: "the embedded cluster runs no containers: \(subresource.name) is not possible")
        case (_, "get"): return try await get(context)
        case (_, "update"): return try await update(context)
        case (_, "patch"): return try await patch(context)
        default: throw .methodNotAllowed
        }
    }

    /// Pods run nothing, so their logs say only that they started.
    private func log(_ context: RequestContext) async throws(Status) -> APIResponse {
        let pod = try stored(context).object
        let containers = pod[path: "spec", "containers"]?.arrayValue ?? []
        let name = context.request.value(of: "container") ?? containers.first?["name"]?.stringValue ?? ""
        guard containers.contains(where: { $0["name"]?.stringValue == name }) else {
            throw .badRequest("container \(name) is not valid for pod \(pod.name)")
        }
        return .text("\(pod.creationTimestamp?.description ?? "") container \(name) started\n")
    }
}
