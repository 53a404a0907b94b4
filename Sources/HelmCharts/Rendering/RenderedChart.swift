import KubeCore

/// The raw text of one rendered template.
public struct RenderedFile: Sendable, Hashable {
    /// The template's path with the chart's name: `istiod/templates/deployment.yaml`.
    public var path: String
    /// The text as the template printed it.
    public var text: String
}

/// What a chart rendered to.
public struct RenderedChart: Sendable {
    /// The rendered templates, sorted by path, partials left out.
    public let files: [RenderedFile]
    private let name: String
    private let definitions: [RenderedFile]

    init(name: String, files: [RenderedFile], definitions: [RenderedFile]) {
        self.name = name
        self.files = files
        self.definitions = definitions
    }

    /// The text of the chart's own `NOTES.txt`, empty if it has none.
    public var notes: String { files.first { $0.path == name + "/templates/NOTES.txt" }?.text ?? "" }

    /// The objects to install, in Helm's install order. Hooks are in ``hooks()``, definitions of the `crds/` folder in
    /// ``customResourceDefinitions``. Throws if a file is not YAML.
    public func manifests() throws(RenderError) -> [Manifest] {
        try sorted().manifests.filter { !$0.object.isNull }
    }

    /// The objects annotated as Helm hooks, in install order.
    public func hooks() throws(RenderError) -> [Manifest] { try sorted().hooks }

    /// The objects of the `crds/` folders, the chart's own first; files that are not YAML are left out.
    public var customResourceDefinitions: [Manifest] {
        definitions.flatMap { file in
            ManifestDocuments.split(Array(file.text.utf8)).compactMap { document in
                guard let object = try? YAML.value(in: document), object.objectValue != nil else { return nil }
                return Manifest(source: file.path, text: String(decoding: document, as: UTF8.self), object: object)
            }
        }
    }

    /// The files of the `crds/` folders as they are.
    public var customResourceDefinitionFiles: [RenderedFile] { definitions }

    /// All documents, comment-only ones with a null object included, as `helm template` prints them.
    package func sorted() throws(RenderError) -> (manifests: [Manifest], hooks: [Manifest]) {
        var manifests: [Manifest] = []
        var hooks: [Manifest] = []
        for file in files where !file.path.hasSuffix("NOTES.txt") {
            for document in ManifestDocuments.split(Array(file.text.utf8)) {
                var manifest = try Manifest.parse(document, source: file.path)
                guard let events = manifest.object[path: "metadata", "annotations", "helm.sh/hook"]?.stringValue else {
                    manifests.append(manifest)
                    continue
                }
                manifest.hookEvents = events.split(separator: ",").map { String($0).trimmingSpace().lowercased() }
                if manifest.hookEvents.allSatisfy({ Manifest.knownHookEvents.contains($0) }) { hooks.append(manifest) }
            }
        }
        return (InstallOrder.sorted(manifests), InstallOrder.sorted(hooks))
    }
}

/// An object that a chart rendered.
public struct Manifest: Sendable, Hashable {
    /// The path of the template it came from.
    public var source: String
    /// The document's text as rendered.
    public var text: String
    /// The object.
    public var object: JSONValue
    /// The Helm hook events it is for; empty for ordinary objects.
    public var hookEvents: [String] = []

    /// The object's kind, empty if it has none.
    public var kind: String { object["kind"]?.stringValue ?? "" }

    /// The hook's weight: lower runs first.
    public var hookWeight: Int {
        object[path: "metadata", "annotations", "helm.sh/hook-weight"]?.stringValue.flatMap { Int($0) } ?? 0
    }

    static let knownHookEvents: Set<String> = [
        "pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade", "pre-rollback",
        "post-rollback", "test", "test-success",
    ]

    static func parse(_ document: [UInt8], source: String) throws(RenderError) -> Manifest {
        let object: JSONValue
        do {
            object = try YAML.value(in: document)
        } catch {
            throw RenderError("YAML parse error on \(source): error converting YAML to JSON: \(error.goDescription)")
        }
        let prefix =
            "YAML parse error on \(source): error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
        func goType(_ value: JSONValue) -> String {
            switch value {
            case .bool: "bool"
            case .integer, .double, .decimal: "number"
            default: value.typeName
            }
        }
        guard object.objectValue != nil || object.isNull else {
            throw RenderError("\(prefix) \(goType(object)) into Go value of type util.SimpleHead")
        }
        for key in ["apiVersion", "kind"] {
            if let value = object[key], !value.isNull, value.stringValue == nil {
                let field = key == "kind" ? "kind" : "apiVersion"
                throw RenderError("\(prefix) \(goType(value)) into Go struct field SimpleHead.\(field) of type string")
            }
        }
        if case .object(let annotations) = object[path: "metadata", "annotations"] {
            for (_, value) in annotations where value.stringValue == nil && !value.isNull {
                throw RenderError(
                    "\(prefix) \(goType(value)) into Go struct field .metadata.annotations of type string")
            }
        }
        return Manifest(source: source, text: String(decoding: document, as: UTF8.self), object: object)
    }
}

/// Splits rendered text into documents, as Helm's `SplitManifests` does.
enum ManifestDocuments {
    /// The documents that are not blank, without leading white space.
    static func split(_ text: [UInt8]) -> [[UInt8]] {
        var documents: [[UInt8]] = []
        var start = 0
        while start < text.count, isSpace(text[start]) { start += 1 }
        var lineStart = start
        func add(_ end: Int) {
            var first = start
            while first < end, isSpace(text[first]) { first += 1 }
            if first < end { documents.append(Array(text[first..<end])) }
        }
        while lineStart < text.count {
            if lineStart + 3 <= text.count, text[lineStart] == 0x2D, text[lineStart + 1] == 0x2D,
                text[lineStart + 2] == 0x2D
            {
                var end = lineStart
                while end > start, isSpace(text[end - 1]) { end -= 1 }
                add(end)
                start = lineStart + 3
                while start < text.count, isSpace(text[start]) { start += 1 }
                // A separator swallows the white space after it; what follows is never again the start of a line.
                lineStart = start
            }
            guard let newline = text[lineStart...].firstIndex(of: 0x0A) else { break }
            lineStart = newline + 1
        }
        add(text.count)
        return documents
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B }
}

/// The order in which Helm installs kinds.
enum InstallOrder {
    private static let kinds = [
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
        "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass",
        "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList",
        "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList",
        "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
        "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ]
    private static let ranks = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })

    /// The manifests by kind; those of one kind keep their order, unknown kinds come last by name.
    static func sorted(_ manifests: [Manifest]) -> [Manifest] {
        manifests.enumerated().map { (rank: ranks[$1.kind] ?? Int.max, kind: $1.kind, index: $0, manifest: $1) }
            .sorted { left, right in
                if left.rank != right.rank { return left.rank < right.rank }
                if left.rank == Int.max, left.kind != right.kind { return left.kind.isLessByBytes(than: right.kind) }
                return left.index < right.index
            }.map(\.manifest)
    }
}
