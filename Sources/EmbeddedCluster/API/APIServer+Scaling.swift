import KubeCore

/// The `scale` subresource.
extension APIServer {
    static let scaleKind = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")

    func scale(_ context: RequestContext, _ verb: String) async throws(Status) -> APIResponse {
        let view = ScaleView(context.resource)
        if verb == "get" {
            return try answer(
                view.scale(of: VersionConversion.view(try stored(context), as: context.resource)), context)
        }
        let kind = verb == "patch" ? try PatchKind(context) : nil
        let options = try WriteOptions(
            context.request, kind: verb == "patch" ? "PatchOptions" : "UpdateOptions",
            verb: kind == .apply ? "apply" : verb, isApply: kind == .apply)
        let target = WriteTarget(context, options)
        let written: Written
        if kind == .apply {
            written = try await applyScale(context, target, view)
        } else if let kind {
            let patch = try PatchBody(kind, context.request.body)
            written = try await changeObject(target, retries: 5) { live throws(Status) in
                let current = view.scale(of: live)
                let schema = BuiltInSchemas.schema(for: Self.scaleKind)
                let patched = try patch.apply(to: current, schema: schema)
                if let schema,
                    let fault = BuiltInRules.typeFault(patched.value, schema, struct: "Scale", path: [])
                {
                    throw patch.undecodable(patched, fault)
                }
                return try self.rescaled(live, by: patched, view, target)
            }
        } else {
            let sent = try decode(context, options, as: Self.scaleKind).object
            if !sent.name.isEmpty, sent.name != context.name {
                throw .badRequest(
                    "the name of the object (\(sent.name)) does not match the name on the URL (\(context.name ?? ""))")
            }
            written = try await changeObject(target, retries: sent.resourceVersion == nil ? 5 : 0) {
                live throws(Status) in
                try self.rescaled(live, by: sent, view, target)
            }
        }
        return try answer(view.scale(of: written.object), context)
    }

    private func rescaled(
        _ live: KubeObject, by scale: KubeObject, _ view: ScaleView, _ target: WriteTarget
    ) throws(Status) -> Change {
        if let version = scale.resourceVersion, !version.isEmpty, version != live.resourceVersion {
            throw .modified(target.type, live.name)
        }
        let errors = view.errors(scale)
        if !errors.isEmpty {
            let kind = view.isCustom ? target.resource.groupKind : Self.scaleKind.groupKind
            throw .invalid(kind, live.name, errors)
        }
        return Change(object: view.applying(scale, to: live))
    }

    /// An apply of a scale is an apply of the field that it stands for.
    private func applyScale(
        _ context: RequestContext, _ target: WriteTarget, _ view: ScaleView
    ) async throws(Status) -> Written {
        let applied = try AppliedBody.decode(context.request.body, as: Self.scaleKind)
        let (resource, options, now) = (target.resource, target.options, environment.now())
        return try await changeObject(target, retries: 5) { live throws(Status) in
            let errors = view.errors(applied)
            guard errors.isEmpty else { throw .invalid(Self.scaleKind.groupKind, live.name, errors) }
            var partial = KubeObject(
                ["apiVersion": .string(live.apiVersion), "kind": .string(live.kind)] as JSONObject)
            partial.name = live.name
            if applied[path: "spec", "replicas"] != nil { partial = view.applying(applied, to: partial) }
            let merged = try FieldManagement.apply(
                live: live, applied: partial, schema: resource.schema, manager: options.fieldManager,
                force: options.force ?? false, subresource: "scale",
                versions: resource.custom?.definition.versionedTypes, filter: .everything, now: now)
            return Change(object: merged, isManaged: true)
        }
    }
}
