import KubeCore
import MeshAPI

/// An object as it is to be, ready to be applied.
package struct DesiredObject: Sendable, Hashable {
    /// Which object.
    package var identity: ObjectIdentity
    /// Its resource.
    package var type: ResourceType
    /// The component that it belongs to.
    package var component: ComponentIdentity
    /// The intent: labelled, without fields that are others'.
    package var object: KubeObject
    /// Fields that are ours only until the object is made.
    package var handedOver: [FieldPointer]
    /// The digest of the intent, as the object's annotation has it.
    package var intent: String

    /// The namespace that it needs, if any.
    package var namespace: String? { identity.key.namespace }
}

/// Makes what charts render into what is applied.
package struct Preparation: Sendable {
    /// The name of the mesh.
    package var mesh: String
    /// The ApplySet that the objects are members of.
    package var applySet: String
    /// The resource of a kind; nil where the server is not known to have it.
    package var resource: @Sendable (GroupVersionKind) -> ResourceType?

    /// - Throws: a message that names the object where something cannot be applied.
    package func prepare(
        _ rendered: [KubeObject], of component: ResolvedComponent, autoscaled: Set<ObjectIdentity>
    ) throws(ChartProblem) -> [DesiredObject] {
        var seen: Set<ObjectIdentity> = []
        var result: [DesiredObject] = []
        for object in rendered where object.annotations[Labels.hook] == nil {
            guard let kind = object.groupVersionKind else {
                throw ChartProblem("chart \(component.chart.name) renders an object without apiVersion or kind")
            }
            guard let type = resource(kind) else {
                throw ChartProblem(
                    "chart \(component.chart.name) renders \(kind.groupKind) \(object.name), which the server does not "
                        + "have in \(kind.apiVersion)", isTransient: true)
            }
            let desired = desired(object, type, of: component, autoscaled: autoscaled)
            guard seen.insert(desired.identity).inserted else {
                throw ChartProblem("chart \(component.chart.name) renders \(desired.identity) twice")
            }
            result.append(desired)
        }
        return result
    }

    private func desired(
        _ rendered: KubeObject, _ type: ResourceType, of component: ResolvedComponent, autoscaled: Set<ObjectIdentity>
    ) -> DesiredObject {
        var object = KubeObject(rendered.value.withoutNulls) ?? rendered
        object["status"] = nil
        object.namespace = type.isNamespaced ? object.namespace ?? component.namespace : nil
        Self.encodeStringData(&object)
        let isDefinition =
            type.groupVersionKind.groupKind == ResourceType.customResourceDefinitions.groupVersionKind.groupKind
        let identity = ComponentIdentity(isDefinition ? .definitions : component.identity.kind, component.identity.name)
        var labels = object.labels
        labels[Labels.managedBy] = Labels.manager
        labels[Labels.mesh] = mesh
        labels[Labels.component] = identity.label
        labels[Labels.partOf] = applySet
        object.labels = labels

        let objectIdentity = ObjectIdentity(type.groupVersionKind.groupKind, object.key)
        object = object.removing(CoWriters.theirs(objectIdentity.groupKind))
        let intent = String(SHA256.hexadecimal(object.value.serializedBytes(.canonical)).prefix(16))
        object.annotations = object.annotations.merging([Labels.intent: intent]) { $1 }
        return DesiredObject(
            identity: objectIdentity, type: type, component: identity, object: object,
            handedOver: CoWriters.handedOver(
                objectIdentity.groupKind, isAutoscaled: autoscaled.contains(objectIdentity)),
            intent: intent)
    }

    /// The server turns `stringData` of a Secret into `data` and does not keep it.
    private static func encodeStringData(_ object: inout KubeObject) {
        guard object.kind == "Secret", let strings = object["stringData"]?.stringMapValue else { return }
        var data = object["data"]?.objectValue ?? [:]
        for (key, text) in strings.sorted(by: { $0.key < $1.key }) {
            data[key] = .string(base64(Array(text.utf8)))
        }
        object["stringData"] = nil
        object["data"] = .object(data)
    }

    /// Base64 with padding (RFC 4648, section 4).
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in chunk { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(3 - chunk.count) * 8
            for index in 0..<4 {
                text.append(index <= chunk.count ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : 0x3D)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension JSONValue {
    /// The value without members that are null, which to the API server mean absence.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let object): .object(object.filter { !$0.value.isNull }.mapValues(\.withoutNulls))
        case .array(let elements): .array(elements.map(\.withoutNulls))
        default: self
        }
    }
}
