import KubeCore
import MeshAPI

/// The status of a mesh, made from what a reconcile saw. Pure: transition times come from the time that is passed in.
package enum StatusReport {
    /// The types of a mesh's conditions, in the order in which they are written.
    package enum ConditionType {
        package static let ready = "Ready"
        package static let reconciling = "Reconciling"
        package static let stalled = "Stalled"
        package static let controlPlaneReady = "ControlPlaneReady"
        package static let gatewaysReady = "GatewaysReady"
        package static let addonsReady = "AddonsReady"
        package static let driftContested = "DriftContested"
        package static let chartsAvailable = "ChartsAvailable"
    }

    /// What the status is made from, where the spec could be resolved.
    package struct Input: Sendable {
        /// The spec with every choice made.
        package var resolved: ResolvedMesh
        /// The plan after the reconcile's writes.
        package var plan: InstallPlan
        /// Who contests what.
        package var contests: ContestTracker
        /// The digest of all intents.
        package var intentDigest: String
        /// The name of the active MeshRevision.
        package var revisionName: String
        /// Every MeshRevision of the mesh.
        package var revisions: [MeshRevision]
        /// Namespaces that were made for the mesh.
        package var createdNamespaces: [String]
        /// Why the charts' source cannot be asked, where its last answers are used in its place; nil while all is well.
        package var chartNotice: String?
    }

    /// How many items a list in status has at most.
    static let limit = 20

    /// The status of a mesh that is being installed, or is installed.
    package static func status(
        _ input: Input, previous: MeshStatus, generation: Int64, now: Timestamp
    ) -> MeshStatus {
        var status = previous
        status.observedGeneration = generation
        status.version = input.resolved.version.description
        status.activeRevision = input.revisionName
        status.createdNamespaces = input.createdNamespaces
        let components = input.plan.components
        let readyCount = components.filter { $0.state == .ready }.count
        status.ready = "\(readyCount)/\(components.count)"
        status.components = components.map { progress in
            let resolved = input.resolved.components.first {
                $0.identity == progress.identity || progress.identity.kind == .definitions && $0.identity.kind == .base
            }
            var component = ComponentStatus()
            component.name = progress.identity.description
            component.namespace = resolved?.namespace ?? input.resolved.namespace
            component.state = progress.state
            component.version = resolved?.chart.appVersion
            component.objects = Int64(progress.objectCount)
            component.message = progress.message
            return component
        }
        status.revisions = input.revisions.sorted { $0.name < $1.name }.map { revision in
            var item = RevisionStatus()
            item.name = revision.name
            item.revision = revision.spec.revision
            item.version = revision.spec.version
            item.state = revision.status.state
            return item
        }
        if input.plan.isApplied { status.appliedDigest = input.intentDigest }
        status.drift.contested = contested(input.contests)
        status.drift.differences = input.plan.findings.prefix(limit).map { finding in
            var item = DriftStatus.Item()
            item.object = finding.identity.description
            item.path = finding.paths.first ?? ""
            item.message =
                finding.paths.isEmpty
                ? "the object is gone" : "\(finding.paths.count) field(s) differ from the spec"
            return item
        }
        for condition in conditions(input) {
            status.conditions = status.conditions.setting(condition, generation: generation, at: now)
        }
        return status
    }

    /// The status of a mesh whose spec cannot be carried out: what runs is left as it is, and so is what is said of it.
    package static func stalled(
        reason: String, message: String, isRetried: Bool = false, previous: MeshStatus, generation: Int64,
        now: Timestamp
    ) -> MeshStatus {
        var status = previous
        status.observedGeneration = generation
        let text = clip(message)
        for condition in [
            Condition(ConditionType.ready, .false, reason: reason, message: text),
            Condition(
                ConditionType.reconciling, .false, reason: reason,
                message: isRetried ? "Tries again by itself." : "Waits until the spec is changed."),
            Condition(ConditionType.stalled, .true, reason: reason, message: text),
        ] {
            status.conditions = status.conditions.setting(condition, generation: generation, at: now)
        }
        return status
    }

    /// The status of a mesh that is to be left as it is.
    package static func suspended(previous: MeshStatus, generation: Int64, now: Timestamp) -> MeshStatus {
        var status = previous
        status.observedGeneration = generation
        let message = "spec.suspend is true: nothing is installed, corrected or observed."
        for condition in [
            Condition(ConditionType.ready, .unknown, reason: "Suspended", message: message),
            Condition(ConditionType.reconciling, .false, reason: "Suspended", message: message),
            Condition(ConditionType.stalled, .false, reason: "Suspended", message: message),
        ] {
            status.conditions = status.conditions.setting(condition, generation: generation, at: now)
        }
        return status
    }

    /// The status of a mesh that is being taken down.
    package static func removing(
        _ message: String, previous: MeshStatus, generation: Int64, now: Timestamp
    ) -> MeshStatus {
        var status = previous
        status.observedGeneration = generation
        for condition in [
            Condition(ConditionType.ready, .false, reason: "Removing", message: clip(message)),
            Condition(ConditionType.reconciling, .true, reason: "Removing", message: clip(message)),
            Condition(ConditionType.stalled, .false, reason: "Removing", message: ""),
        ] {
            status.conditions = status.conditions.setting(condition, generation: generation, at: now)
        }
        return status
    }

    // MARK: Conditions

    private static func conditions(_ input: Input) -> [Condition] {
        let components = input.plan.components
        let controlPlane = components.filter { $0.identity.stage.holdsBackOthers }
        let gateways = components.filter { $0.identity.stage == .gateways }
        let addons = components.filter { $0.identity.stage == .addons }
        let sections = [
            section(ConditionType.controlPlaneReady, "control plane", controlPlane),
            section(ConditionType.gatewaysReady, "gateways", gateways),
            section(ConditionType.addonsReady, "addons", addons),
        ]
        let isReady = sections.allSatisfy { $0.status == .true } && input.plan.isApplied
        let isMoving =
            !input.plan.isApplied || !input.plan.deletions.isEmpty
            || components.contains { $0.state == .progressing || $0.state == .pending }
        let failed = components.filter { $0.state == .failed }
        let version = input.resolved.version.description
        let waiting = sections.first { $0.status != .true }
        let ready = Condition(
            ConditionType.ready, Condition.Status(isReady),
            reason: isReady ? "Ready" : failed.isEmpty ? "Progressing" : "ComponentFailed",
            message: isReady
                ? "Istio \(version) is installed as the spec says, and runs."
                : clip(waiting?.message ?? "Objects are being applied."))
        let reconciling = Condition(
            ConditionType.reconciling, Condition.Status(isMoving),
            reason: isMoving ? "Progressing" : isReady ? "Ready" : "ComponentFailed",
            message: isMoving ? clip("Bringing the mesh to Istio \(version): \(waiting?.message ?? "")") : "")
        let isStuck = !failed.isEmpty && !isMoving
        let stalled = Condition(
            ConditionType.stalled, Condition.Status(isStuck), reason: isStuck ? "ComponentFailed" : "Progressing",
            message: isStuck ? clip(failed.map { "\($0.identity): \($0.message ?? "")" }.joined(separator: "; ")) : "")
        return [ready, reconciling, stalled] + sections + [contest(input.contests), source(input.chartNotice)]
    }

    private static func section(_ type: String, _ name: String, _ components: [ComponentProgress]) -> Condition {
        let failed = components.filter { $0.state == .failed }
        let waiting = components.filter { $0.state != .ready }
        guard let first = failed.first ?? waiting.first else {
            return Condition(
                type, .true, reason: components.isEmpty ? "NotWanted" : "Ready",
                message: components.isEmpty ? "The spec asks for no \(name)." : "")
        }
        let others = waiting.count > 1 ? " (and \(waiting.count - 1) more)" : ""
        return Condition(
            type, .false, reason: failed.isEmpty ? "Progressing" : "ComponentFailed",
            message: clip("\(first.identity): \(first.message ?? first.state.rawValue)\(others)"))
    }

    private static func source(_ notice: String?) -> Condition {
        Condition(
            ConditionType.chartsAvailable, Condition.Status(notice == nil),
            reason: notice == nil ? "Available" : "SourceUnavailable", message: clip(notice ?? ""))
    }

    private static func contest(_ contests: ContestTracker) -> Condition {
        let items = contests.contested
        guard let first = items.first else {
            return Condition(ConditionType.driftContested, .false, reason: "Uncontested", message: "")
        }
        let place = first.field.path.isEmpty ? "\(first.field.object)" : "\(first.field.path) of \(first.field.object)"
        let others = items.count > 1 ? " and \(items.count - 1) more" : ""
        return Condition(
            ConditionType.driftContested, .true, reason: "AnotherManagerWrites",
            message: clip(
                "\(first.manager.map { "Manager \($0)" } ?? "Another writer") keeps changing \(place)\(others): stop it, "
                    + "or leave the field to it with spec.drift.ignore. Corrections are held back meanwhile."))
    }

    private static func contested(_ contests: ContestTracker) -> [DriftStatus.Item] {
        contests.contested.prefix(limit).map { entry in
            var item = DriftStatus.Item()
            item.object = entry.field.object.description
            item.path = entry.field.path
            item.manager = entry.manager
            return item
        }
    }

    /// A message short enough for a condition, and for whoever reads it.
    static func clip(_ text: String) -> String {
        text.unicodeScalars.count <= 1024 ? text : String(text.prefix(1000)) + "…"
    }
}
