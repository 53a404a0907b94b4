import KubeCore

/// Our own last writes, until the caches have caught up with them: so that one event leads to one write, and a
/// reconcile that follows a write at once sees what it wrote.
package struct RecentWrites: Sendable {
    private enum Write: Sendable {
        case stored(KubeObject)
        case deleted(uid: String)
    }

    private struct Entry: Sendable {
        var write: Write
        var at: Timestamp
    }

    /// After how long the caches are believed again, whatever they say.
    static let patience = Duration.seconds(30)

    private var entries: [ObjectIdentity: Entry] = [:]
    /// The last incarnation of an object that the caches have seen go. The answer to a write of it may come after that.
    private var gone: [ObjectIdentity: (uid: String, version: ResourceVersion?)] = [:]

    package init() {}

    /// Notes an object as the server stored it.
    package mutating func stored(_ object: KubeObject, at now: Timestamp) {
        guard let identity = ObjectIdentity(object) else { return }
        if let last = gone[identity] {
            // An object that has only left a cache's selection may be written again: its state is newer then.
            let isOld = object.resourceVersion.flatMap { ResourceVersion($0) }.flatMap { stored in
                last.version.map { stored <= $0 }
            }
            guard last.uid != object.uid || isOld == false else { return }
            gone[identity] = nil
        }
        entries[identity] = Entry(write: .stored(object), at: now)
    }

    /// Notes that an object is gone.
    package mutating func deleted(_ identity: ObjectIdentity, uid: String, at now: Timestamp) {
        entries[identity] = Entry(write: .deleted(uid: uid), at: now)
    }

    /// Notes that the caches have seen an object go: what was written to that incarnation counts no more.
    ///
    /// - Parameter resourceVersion: that of the deletion.
    package mutating func observedDeletion(of identity: ObjectIdentity, uid: String, resourceVersion: String) {
        gone[identity] = (uid, ResourceVersion(resourceVersion))
        switch entries[identity]?.write {
        case .stored(let object) where object.uid == uid: entries[identity] = nil
        case .deleted(let gone) where gone == uid: entries[identity] = nil
        default: break
        }
    }

    /// What there is: the newer of what a cache has and what we wrote.
    package mutating func newest(_ identity: ObjectIdentity, cached: KubeObject?, at now: Timestamp) -> KubeObject? {
        guard let entry = entries[identity] else { return cached }
        guard now.duration(since: entry.at) < Self.patience else {
            entries[identity] = nil
            return cached
        }
        switch entry.write {
        case .deleted(let uid):
            guard let cached, cached.uid != uid else { return nil }
            entries[identity] = nil
            return cached
        case .stored(let object):
            guard let cached else { return object }
            guard cached.uid == object.uid else { return newer(object, cached) }
            guard let ours = object.resourceVersion.flatMap({ ResourceVersion($0) }),
                let theirs = cached.resourceVersion.flatMap({ ResourceVersion($0) }), theirs < ours
            else {
                entries[identity] = nil
                return cached
            }
            return object
        }
    }

    /// The identities of objects that were written and that the caches may not have yet.
    package func identities(where isIncluded: (KubeObject) -> Bool) -> [ObjectIdentity] {
        entries.compactMap { identity, entry in
            if case .stored(let object) = entry.write, isIncluded(object) { identity } else { nil }
        }
    }

    /// Of two incarnations the later one.
    private func newer(_ one: KubeObject, _ other: KubeObject) -> KubeObject {
        guard let left = one.resourceVersion.flatMap({ ResourceVersion($0) }),
            let right = other.resourceVersion.flatMap({ ResourceVersion($0) })
        else { return other }
        return left < right ? other : one
    }
}
