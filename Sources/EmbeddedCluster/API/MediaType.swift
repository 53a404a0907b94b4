import KubeCore

/// A media type with its parameters, as in `Accept` and `Content-Type` (RFC 9110, section 8.3.1).
struct MediaType: Hashable {
    var name: String
    var parameters: [String: String] = [:]
    var quality: Double = 1

    init(_ text: some StringProtocol) {
        let parts = text.split(separator: ";").map { $0.trimmed }
        name = (parts.first ?? "").lowercased()
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard pair.count == 2 else { continue }
            if pair[0] == "q" { quality = Double(pair[1]) ?? 1 } else { parameters[pair[0]] = pair[1] }
        }
    }

    static let json = "application/json"
    static let yaml = "application/yaml"
    static let protobuf = "application/vnd.kubernetes.protobuf"
    static let jsonPatch = "application/json-patch+json"
    static let mergePatch = "application/merge-patch+json"
    static let strategicMergePatch = "application/strategic-merge-patch+json"
    static let applyPatch = "application/apply-patch+yaml"
}

extension StringProtocol {
    /// The text without white space around it.
    var trimmed: String {
        var view = self[...]
        while let first = view.first, first.isWhitespace { view = view.dropFirst() }
        while let last = view.last, last.isWhitespace { view = view.dropLast() }
        return String(view)
    }
}

/// How an answer is to be written, as negotiated through `Accept`.
struct Representation: Hashable {
    /// What is made of the objects in the answer.
    enum Shape: Hashable {
        case plain
        case table
        case partialMetadata
        case partialMetadataList
    }

    var shape: Shape = .plain
    /// `v1`, or `v1beta1` where that is asked for, of group `meta.k8s.io`.
    var version = "v1"
    var isYAML = false
    var isPretty = false

    static let plain = Representation()

    private init() {}

    /// Chooses the first form that the client accepts and the server can give.
    ///
    /// Protobuf is taken to mean JSON: the clients that ask for it list JSON too, and tell by the content type.
    init(_ request: APIRequest) throws(Status) {
        isPretty = Self.wantsPretty(request)
        let accept = request.headers.filter { $0.name.lowercased() == "accept" }.map(\.value).joined(separator: ",")
        let clauses = accept.split(separator: ",").map { MediaType($0) }.filter { !$0.name.isEmpty }
        guard !clauses.isEmpty else { return }
        var knowsMediaType = false
        for clause in clauses.sorted(by: { $0.quality > $1.quality }) {
            switch clause.name {
            case MediaType.json, MediaType.protobuf, "application/*", "*/*": isYAML = false
            case MediaType.yaml: isYAML = true
            default: continue
            }
            knowsMediaType = true
            guard let shape = clause.parameters["as"] else {
                self.shape = .plain
                return
            }
            let (group, version) = (clause.parameters["g"], clause.parameters["v"] ?? "v1")
            guard group == "meta.k8s.io", version == "v1" || version == "v1beta1" else { continue }
            self.version = version
            switch shape {
            case "Table": self.shape = .table
            case "PartialObjectMetadata": self.shape = .partialMetadata
            case "PartialObjectMetadataList": self.shape = .partialMetadataList
            default: continue
            }
            return
        }
        throw knowsMediaType ? .formNotAcceptable : .notAcceptable
    }

    /// Answers are indented for people: on request, or for browsers and the like.
    private static func wantsPretty(_ request: APIRequest) -> Bool {
        if let pretty = request.query.first(where: { $0.name == "pretty" })?.value {
            return pretty != "false" && pretty != "0"
        }
        let agent = request.header("User-Agent") ?? ""
        return agent.hasPrefix("curl") || agent.hasPrefix("Wget") || agent.hasPrefix("Mozilla/5.0")
    }

    var metaAPIVersion: String { "meta.k8s.io/\(version)" }
}
