import KubeCore

/// The recorded templates of a DaemonSet or StatefulSet: ControllerRevisions, as `kubectl rollout history` and `undo`
/// read them.
struct ControllerRevisions {
    static let hashLabel = "controller-revision-hash"

    let owner: KubeObject
    let ownerType: ResourceType
    /// Those of the owner, by revision number.
    let revisions: [KubeObject]

    init(of owner: KubeObject, _ ownerType: ResourceType, in cache: ClusterCache) {
        self.owner = owner
        self.ownerType = ownerType
        revisions = cache.controlled(.controllerRevisions, by: owner.uid ?? "").sorted {
            ($0["revision"]?.intValue ?? 0) < ($1["revision"]?.intValue ?? 0)
        }
    }

    /// The hash of the present template: the label of its pods.
    var currentHash: String { PodTemplate(of: owner).hash(collisions: owner.statusCount("collisionCount")) }

    /// The name of the revision of the present template.
    var currentName: String { "\(owner.name)-\(currentHash)" }

    /// Records the present template; one that was recorded before is renumbered to be the newest. Revisions beyond the
    /// history limit that no pod uses are deleted.
    func actions(usedHashes: Set<String>) -> [ControllerAction] {
        guard !owner.isBeingDeleted else { return [] }
        let newest = revisions.last?["revision"]?.intValue ?? 0
        guard let known = revisions.first(where: { $0.name == currentName }) else {
            return [.create(.controllerRevisions, revision(number: newest + 1))]
        }
        var actions: [ControllerAction] = []
        if (known["revision"]?.intValue ?? 0) < newest {
            var renumbered = known
            renumbered["revision"] = .integer(Int64(newest + 1))
            actions.append(.update(.controllerRevisions, renumbered))
        }
        let limit = owner.spec["revisionHistoryLimit"]?.intValue ?? 10
        let unused = revisions.filter {
            // Pods of a DaemonSet carry the hash, those of a StatefulSet the name of the revision.
            $0.name != currentName && !usedHashes.contains($0.label(Self.hashLabel) ?? "")
                && !usedHashes.contains($0.name)
        }
        actions += unused.prefix(max(0, unused.count - limit)).map { .delete(.controllerRevisions, $0) }
        return actions
    }

    private func revision(number: Int) -> KubeObject {
        var revision = KubeObject(type: .controllerRevisions, namespace: owner.namespace, name: currentName)
        revision.labels = PodTemplate(of: owner).labels.merging([Self.hashLabel: currentHash]) { $1 }
        revision.ownerReferences = [owner.controllerReference(ownerType)]
        var template = PodTemplate(of: owner).value
        template.set("replace", at: "$patch")
        revision["data"] = ["spec": ["template": template]]
        revision["revision"] = .integer(Int64(number))
        return revision
    }
}
