import EmbeddedCluster
import KubeCore

/// The cluster after a step, without what differs between any two runs: identifiers, versions, times.
struct EndState: Sendable, Equatable {
    /// The objects by resource and name; those with generated names are numbered instead.
    var objects: [String: JSONValue] = [:]

    /// Made by the cluster's own controllers from what others want, and often under random names.
    private static let madeByTheCluster: Set<String> = [
        "events", "events.events.k8s.io", "leases.coordination.k8s.io", "pods", "replicasets.apps",
        "controllerrevisions.apps", "endpoints", "endpointslices.discovery.k8s.io", "nodes",
    ]

    init(_ view: ClusterView, scenario: ControllerScenario) {
        let normalisation = Normalisation(view: view, ignored: scenario.ignoredFields)
        var generated: [String: [JSONValue]] = [:]
        for (key, object) in view.objects where Self.compares(key.resource, scenario) {
            let value = normalisation.value(of: object)
            if let prefix = object[path: "metadata", "generateName"]?.stringValue {
                let name = ObjectKey(namespace: object.namespace, name: "\(prefix)*")
                generated["\(key.resource) \(name)", default: []].append(value)
            } else {
                objects["\(key.resource) \(key.key)"] = value
            }
        }
        for (name, values) in generated {
            let sorted = values.map { ($0.serialized(), $0) }.sorted { $0.0 < $1.0 }
            for (position, value) in sorted.enumerated() { objects["\(name) \(position + 1)"] = value.1 }
        }
    }

    static func compares(_ resource: String, _ scenario: ControllerScenario) -> Bool {
        !madeByTheCluster.contains(resource) && !scenario.ignoredResources.contains(resource)
    }

    /// What is different from another state, in lines, but for masked fields.
    func differences(from expected: EndState, mask: EndStateMask = EndStateMask()) -> [String] {
        var lines: [String] = []
        for (name, value) in expected.objects {
            guard let own = objects[name] else {
                lines.append("\(name) is missing")
                continue
            }
            for difference in Difference.between(value, own) where !mask.covers(name, difference.path) {
                let before = difference.before.map(Self.short) ?? "nothing"
                let after = difference.after.map(Self.short) ?? "nothing"
                lines.append("\(name): \(difference.path) is \(after), not \(before)")
            }
        }
        for name in objects.keys where expected.objects[name] == nil { lines.append("\(name) should not be there") }
        return lines.sorted()
    }

    private static func short(_ value: JSONValue) -> String {
        let text = value.serialized()
        return text.count > 120 ? "\(text.prefix(117))…" : text
    }
}

/// Fields that differ between two undisturbed runs, and so say nothing.
struct EndStateMask: Sendable {
    private var paths: [String: Set<JSONPointer>] = [:]

    init() {}

    /// The fields in which two states differ; nil if they differ in which objects there are.
    init?(_ one: EndState, _ other: EndState) {
        guard Set(one.objects.keys) == Set(other.objects.keys) else { return nil }
        for (name, value) in one.objects {
            guard let second = other.objects[name] else { continue }
            let differences = Difference.between(value, second)
            if !differences.isEmpty { paths[name] = Set(differences.map(\.path)) }
        }
    }

    func covers(_ object: String, _ path: JSONPointer) -> Bool { paths[object]?.contains(path) ?? false }
}

/// Replaces what is volatile in an object by what it means.
private struct Normalisation {
    let view: ClusterView
    let ignored: [[String]]

    private static let dropped: Set<String> = [
        "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "selfLink",
    ]
    private static let addresses: Set<String> = ["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"]

    func value(of object: KubeObject) -> JSONValue {
        var object = object
        for path in ignored { object.remove(path[...]) }
        let isSecret = object.apiVersion == "v1" && object.kind == "Secret"
        var members = JSONObject()
        for (name, value) in object.json {
            switch name {
            case "metadata": members[name] = metadata(value)
            case "data" where isSecret, "stringData" where isSecret:
                // Compared without being shown.
                members[name] = .string(SHA256.hexadecimal(value.serializedBytes()))
            case "status": members[name] = status(value, generation: object.generation)
            default: members[name] = normal(value)
            }
        }
        return .object(members)
    }

    private func metadata(_ value: JSONValue) -> JSONValue {
        guard let metadata = value.objectValue else { return value }
        var members = JSONObject()
        for (name, value) in metadata where !Self.dropped.contains(name) {
            switch name {
            case "name" where metadata["generateName"] != nil: continue
            case "managedFields": members[name] = managers(value)
            default: members[name] = normal(value)
            }
        }
        if metadata["deletionTimestamp"] != nil { members["deletionTimestamp"] = "(set)" }
        return .object(members)
    }

    /// Who owns what, without when.
    private func managers(_ value: JSONValue) -> JSONValue {
        let entries = (value.arrayValue ?? []).map { entry -> (String, JSONValue) in
            var entry = normal(entry)
            entry["time"] = nil
            return (entry.serialized(), entry)
        }
        return .array(entries.sorted { $0.0 < $1.0 }.map(\.1))
    }

    private func status(_ value: JSONValue, generation: Int64) -> JSONValue {
        var value = value
        func relate(_ value: inout JSONValue) {
            guard let observed = value["observedGeneration"]?.integerValue else { return }
            value["observedGeneration"] = observed == generation ? "(current)" : "(older)"
        }
        relate(&value)
        if var conditions = value["conditions"]?.arrayValue {
            for position in conditions.indices { relate(&conditions[position]) }
            value["conditions"] = .array(conditions)
        }
        return normal(value)
    }

    private func normal(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            var members = JSONObject()
            for (name, value) in object {
                members[key(name)] = Self.addresses.contains(name) ? "(address)" : normal(value)
            }
            return .object(members)
        case .array(let elements): return .array(elements.map(normal))
        case .string(let text): return .string(normal(text))
        default: return value
        }
    }

    /// A member's name; those of managed fields hold the identifiers of owners.
    private func key(_ name: String) -> String {
        let prefix = #"k:{"uid":""#
        guard name.hasPrefix(prefix) else { return name }
        return prefix + normal(String(name.dropFirst(prefix.count).prefix { $0 != "\"" })) + #""}"#
    }

    private func normal(_ text: String) -> String {
        let bytes = text.utf8
        if bytes.count >= 20, bytes.count <= 35, bytes.dropFirst(10).first == UInt8(ascii: "T"), Timestamp(text) != nil
        {
            return "(time)"
        }
        guard bytes.count == 36, bytes.dropFirst(8).first == UInt8(ascii: "-") else { return text }
        guard let key = view.uids[text] else { return "(uid of nothing)" }
        return "(uid of \(key.resource) \(key.key))"
    }
}

extension KubeObject {
    fileprivate mutating func remove(_ path: ArraySlice<String>) {
        var value = value
        value.set(nil, at: path)
        if let object = KubeObject(value) { self = object }
    }
}
