import KubeCore
import Synchronization

/// OpenAPI v3: an index, and one document for each group and version. OpenAPI v2: the definitions alone.
extension APIServer {
    func openAPI(_ request: APIRequest, _ segments: [String]) throws(Status) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        if segments == ["openapi", "v2"] { return .json(OpenAPIDocuments.legacyDocument()) }
        guard segments.count >= 2, segments[1] == "v3" else { return .pageNotFound }
        if segments.count == 2 { return openAPIIndex() }
        guard let version = GroupVersion(openAPIPath: segments.dropFirst(2)),
            let bytes = openAPIDocument(version)
        else { return APIResponse(status: 404) }
        let hash = documentHash(version)
        if let asked = request.value(of: "hash"), asked != hash {
            let location = "/" + segments.joined(separator: "/") + "?hash=\(hash)"
            return APIResponse(status: 301, headers: [APIRequest.Header("Location", location)])
        }
        var response = APIResponse.json(bytes)
        response.headers += [
            APIRequest.Header("ETag", "\"\(hash)\""), APIRequest.Header("Vary", "Accept"),
            APIRequest.Header(
                "Cache-Control", request.value(of: "hash") == nil ? "no-cache, private" : "public, immutable"),
        ]
        if request.header("If-None-Match") == "\"\(hash)\"" {
            return APIResponse(status: 304, headers: response.headers)
        }
        return response
    }

    private func openAPIIndex() -> APIResponse {
        var paths = JSONObject()
        var seen: Set<GroupVersion> = []
        for resource in registry.all where seen.insert(resource.type.groupVersion).inserted {
            let version = resource.type.groupVersion
            let path = String(version.path.dropFirst())
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(documentHash(version))")]
        }
        let index: JSONValue = ["paths": .object(paths)]
        return .text(index.serialized())
    }

    /// Changes whenever the document of a group and version may have changed.
    private func documentHash(_ version: GroupVersion) -> String {
        var text = "\(KubeCore.version) \(version)"
        for resource in registry.all where resource.type.groupVersion == version {
            if let custom = resource.custom { text += " \(resource.type.plural) \(custom.identity)" }
        }
        return SHA256.hexadecimal(Array(text.utf8)).uppercased()
    }

    private func openAPIDocument(_ version: GroupVersion) -> [UInt8]? {
        let hash = documentHash(version)
        if let known = documents.withLock({ $0[version] }), known.hash == hash { return known.bytes }
        let resources = registry.all.filter { $0.type.groupVersion == version }
        guard let document = OpenAPIDocuments.document(version, resources) else { return nil }
        let bytes = document.serializedBytes()
        documents.withLock { $0[version] = (hash, bytes) }
        return bytes
    }
}

extension GroupVersion {
    /// Reads `api/v1` or `apis/apps/v1`, as the paths of OpenAPI documents end.
    fileprivate init?(openAPIPath segments: ArraySlice<String>) {
        let parts = Array(segments)
        switch (parts.first, parts.count) {
        case ("api", 2): self.init(group: "", version: parts[1])
        case ("apis", 3): self.init(group: parts[1], version: parts[2])
        default: return nil
        }
    }
}
