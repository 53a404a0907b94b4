import HTTPTransport
import KubeCore

extension KubeClient {
    /// The server's version, as `/version` gives it.
    public func serverVersion() async throws(KubeClientError) -> JSONValue {
        try await performJSON(APIRequest(.get, path: "/version", subject: "/version"))
    }

    /// Asks the server which resources it has: in two requests where it knows aggregated discovery (KEP-3352), else in
    /// one for each group and version. What cannot be read is named in the result, and does not stop the rest.
    ///
    /// - Throws: ``KubeClientError`` where not even the list of groups can be read.
    public func discover() async throws(KubeClientError) -> ServerResources {
        var found = ServerResources()
        var remaining: [GroupVersion] = []
        for path in ["/api", "/apis"] {
            var request = APIRequest(.get, path: path, subject: path)
            request.accept = DiscoveryDocuments.accept
            let document = try await performJSON(request)
            if let aggregated = DiscoveryDocuments.aggregated(document) {
                found.resources += aggregated.resources
                found.failures.merge(aggregated.failures) { first, _ in first }
            } else {
                remaining += DiscoveryDocuments.groupVersions(document)
            }
        }
        let pages = await legacyPages(remaining)
        for groupVersion in remaining {
            switch pages[groupVersion] {
            case .success(let document): found.resources += DiscoveryDocuments.legacy(document, groupVersion)
            case .failure(let error): found.failures[groupVersion] = error.description
            case nil: found.failures[groupVersion] = "discovery was cancelled"
            }
        }
        return found
    }

    private func legacyPages(
        _ groupVersions: [GroupVersion]
    ) async -> [GroupVersion: Result<JSONValue, KubeClientError>] {
        await withTaskGroup(of: (GroupVersion, Result<JSONValue, KubeClientError>).self) { group in
            for groupVersion in groupVersions {
                group.addTask {
                    let request = APIRequest(.get, path: groupVersion.path, subject: groupVersion.path)
                    do throws(KubeClientError) {
                        return (groupVersion, .success(try await performJSON(request)))
                    } catch {
                        return (groupVersion, .failure(error))
                    }
                }
            }
            var pages: [GroupVersion: Result<JSONValue, KubeClientError>] = [:]
            for await (groupVersion, page) in group { pages[groupVersion] = page }
            return pages
        }
    }
}
