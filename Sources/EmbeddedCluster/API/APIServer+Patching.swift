import KubeCore

/// Patches: JSON patch, merge patch, strategic merge patch and server-side apply.
extension APIServer {
    func patch(_ context: RequestContext) async throws(Status) -> APIResponse {
        let kind = try PatchKind(context)
        let options = try WriteOptions(
            context.request, kind: "PatchOptions", verb: kind == .apply ? "apply" : "patch", isApply: kind == .apply)
        let target = WriteTarget(context, options)
        if kind == .apply { return try await apply(context, target) }
        let patch = try PatchBody(kind, context.request.body)
        let requested = patch.resourceVersion
        let written = try await changeObject(target, retries: 5) { live throws(Status) in
            let patched = try patch.apply(to: live, schema: target.resource.schema)
            if let fault = patch.typeFault(of: patched, target.resource) {
                throw patch.undecodable(patched, fault)
            }
            if let requested, requested != live.resourceVersion { throw .modified(target.type, live.name) }
            var change = Change(object: patched)
            let faults = target.resource.unknownFields(in: patched).map(ServedResource.complaint)
            try Self.report(
                faults, options, warnings: &change.warnings,
                strict: { patch.undecodable(patched, "strict decoding error: \($0)") })
            return change
        }
        return try answer(written.object, context, warnings: written.warnings)
    }

    private func apply(_ context: RequestContext, _ target: WriteTarget) async throws(Status) -> APIResponse {
        let written = try await applyBody(context, target)
        return try answer(
            written.written.object, context, status: written.isNew ? 201 : 200, warnings: written.written.warnings)
    }

    private func applyBody(
        _ context: RequestContext, _ target: WriteTarget
    ) async throws(Status) -> (written: Written, isNew: Bool) {
        let resource = target.resource
        let applied = try AppliedBody.decode(context.request.body, as: resource.type.groupVersionKind)
        let repeated =
            target.options.fieldValidation == .strict
            ? StrictDecoding.repeatedKey(inYAML: context.request.body) : nil
        let (options, now) = (target.options, environment.now())
        func merged(over live: KubeObject?) throws(Status) -> KubeObject {
            let result = try FieldManagement.apply(
                live: live, applied: applied, schema: resource.schema, manager: options.fieldManager,
                force: options.force ?? false, subresource: target.subresource,
                versions: resource.custom?.definition.versionedTypes, filter: resource.fieldFilter(target.subresource),
                now: now)
            guard let repeated else { return result }
            throw .badRequest("error strict decoding YAML: error converting YAML to JSON: \(repeated)")
        }
        if store.get(resource.storage, key: target.key) == nil {
            guard target.subresource == nil else { throw .notFound(target.type, target.name ?? "") }
            if let uid = applied.uid, !uid.isEmpty {
                throw .conflict(
                    group: target.type.group, resource: target.type.plural, name: target.name ?? "",
                    "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
            }
            var new = try merged(over: nil)
            // The version of an object that has gone since: there is none to hold the apply to.
            new.resourceVersion = nil
            return (try await createObject(new, target, isManaged: true), true)
        }
        let requested = applied.resourceVersion
        let written = try await changeObject(target, retries: 5) { live throws(Status) in
            if let requested, !requested.isEmpty, requested != live.resourceVersion {
                throw .modified(target.type, live.name)
            }
            return Change(object: try merged(over: live), isManaged: true)
        }
        return (written, false)
    }
}
