import KubeCore

/// One request about one resource, with all that its handling needs to know.
struct RequestContext: Sendable {
    var request: APIRequest
    var resource: ServedResource
    var namespace: String?
    var name: String?
    var subresource: String?
    var representation = Representation.plain

    var type: ResourceType { resource.type }
}
