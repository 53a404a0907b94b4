import KubeCore

/// OpenAPI v3: an index, and one document for each group and version.
extension APIServer {
    func openAPI(_ request: APIRequest, _ segments: [String]) throws(Status) -> APIResponse {
        return .pageNotFound
    }
}
