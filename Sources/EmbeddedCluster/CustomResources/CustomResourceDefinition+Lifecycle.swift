import KubeCore

/// What the server does to a definition before it is stored, and the conditions that it then gives it.
extension CustomResourceDefinition {
    /// The finalizer with which the instances are deleted before their definition.
    package static let cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io"
    static let approvalAnnotation = "api-approved.kubernetes.io"

    /// A definition with the server's defaults, and the storage version recorded.
    ///
    /// - Parameters:
    ///   - object: the object of the request.
    ///   - old: the stored definition, or nil for a create, which starts with an empty status.
    package static func prepared(_ object: KubeObject, old: KubeObject?) -> KubeObject {
        var result = object
        if result[path: "spec", "conversion"] == nil { result.set(["strategy": "None"], at: "spec", "conversion") }
        var names = result[path: "spec", "names"]?.objectValue ?? JSONObject()
        if let kind = names["kind"]?.stringValue, !kind.isEmpty {
            if (names["singular"]?.stringValue ?? "").isEmpty { names["singular"] = .string(kind.lowercased()) }
            if (names["listKind"]?.stringValue ?? "").isEmpty { names["listKind"] = .string("\(kind)List") }
        }
        result.set(.object(names), at: "spec", "names")
        if result[path: "spec", "conversion", "webhook", "clientConfig", "service"] != nil,
            result[path: "spec", "conversion", "webhook", "clientConfig", "service", "port"] == nil
        {
            result.set(443, at: "spec", "conversion", "webhook", "clientConfig", "service", "port")
        }
        result.json["spec"] = withoutEmptyProperties(result.json["spec"] ?? .null)
        if result[path: "spec", "preserveUnknownFields"] == false {
            result.set(nil, at: "spec", "preserveUnknownFields")
        }
        if old == nil {
            result["status"] = [
                "conditions": .null, "acceptedNames": ["plural": "", "kind": ""], "storedVersions": .null,
            ]
        }
        let storage = (result[path: "spec", "versions"]?.arrayValue ?? []).first { $0["storage"]?.boolValue == true }
        if let name = storage?["name"]?.stringValue {
            let stored = result[path: "status", "storedVersions"]?.stringArrayValue ?? []
            if !stored.contains(name) { result.set(JSONValue(stored + [name]), at: "status", "storedVersions") }
        }
        return result
    }

