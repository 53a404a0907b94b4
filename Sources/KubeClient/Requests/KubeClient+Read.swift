import HTTPTransport
import KubeCore

extension KubeClient {
    /// Reads one object, from storage unless a resource version says otherwise.
    ///
    /// - Parameters:
    ///   - namespace: nil for cluster-scoped resources.
    ///   - subresource: for example `scale`; nil for the object itself.
    ///   - resourceVersion: `0` for whatever the server has at hand.
    public func get(
        _ type: ResourceType, namespace: String? = nil, name: String, subresource: String? = nil,
        representation: Representation = .whole, resourceVersion: String? = nil
    ) async throws(KubeClientError) -> KubeObject {
        var request = APIRequest(.get, type, namespace: namespace, name: name, subresource: subresource)
        if let resourceVersion { request.query.append(("resourceVersion", resourceVersion)) }
        request.accept = representation.accept(isList: false)
        return try await performObject(request)
    }

    /// Reads one object; nil where there is none.
    public func getIfPresent(
        _ type: ResourceType, namespace: String? = nil, name: String, subresource: String? = nil
    ) async throws(KubeClientError) -> KubeObject? {
        do {
            return try await get(type, namespace: namespace, name: name, subresource: subresource)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    /// Lists objects, or a page of them where the options set a limit.
    ///
    /// - Parameter namespace: nil for cluster-scoped resources, or for all namespaces.
    public func list(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        representation: Representation = .whole
    ) async throws(KubeClientError) -> ObjectList {
        let request = listRequest(type, namespace, options, representation)
        let value = try await performJSON(request)
        guard let list = ObjectList(value) else { throw .decoding("list \(request.subject): not a list") }
        return list
    }

    /// Lists all objects page by page, so that neither side holds a large list at once.
    ///
    /// Where the server has forgotten the list between two pages, it is read anew, whole.
    public func listAll(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(), pageSize: Int = 500,
        representation: Representation = .whole
    ) async throws(KubeClientError) -> ObjectList {
        var options = options
        options.limit = pageSize
        var all = try await list(type, namespace: namespace, options: options, representation: representation)
        while let token = all.continueToken {
            var next = options
            next.continueToken = token
            // The token holds the version.
            next.resourceVersion = nil
            next.resourceVersionMatch = nil
            do {
                let page = try await list(type, namespace: namespace, options: next, representation: representation)
                all.items.append(contentsOf: page.items)
                all.continueToken = page.continueToken
                all.remainingItemCount = page.remainingItemCount
                all.resourceVersion = page.resourceVersion
            } catch {
                guard error.isExpired else { throw error }
                options.limit = nil
                return try await list(type, namespace: namespace, options: options, representation: representation)
            }
        }
        return all
    }

    /// Lists objects as the bytes of the list's JSON while they arrive, for readers that decode them in passing.
    public func listBytes(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        representation: Representation = .whole
    ) async throws(KubeClientError) -> HTTPBodyStream {
        try await open(listRequest(type, namespace, options, representation)).body
    }

    /// Reads any path of the server, for example `/version`, as it is.
    ///
    /// - Parameter path: path and query, percent-encoded.
    public func raw(_ path: String, accept: String = "*/*") async throws(KubeClientError) -> HTTPResponse {
        var request = APIRequest(.get, path: path, subject: path)
        request.accept = accept
        return try await perform(request)
    }

    private func listRequest(
        _ type: ResourceType, _ namespace: String?, _ options: ListOptions, _ representation: Representation
    ) -> APIRequest {
        var request = APIRequest(.list, type, namespace: namespace, query: options.query)
        request.accept = representation.accept(isList: true)
        return request
    }
}
