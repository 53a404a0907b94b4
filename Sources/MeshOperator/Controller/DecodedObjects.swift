import KubeCore
import KubeRuntime
import Synchronization

/// The objects of meshes as values, kept from one reconcile to the next for as long as the caches hold them in the same
/// state. To parse all of them anew would be a good part of what the reconcile of a settled mesh costs.
///
/// What is kept is what the last look at a mesh met, so that it never outgrows what the caches hold.
final class DecodedObjects: Sendable {
    /// What one look at a mesh meets; becomes what is kept when the look is over.
    struct Look {
        fileprivate let known: [ObjectIdentity: Entry]
        fileprivate var met: [ObjectIdentity: Entry] = [:]

        /// The object as a value, parsed only if it was not met before in this state.
        mutating func object(_ identity: ObjectIdentity, _ stored: StoredObject) throws(JSONParseError) -> KubeObject {
            if let entry = known[identity], entry.isState(of: stored) {
                met[identity] = entry
                return entry.object
            }
            let object = try stored.object()
            met[identity] = Entry(uid: stored.uid, resourceVersion: stored.resourceVersion, object: object)
            return object
        }
    }

    fileprivate struct Entry: Sendable {
        let uid: String
        let resourceVersion: String
        let object: KubeObject

        /// Without a version nothing tells one state from the next.
        func isState(of stored: StoredObject) -> Bool {
            !resourceVersion.isEmpty && resourceVersion == stored.resourceVersion && uid == stored.uid
        }
    }

    private let entries = Mutex<[String: [ObjectIdentity: Entry]]>([:])

    /// Begins a look at a mesh.
    func look(at mesh: String) -> Look { Look(known: entries.withLock { $0[mesh] ?? [:] }) }

    /// Ends a look: what it did not meet is gone, and dropped.
    func keep(_ look: Look, of mesh: String) {
        entries.withLock { $0[mesh] = look.met.isEmpty ? nil : look.met }
    }

    /// Drops what is kept of a mesh.
    func forget(_ mesh: String) { entries.withLock { $0[mesh] = nil } }
}
