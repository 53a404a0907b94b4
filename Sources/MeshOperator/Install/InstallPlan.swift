import KubeCore
import MeshAPI

/// What is to be done about one object.
package struct ObjectWrite: Sendable, Hashable {
    /// Why it is written.
    package enum Cause: Sendable, Hashable {
        /// It is not there yet.
        case creation
        /// The intent has changed since it was applied, or it was never ours.
        case change
        /// Others changed these fields (JSON pointers), or deleted the whole object (no fields).
        case drift([String])
    }

    /// What to apply.
    package var desired: DesiredObject
    /// The object as it is; nil if it is not there.
    package var live: KubeObject?
    /// Why.
    package var cause: Cause

    /// What is sent. Fields that were handed over keep their live values: to leave them out would remove them where
    /// nobody else has written them yet, and a workload that is to be scaled would fall back to one replica.
    package var intent: KubeObject {
        guard let live else { return desired.object }
        let replicas = desired.handedOver.filter { $0.segments == ["spec", "replicas"] }
        let others = desired.handedOver.filter { $0.segments != ["spec", "replicas"] }
        return desired.object.taking(replicas, from: live, addsMissing: true)
            .taking(others, from: live, addsMissing: false)
    }
}

/// An object that is to go, in exactly the state that was looked at.
package struct ObjectDeletion: Sendable, Hashable {
    /// Which object.
    package var identity: ObjectIdentity
    /// The component that it belonged to.
    package var component: ComponentIdentity?
    /// Its unique identifier.
    package var uid: String?
    /// Its version.
    package var resourceVersion: String?
}

/// A difference that is left as it is.
package struct DriftFinding: Sendable, Hashable {
    /// The object.
    package var identity: ObjectIdentity
    /// JSON pointers of the fields; none where the whole object is gone.
    package var paths: [String]
}

/// How a component does.
package struct ComponentProgress: Sendable, Hashable {
    /// Which component.
    package var identity: ComponentIdentity
    /// How far it is.
    package var state: ComponentStatus.State
    /// What is missing, and what to do.
    package var message: String?
    /// How many objects it consists of.
    package var objectCount: Int
}

