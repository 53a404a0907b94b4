import KubeCore

/// A pod template, and what controllers derive from it.
struct PodTemplate {
    /// The template as the workload's specification holds it.
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    init(of workload: KubeObject) { value = workload.spec["template"] ?? .null }

    /// The labels of its pods.
    var labels: [String: String] { value[path: "metadata", "labels"]?.stringMapValue ?? [:] }

    /// A hash of the template, in letters that form no words: `pod-template-hash`, `controller-revision-hash`.
    ///
    /// - Parameter collisions: how often the hash has met a different template of the same hash.
    func hash(collisions: Int = 0) -> String {
        var text = value.serialized(.canonical)
        if collisions > 0 { text += String(collisions) }
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        let digest = SHA256.digest(Array(text.utf8))
        return String(digest.prefix(10).map { alphabet[Int($0) % alphabet.count] })
    }

    /// A pod of this template.
    func pod(
        name: String, generateName: String? = nil, namespace: String?, owner: OwnerReference,
        labels: [String: String] = [:], annotations: [String: String] = [:]
    ) -> KubeObject {
        var pod = KubeObject(type: .pods, namespace: namespace, name: name)
        if let generateName { pod.set(.string(generateName), at: "metadata", "generateName") }
        pod.labels = self.labels.merging(labels) { $1 }
        pod.annotations = (value[path: "metadata", "annotations"]?.stringMapValue ?? [:]).merging(annotations) { $1 }
        if let finalizers = value[path: "metadata", "finalizers"]?.stringArrayValue { pod.finalizers = finalizers }
        pod.ownerReferences = [owner]
        pod["spec"] = value["spec"] ?? .object(JSONObject())
        return pod
    }

    /// Whether two templates make the same pods, apart from a label that tells revisions apart.
    func equals(_ other: PodTemplate, ignoringLabel label: String) -> Bool {
        var (left, right) = (value, other.value)
        left.set(nil, at: "metadata", "labels", label)
        right.set(nil, at: "metadata", "labels", label)
        return left == right
    }
}

/// A number or a percentage, as `maxSurge` and `minAvailable` have it.
enum IntegerOrPercentage {
    /// The number meant out of a total; nil if the value is neither.
    static func resolve(_ value: JSONValue?, of total: Int, roundsUp: Bool) -> Int? {
        guard let value else { return nil }
        if let number = value.intValue { return number }
        guard let text = value.stringValue, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return nil }
        let product = percent * total
        return roundsUp ? (product + 99) / 100 : product / 100
    }
}
