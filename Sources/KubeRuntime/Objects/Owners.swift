import KubeCore

/// Owner references: which objects go when another goes, and who manages them.
public enum Owners {
    /// Why an object must not own another.
    public struct Invalid: Error, CustomStringConvertible, Equatable {
        /// What is wrong.
        public let description: String
    }

    /// The reference by which an object owns others.
    ///
    /// - Parameters:
    ///   - isController: whether it manages them, too; an object has at most one such owner.
    ///   - blocksDeletion: whether deleting the owner in the foreground waits for them.
    /// - Throws: ``Invalid`` if the owner has never been stored.
    public static func reference(
        to owner: KubeObject, isController: Bool = true, blocksDeletion: Bool = true
    ) throws(Invalid) -> OwnerReference {
        guard let uid = owner.uid, !owner.name.isEmpty, !owner.kind.isEmpty else {
            throw Invalid(description: "\(owner.kind) \(owner.key) cannot own anything: it has not been stored")
        }
        return OwnerReference(
            apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: uid, isController: isController,
            blocksOwnerDeletion: blocksDeletion)
    }

    /// Makes an object owned by another. A reference of the same identifier is replaced.
    ///
    /// - Throws: ``Invalid`` where the garbage collector would delete the object (an owner in another namespace, or a
    ///   namespaced owner of a cluster-scoped object), or where another owner manages it.
    public static func set(
        _ owner: KubeObject, on object: inout KubeObject, isController: Bool = true, blocksDeletion: Bool = true
    ) throws(Invalid) {
        if let namespace = owner.namespace, namespace != object.namespace {
            throw Invalid(
                description: "\(owner.kind) \(owner.key) cannot own \(object.kind) \(object.key): "
                    + "an owner is cluster-scoped or in the same namespace")
        }
        let reference = try reference(to: owner, isController: isController, blocksDeletion: blocksDeletion)
        var references = object.ownerReferences.filter { $0.uid != reference.uid }
        if isController, let other = references.first(where: { $0.isController == true }) {
            throw Invalid(
                description: "\(object.kind) \(object.key) is managed by \(other.kind) \(other.name) already")
        }
        references.append(reference)
        object.ownerReferences = references
    }

    /// The key of the owner that manages an object, if it is of this kind; in whichever version of the API.
    public static func controllerKey(of object: StoredObject, kind: GroupKind, isNamespaced: Bool) -> ObjectKey? {
        guard let owner = object.controllerReference, owner.kind == kind.kind,
            GroupVersion(apiVersion: owner.apiVersion)?.group == kind.group
        else { return nil }
        return ObjectKey(namespace: isNamespaced ? object.namespace : nil, name: owner.name)
    }
}
