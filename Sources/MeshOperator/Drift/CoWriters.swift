import KubeCore
import MeshAPI

/// Who else is known to write to objects that a mesh applies, and what becomes of their fields.
package enum CoWriters {
    /// Fields that are never ours, whatever a chart says: istiod and the API server write certificates of webhooks.
    static func theirs(_ type: GroupKind) -> [FieldPointer] {
        let pointers: [String]
        switch (type.group, type.kind) {
        case ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
            ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"):
            pointers = ["/webhooks/*/clientConfig/caBundle"]
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            pointers = ["/spec/conversion/webhook/clientConfig/caBundle"]
        default: pointers = []
        }
        return pointers.compactMap { FieldPointer($0) }
    }

    /// Fields that are ours when the object is made and others' from then on: istiod sets `failurePolicy` to Fail once
    /// it serves, and an autoscaler sets the replicas of what it scales.
    static func handedOver(_ type: GroupKind, isAutoscaled: Bool) -> [FieldPointer] {
        var pointers: [String] = []
        if type.kind == "ValidatingWebhookConfiguration", type.group == "admissionregistration.k8s.io" {
            pointers.append("/webhooks/*/failurePolicy")
        }
        if isAutoscaled { pointers.append("/spec/replicas") }
        return pointers.compactMap { FieldPointer($0) }
    }

    /// The workloads that HorizontalPodAutoscalers among these objects scale.
    static func autoscaled(by objects: some Sequence<KubeObject>) -> Set<ObjectIdentity> {
        var targets: Set<ObjectIdentity> = []
        for object in objects where object.kind == "HorizontalPodAutoscaler" {
            guard let reference = object[path: "spec", "scaleTargetRef"], let kind = reference["kind"]?.stringValue,
                let name = reference["name"]?.stringValue,
                let version = reference["apiVersion"]?.stringValue.flatMap({ GroupVersion(apiVersion: $0) })
            else { continue }
            targets.insert(
                ObjectIdentity(
                    GroupKind(group: version.group, kind: kind), ObjectKey(namespace: object.namespace, name: name)))
        }
        return targets
    }
}

extension KubeObject {
    /// The object without the fields that pointers name.
    func removing(_ pointers: [FieldPointer]) -> KubeObject {
        guard !pointers.isEmpty else { return self }
        var value = self.value
        for pointer in pointers { value = value.removing(pointer.segments[...]) }
        return KubeObject(value) ?? self
    }

    /// The object with another's values at the places that pointers name.
    ///
    /// - Parameter addsMissing: whether a value is taken where this object has none.
    func taking(_ pointers: [FieldPointer], from other: KubeObject, addsMissing: Bool) -> KubeObject {
        guard !pointers.isEmpty else { return self }
        var value = self.value
        for pointer in pointers {
            value = value.taking(pointer.segments[...], from: other.value, addsMissing: addsMissing)
        }
        return KubeObject(value) ?? self
    }
}

extension JSONValue {
    fileprivate func removing(_ segments: ArraySlice<String>) -> JSONValue {
        guard let first = segments.first else { return self }
        let rest = segments.dropFirst()
        switch self {
        case .object(var object):
            for key in first == "*" ? object.keys : [first] {
                guard let member = object[key] else { continue }
                object[key] = rest.isEmpty ? nil : member.removing(rest)
            }
            return .object(object)
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    first == "*" || first == String(index) ? element.removing(rest) : element
                })
        default: return self
        }
    }

    /// Elements of lists are matched by name, since the server may hold more of them, in another order.
    fileprivate func taking(_ segments: ArraySlice<String>, from other: JSONValue, addsMissing: Bool) -> JSONValue {
        guard let first = segments.first else { return other }
        let rest = segments.dropFirst()
        switch (self, other) {
        case (.object(var object), .object(let others)):
            guard let theirs = others[first], addsMissing || object.contains(first) else { return self }
            object[first] =
                rest.isEmpty
                ? theirs : (object[first] ?? .object([:])).taking(rest, from: theirs, addsMissing: addsMissing)
            return .object(object)
        case (.array(let elements), .array(let others)) where first == "*":
            return .array(
                elements.map { element in
                    let match = others.first { $0["name"] != nil && $0["name"] == element["name"] }
                    return match.map { element.taking(rest, from: $0, addsMissing: addsMissing) } ?? element
                })
        default: return self
        }
    }
}
