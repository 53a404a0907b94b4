import Collections
import KubeCore
import Synchronization

/// The lines of recent events in forms that cost work to make (tables, metadata alone, other versions), so that they are
/// made once and not once per watcher. Plain objects need none of this: their bytes are with the object.
final class EventLines: Sendable {
    /// What two watchers must agree in to get the same line.
    struct Form: Hashable {
        let type: String
        let representation: Representation
        let kind: GroupVersionKind
        /// What table rows show of their objects.
        let includes: String
        /// When; tables say how old objects are.
        let second: Int64
    }

    private struct Key: Hashable {
        let object: ObjectIdentifier
        let form: Form
    }

    private struct State {
        /// The objects are held as well, so that no other can have the identity of one of them.
        var lines: [Key: (object: StoredObject, line: [UInt8])] = [:]
        var order: Deque<Key> = []
        var bytes = 0
    }

    private let state = Mutex(State())
    private static let maximumBytes = 8 << 20

    /// The line of an object, made if it is not at hand. Two watchers who come at the same moment may both make it.
    func line(of object: StoredObject, _ form: Form, make: () -> [UInt8]?) -> [UInt8]? {
        let key = Key(object: ObjectIdentifier(object), form: form)
        if let found = state.withLock({ $0.lines[key]?.line }) { return found }
        guard let line = make() else { return nil }
        state.withLock { state in
            guard state.lines.updateValue((object, line), forKey: key) == nil else { return }
            state.order.append(key)
            state.bytes += line.count
            while state.bytes > Self.maximumBytes, let oldest = state.order.popFirst() {
                state.bytes -= state.lines.removeValue(forKey: oldest)?.line.count ?? 0
            }
        }
        return line
    }
}