/// What the next step towards a mesh is. Pure: a function of what is wanted and of what is there.
package struct InstallPlan: Sendable {
    /// A component as it is to be, or why it cannot be rendered.
    package struct Intent: Sendable {
        /// Which component.
        package var identity: ComponentIdentity
        /// Its objects.
        package var objects: [DesiredObject]

        package init(identity: ComponentIdentity, objects: [DesiredObject]) {
            self.identity = identity
            self.objects = objects
        }
    }

    /// What the plan is made from.
    package struct Input: Sendable {
        /// The name of the mesh.
        package var mesh: String
        /// The components in the order of installation.
        package var intents: [Intent]
        /// What is there.
        package var live: LiveObjects
        /// Whether everything that is wanted has been applied before, so that what differs was changed by others.
        package var isSettled: Bool
        /// What is done about drift.
        package var policy: DriftSettings.Policy
        /// Fields that are left alone.
        package var ignore: IgnoreRules
        /// Who contests what.
        package var contests: ContestTracker
        /// Objects whose last write failed, and why.
        package var failures: [ObjectIdentity: String]
        /// What was found to be as intended before.
        package var matches = KnownMatches()
        /// Judges an object.
        package var health: @Sendable (KubeObject) -> ObjectHealth
        /// The time.
        package var now: Timestamp
    }

    /// What to write now, in order.
    package private(set) var writes: [ObjectWrite] = []
    /// The namespaces that the writes need and that do not exist.
    package var missingNamespaces: [String] {
        Set(writes.compactMap(\.desired.namespace)).filter { input.live.namespaces[$0] == nil }.sorted()
    }
    /// What to delete now, in order.
    package private(set) var deletions: [ObjectDeletion] = []
    /// How the components do, in the order of installation.
    package private(set) var components: [ComponentProgress] = []
    /// Differences that the policy leaves as they are.
    package private(set) var findings: [DriftFinding] = []
    /// Corrections that are held back.
    package private(set) var heldBack: [DriftFinding] = []
    /// Whether everything that is wanted is there as it is wanted, whether or not it runs.
    package private(set) var isApplied = true
    /// What is as intended, to be given to the next plan.
    package private(set) var matches = KnownMatches()
    /// When to look again although nothing happens.
    package private(set) var retryAfter: Duration?

    private let input: Input
    private var isOpen = true

    /// Makes the plan.
    package init(_ input: Input) {
        self.input = input
        for stage in Stage.allCases {
            let intents = input.intents.filter { $0.identity.stage == stage }
            var isStageReady = true
            for intent in intents where !plan(intent) { isStageReady = false }
            if stage.holdsBackOthers, !isStageReady { isOpen = false }
        }
        planDeletions()
    }

    /// Whether the component is there and runs.
    private mutating func plan(_ intent: Intent) -> Bool {
        var progress = ComponentProgress(
            identity: intent.identity, state: .ready, objectCount: intent.objects.count)
        var waits: [String] = []
        var failures: [String] = []
        var isPending = false
        for desired in intent.objects {
            switch step(for: desired) {
            case .nothing(let live):
                // What is there as intended was written after all, though the answer may have been lost.
                if live == nil, let failure = input.failures[desired.identity] { failures.append(failure) }
                switch live.map(input.health) ?? .ready {
                case .ready: break
                case .progressing(let text): waits.append(text)
                case .failed(let text): failures.append(text)
                }
            case .write(let write):
                isApplied = false
                writes.append(write)
                if let failure = input.failures[desired.identity] {
                    failures.append(failure)
                } else {
                    waits.append("\(desired.identity) is being applied")
                }
            case .behind:
                isApplied = false
                isPending = true
            case .wait(let text):
                isApplied = false
                waits.append(text)
            case .taken(let text):
                isApplied = false
                failures.append(text)
            }
        }
        if let failure = failures.first {
            progress.state = .failed
            progress.message = Self.summary(failure, failures.count)
        } else if isPending {
            progress.state = .pending
            progress.message = "waits for the components before it"
        } else if let wait = waits.first {
            progress.state = .progressing
            progress.message = Self.summary(wait, waits.count)
        }
        components.append(progress)
        return progress.state == .ready
    }

    private static func summary(_ first: String, _ count: Int) -> String {
        count > 1 ? "\(first); and \(count - 1) more" : first
    }

    private enum Step {
        /// It is as it is to be; nil where it is another mesh's to keep.
        case nothing(KubeObject?)
        case write(ObjectWrite)
        /// It is not its turn yet.
        case behind
        case wait(String)
        case taken(String)
    }

    private mutating func step(for desired: DesiredObject) -> Step {
        let identity = desired.identity
        guard !input.live.unknownKinds.contains(identity.groupKind) else {
            return .wait("\(identity.groupKind) objects have not been read yet")
        }
        if let namespace = desired.namespace, input.live.namespaces[namespace] == true {
            return .wait("namespace \(namespace) is being deleted")
        }
        guard let live = input.live.objects[identity] else { return stepForMissing(desired) }
        if live.isBeingDeleted { return .wait("\(identity) is being deleted") }
        if let owner = live.label(Labels.mesh), owner != input.mesh, input.live.meshes.contains(owner) {
            // Definitions serve the whole cluster: whichever mesh brought them keeps them.
            guard desired.component.kind != .definitions else { return .nothing(nil) }
            return .taken(
                "\(identity) belongs to Mesh \(owner): give this mesh another namespace or revision, or turn the "
                    + "component off in one of them")
        }
        // Once all intents have been applied, another annotation is the work of others, like any other field.
        if !input.isSettled, live.annotation(Labels.intent) != desired.intent || live.label(Labels.mesh) != input.mesh {
            guard isOpen else { return .behind }
            return .write(ObjectWrite(desired: desired, live: live, cause: .change))
        }
        let leftAlone = desired.handedOver + input.ignore.pointers(for: identity)
        guard !input.matches.contains(desired, live, leftAlone: leftAlone) else {
            matches.note(desired, live, leftAlone: leftAlone)
            return .nothing(live)
        }
        let differences = OwnedFields.differences(desired: desired.object, live: live) { path in
            leftAlone.contains { $0.covers(path) }
        }
        guard !differences.isEmpty else {
            matches.note(desired, live, leftAlone: leftAlone)
            return .nothing(live)
        }
        return correct(desired, live, paths: differences.map(\.path.description))
    }

    private mutating func stepForMissing(_ desired: DesiredObject) -> Step {
        guard input.isSettled else {
            return isOpen ? .write(ObjectWrite(desired: desired, cause: .creation)) : .behind
        }
        return correct(desired, nil, paths: [])
    }

    private mutating func correct(_ desired: DesiredObject, _ live: KubeObject?, paths: [String]) -> Step {
        let finding = DriftFinding(identity: desired.identity, paths: paths)
        guard input.policy == .enforce else {
            findings.append(finding)
            return .nothing(live)
        }
        let fields = paths.isEmpty ? [""] : paths
        if let hold = input.contests.hold(desired.identity, paths: fields, at: input.now) {
            heldBack.append(finding)
            retryAfter = min(retryAfter ?? hold, hold)
            return .nothing(live)
        }
        return .write(ObjectWrite(desired: desired, live: live, cause: .drift(paths)))
    }

    // MARK: Deletions

    /// What a change of the spec leaves over: of components that are gone at once, of those that stay once all that is
    /// wanted is there and runs, so that a successor takes over before its predecessor goes.
    private mutating func planDeletions() {
        let wanted = Set(input.intents.flatMap { $0.objects.map(\.identity) })
        let kept = Set(input.intents.map(\.identity))
        let leftOver = input.live.belonging(to: input.mesh, except: wanted).filter { entry in
            Self.isPrunable(entry.identity, entry.object)
        }
        var candidates: [(identity: ObjectIdentity, object: KubeObject, component: ComponentIdentity?)] = []
        for (identity, object) in leftOver {
            let component = object.labels[Labels.component].flatMap { ComponentIdentity(label: $0) }
            let isGone = component.map { !kept.contains($0) } ?? true
            guard isGone || (isOpen && isApplied) else { continue }
            if object.isBeingDeleted { continue }
            candidates.append((identity, object, component))
        }
        deletions = candidates.sorted {
            RemovalPlan.rank($0.identity, $0.component) < RemovalPlan.rank($1.identity, $1.component)
        }
        .map { candidate in
            ObjectDeletion(
                identity: candidate.identity, component: candidate.component, uid: candidate.object.uid,
                resourceVersion: candidate.object.resourceVersion)
        }
    }

    /// Definitions, namespaces and what holds data are never deleted because a spec no longer mentions them.
    private static func isPrunable(_ identity: ObjectIdentity, _ object: KubeObject) -> Bool {
        let kept: Set<GroupKind> = [
            ResourceType.customResourceDefinitions.groupVersionKind.groupKind,
            ResourceType.namespaces.groupVersionKind.groupKind, MeshRevision.type.groupVersionKind.groupKind,
            GroupKind(group: "", kind: "PersistentVolumeClaim"),
        ]
        return !kept.contains(identity.groupKind) && object.annotations[Labels.resourcePolicy] != "keep"
    }
}
