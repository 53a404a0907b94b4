import KubeCore

/// Single objects and lists.
extension APIServer {
    func get(_ context: RequestContext) async throws(Status) -> APIResponse {
        let asked = try ListOptions.revision(context.request.value(of: "resourceVersion") ?? "")
        let view = pinned(context, isCached: asked != nil)
        if let asked { try await waitUntil(asked, view: view) }
        return try answer(VersionConversion.view(try stored(context, at: view), as: context.resource), context)
    }

    /// The object that a request names.
    ///
    /// - Parameter revision: as of when; nil for now.
    func stored(_ context: RequestContext, at revision: UInt64? = nil) throws(Status) -> StoredObject {
        let name = context.name ?? ""
        let key = StoredObject.key(namespace: context.namespace, name: name)
        guard let stored = store.get(context.resource.storage, key: key, at: revision) else {
            throw .notFound(context.type, name)
        }
        return stored
    }

    /// The version of the past that a client is pinned to; nil if it reads the present.
    ///
    /// - Parameter isCached: whether a real server answers such a read from its watch cache.
    func pinned(_ context: RequestContext, isCached: Bool) -> UInt64? {
        seams.view(context.request.header("User-Agent") ?? "", context.type.plural).flatMap { view in
            view.scope == .everything || isCached ? min(view.resourceVersion, store.revision) : nil
        }
    }

    func list(_ context: RequestContext) async throws(Status) -> APIResponse {
        if context.request.flag("watch") { return try await watch(context) }
        let options = try ListOptions(context.request, isWatch: false)
        let filter = try ObjectFilter(options, context.resource, namespace: context.namespace)
        var (objects, revision) = try await snapshot(options, context)
        var after: String?
        if let token = options.continueToken {
            let token = try ContinueToken(token)
            (objects, revision) = try continued(token, context)
            after = token.after
        }
        var selected: [StoredObject] = []
        var start = 0
        if let after {
            start = objects.position(of: after)
            if start < objects.count, objects[start].key == after { start += 1 }
        }
        let limit =
            options.limit > 0 && !(options.resourceVersion == "0" && options.match == nil)
            ? Int(clamping: options.limit) : Int.max
        var metadata = listMetadata(revision, context)
        var position = start
        while position < objects.count {
            let object = objects[position]
            position += 1
            guard filter.matches(object) else { continue }
            if selected.count == limit {
                let last = objects[position - 2]
                metadata["continue"] = .string(ContinueToken(revision: revision, after: last.key).text)
                if filter.isTrivial { metadata["remainingItemCount"] = .integer(Int64(objects.count - position + 1)) }
                break
            }
            selected.append(object)
        }
        return try answer(selected, metadata: metadata, context)
    }

    /// The metadata of a list. Lists of custom resources say in full that nothing is left, unless they are shown in
    /// another form.
    func listMetadata(_ revision: UInt64, _ context: RequestContext) -> JSONObject {
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        if context.resource.isCustom, context.representation.shape == .plain { metadata["continue"] = "" }
        return metadata
    }

    /// What a list is taken from, by the rules of `resourceVersion` and `resourceVersionMatch`.
    private func snapshot(
        _ options: ListOptions, _ context: RequestContext
    ) async throws(Status) -> ([StoredObject], UInt64) {
        let (storage, namespace) = (context.resource.storage, context.namespace)
        let asked: UInt64?
        do {
            asked = try ListOptions.revision(options.resourceVersion)
        } catch {
            throw .badRequest("invalid resource version: \(error.message)")
        }
        if options.continueToken != nil {
            if let asked, asked > 0 {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            return ([], 0)
        }
        let isExact = options.match == .exact || (options.match == nil && options.limit > 0)
        let view = pinned(context, isCached: asked == 0 || (asked != nil && !isExact))
        if let asked, asked > 0 { try await waitUntil(asked, view: view, retryAfter: nil) }
        guard let revision = isExact && asked ?? 0 > 0 ? asked : view else {
            return store.list(storage, namespace: namespace)
        }
        guard let objects = store.list(storage, namespace: namespace, at: revision) else {
            throw .expired("The resourceVersion for the provided list is too old.")
        }
        return (objects, revision)
    }

    private func continued(
        _ token: ContinueToken, _ context: RequestContext
    ) throws(Status) -> ([StoredObject], UInt64) {
        let (storage, namespace) = (context.resource.storage, context.namespace)
        guard let revision = token.revision else { return store.list(storage, namespace: namespace) }
        guard let objects = store.list(storage, namespace: namespace, at: revision) else {
            throw .expired(
                """
                The provided continue parameter is too old to display a consistent list result. You can start a new \
                list without the continue parameter, or use the continue token in this response to retrieve the \
                remainder of the results. Continuing with the provided token results in an inconsistent list - \
                objects that were created, modified, or deleted between the time the first chunk was returned and \
                now may show up in the list.
                """, continueToken: ContinueToken(revision: nil, after: token.after).text)
        }
        return (objects, revision)
    }

    /// Waits a moment for a version that the store, or the view that the client is pinned to, has not reached.
    func waitUntil(_ revision: UInt64, view: UInt64? = nil, retryAfter: Int? = 1) async throws(Status) {
        for _ in 0..<6 where view ?? store.revision < revision {
            try? await environment.clock.sleep(for: .milliseconds(500))
        }
        let current = view ?? store.revision
        guard current >= revision else {
            throw .tooLargeResourceVersion(revision, current: current, retryAfter: retryAfter)
        }
    }
}
