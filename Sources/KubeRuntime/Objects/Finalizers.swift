import KubeClient
import KubeCore

/// Finalizers: the promise that an object does not vanish before what it stands for has been cleaned up.
///
/// Add yours before the first side effect outside the object; remove it when all of them are undone. Both are written
/// such that they change nothing else, and fail rather than act on an object that is not the one that was read.
public enum Finalizers {
    /// What a controller has to do about an object, as far as its finalizer goes.
    public enum Phase: Sendable, Hashable {
        /// The object is wanted but does not carry the finalizer yet: add it, and do nothing else before.
        case add
        /// The object is wanted: make the world right.
        case apply
        /// The object is to go: clean up, then remove the finalizer.
        case cleanUp
        /// The object is to go, and what is left of it is somebody else's business.
        case nothing
    }

    /// What to do about an object.
    public static func phase(of object: KubeObject, _ finalizer: String) -> Phase {
        let isThere = object.finalizers.contains(finalizer)
        if object.isBeingDeleted { return isThere ? .cleanUp : .nothing }
        return isThere ? .apply : .add
    }

    /// The JSON patch that adds a finalizer to this state of the object; nil where it is there or must not be added,
    /// as the API forbids new finalizers on an object that is being deleted.
    public static func additionPatch(for object: KubeObject, _ finalizer: String) -> JSONValue? {
        guard phase(of: object, finalizer) == .add else { return nil }
        var operations = preconditions(object)
        if object.finalizers.isEmpty {
            operations.append(["op": "add", "path": "/metadata/finalizers", "value": [.string(finalizer)]])
        } else {
            operations.append(["op": "add", "path": "/metadata/finalizers/-", "value": .string(finalizer)])
        }
        return .array(operations)
    }

    /// The JSON patch that removes a finalizer; nil where it is not there. It tests what it removes, so that a list that
    /// has changed meanwhile is a failure and not the loss of somebody else's finalizer.
    public static func removalPatch(for object: KubeObject, _ finalizer: String) -> JSONValue? {
        guard let position = object.finalizers.firstIndex(of: finalizer) else { return nil }
        let path = JSONValue.string("/metadata/finalizers/\(position)")
        var operations: [JSONValue] = []
        if let uid = object.uid {
            operations.append(["op": "test", "path": "/metadata/uid", "value": .string(uid)])
        }
        operations.append(["op": "test", "path": path, "value": .string(finalizer)])
        operations.append(["op": "remove", "path": path])
        return .array(operations)
    }

    /// Adds a finalizer. Returns the object with it, as stored, or as it was if there was nothing to add.
    public static func add(
        _ finalizer: String, to object: KubeObject, type: ResourceType, client: KubeClient
    ) async throws(KubeClientError) -> KubeObject {
        guard let patch = additionPatch(for: object, finalizer) else { return object }
        return try await client.patch(type, namespace: object.namespace, name: object.name, .json(patch))
    }

    /// Removes a finalizer. An object that is gone already is fine.
    ///
    /// - Throws: a conflict or an invalid patch if the list of finalizers has changed: read the object and try again.
    public static func remove(
        _ finalizer: String, from object: KubeObject, type: ResourceType, client: KubeClient
    ) async throws(KubeClientError) {
        guard let patch = removalPatch(for: object, finalizer) else { return }
        do {
            _ = try await client.patch(type, namespace: object.namespace, name: object.name, .json(patch))
        } catch {
            guard error.isNotFound else { throw error }
        }
    }

    private static func preconditions(_ object: KubeObject) -> [JSONValue] {
        guard let version = object.resourceVersion else { return [] }
        return [["op": "test", "path": "/metadata/resourceVersion", "value": .string(version)]]
    }
}