    /// Go leaves empty maps and lists out of what it writes, and so a schema's empty `properties` vanish.
    private static func withoutEmptyProperties(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            var result = JSONObject()
            for (key, member) in object {
                if key == "default" || key == "enum" || key == "example" {
                    result[key] = member
                    continue
                }
                let droppable = [
                    "properties", "required", "definitions", "dependencies", "patternProperties", "allOf", "anyOf",
                    "oneOf", "shortNames", "categories", "additionalPrinterColumns", "selectableFields",
                    "x-kubernetes-list-map-keys", "x-kubernetes-validations",
                ]
                let isEmpty = (member.objectValue?.isEmpty ?? false) || (member.arrayValue?.isEmpty ?? false)
                if droppable.contains(key), isEmpty { continue }
                result[key] = key == "properties" ? properties(member) : withoutEmptyProperties(member)
            }
            return .object(result)
        case .array(let items): return .array(items.map { withoutEmptyProperties($0) })
        default: return value
        }
    }

    /// The properties of a schema, whose names are not the schema's words.
    private static func properties(_ value: JSONValue) -> JSONValue {
        guard case .object(let object) = value else { return value }
        return .object(object.mapValues { withoutEmptyProperties($0) })
    }

    /// The definition with the conditions that the server's controllers give it.
    ///
    /// - Parameters:
    ///   - others: the accepted names of the other definitions of the same group.
    ///   - now: the time of transitions.
    /// - Returns: the object with its new status; the same object if nothing changes.
    package func withConditions(others: [Names], now: Timestamp) -> KubeObject {
        var result = object
        let (accepted, conflict) = acceptNames(others)
        result.set(accepted.value, at: "status", "acceptedNames")
        if let conflict {
            result.setCondition("NamesAccepted", "False", conflict.reason, conflict.message, now)
        } else {
            result.setCondition("NamesAccepted", "True", "NoConflicts", "no conflicts found", now)
        }
        if conflict == nil {
            if !isEstablished {
                result.setCondition(
                    "Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now)
            }
        } else if condition("Established") == nil {
            result.setCondition("Established", "False", "NotAccepted", "not all names are accepted", now)
        }
        if Self.isProtected(group) {
            let (status, reason, message) = approval
            result.setCondition("KubernetesAPIApprovalPolicyConformant", status, reason, message, now)
        }
        return result
    }

    /// The condition of a definition whose instances are about to be deleted.
    package func withTerminating(now: Timestamp) -> KubeObject {
        var result = object
        result.setCondition(
            "Terminating", "True", "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", now)
        return result
    }

    /// The names that are free, and the last conflict: each name is accepted or not on its own.
    private func acceptNames(_ others: [Names]) -> (Names, conflict: (reason: String, message: String)?) {
        var resources: Set<String> = []
        var kinds: Set<String> = []
        for other in others {
            resources.formUnion([other.plural, other.singular] + other.shortNames)
            kinds.formUnion([other.kind, other.listKind])
        }
        resources.remove("")
        kinds.remove("")
        var accepted = acceptedNames
        var conflict: (reason: String, message: String)?
        func check(_ name: String, _ taken: Set<String>, _ reason: String) -> Bool {
            guard taken.contains(name) else { return true }
            conflict = (reason, "\"\(name)\" is already in use")
            return false
        }
        if check(names.plural, resources, "PluralConflict") { accepted.plural = names.plural }
        if check(names.singular, resources, "SingularConflict") { accepted.singular = names.singular }
        let taken = names.shortNames.filter { resources.contains($0) }
        if let first = taken.first {
            conflict = ("ShortNamesConflict", "\"\(first)\" is already in use")
        } else {
            accepted.shortNames = names.shortNames
        }
        if check(names.kind, kinds, "KindConflict") { accepted.kind = names.kind }
        if check(names.listKind, kinds, "ListKindConflict") { accepted.listKind = names.listKind }
        accepted.categories = names.categories
        return (accepted, conflict)
    }

    /// Whether a group belongs to Kubernetes, whose definitions need an approval.
    static func isProtected(_ group: String) -> Bool {
        group == "k8s.io" || group == "kubernetes.io" || group.hasSuffix(".k8s.io") || group.hasSuffix(".kubernetes.io")
    }

    private var approval: (status: String, reason: String, message: String) {
        let annotation = object.annotations[Self.approvalAnnotation] ?? ""
        if annotation.hasPrefix("unapproved") {
            return ("False", "UnapprovedAnnotation", "not approved: \"\(annotation)\"")
        }
        if annotation.hasPrefix("https://") || annotation.hasPrefix("http://") {
            return ("True", "ApprovedAnnotation", "approved in \(annotation)")
        }
        let rule =
            "protected groups must have approval annotation \"\(Self.approvalAnnotation)\" with either a URL or a reason "
            + "starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"
        return ("False", annotation.isEmpty ? "MissingAnnotation" : "InvalidAnnotation", rule)
    }
}

extension KubeObject {
    /// Sets a condition; its time moves only with its status.
    fileprivate mutating func setCondition(
        _ type: String, _ status: String, _ reason: String, _ message: String, _ now: Timestamp
    ) {
        var conditions = self[path: "status", "conditions"]?.arrayValue ?? []
        let position = conditions.firstIndex { $0["type"]?.stringValue == type }
        let old = position.map { conditions[$0] }
        let unchanged = old?["status"]?.stringValue == status ? old?["lastTransitionTime"] : nil
        let condition: JSONValue = [
            "type": .string(type), "status": .string(status),
            "lastTransitionTime": unchanged ?? .string(now.description), "reason": .string(reason),
            "message": .string(message),
        ]
        if let position { conditions[position] = condition } else { conditions.append(condition) }
        set(.array(conditions), at: "status", "conditions")
    }
}
