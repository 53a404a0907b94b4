import KubeCore
import MeshAPI

/// IstioOperator documents and settings merged into one, as `istioctl` merges them: the default profile, the chosen
/// profile, what the cluster is found to be, the documents in their order, `--set` in its order; then what the spec says
/// outside of `values` is translated into values, and the user's own values have the last word.
package struct IstioOperatorDocument: Sendable, Hashable {
    /// Why documents cannot be merged.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// Which document or argument, and why.
        package var description: String
    }

    /// The merged document.
    package let merged: JSONValue

    /// Merges.
    ///
    /// - Parameters:
    ///   - documents: IstioOperator documents, the later over the earlier.
    ///   - settings: arguments of `--set`.
    ///   - profile: the document of a profile, by its name and the folder that the documents name for charts and
    ///     profiles.
    ///   - detected: what a cluster is found to be, as settings.
    /// - Throws: ``Failure``, or ``InvalidDocument`` with every field that IstioOperator does not have.
    package init(
        _ documents: [JSONValue], settings: [String] = [], detected: [String] = [],
        profile: (_ name: String, _ installPackagePath: String?) throws -> JSONValue
    ) throws {
        var user: JSONValue = [
            "apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "metadata": [:], "spec": [:],
        ]
        for var document in documents {
            guard document["kind"]?.stringValue == "IstioOperator" else {
                throw Failure(description: "expected a document of kind IstioOperator of install.istio.io/v1alpha1")
            }
            if document["spec"]?.isNull == true { document["spec"] = nil }
            user = MergePatch.merging(document, over: user)
        }
        for setting in settings { try SetPath.apply(setting, to: &user) }

        let name = user[path: "spec", "profile"]?.stringValue ?? ""
        let folder = user[path: "spec", "installPackagePath"]?.stringValue
        var merged = try profile("default", folder)
        if !name.isEmpty, name != "default" { merged = MergePatch.merging(try profile(name, folder), over: merged) }
        for setting in detected { try SetPath.apply(setting, to: &merged) }
        merged = MergePatch.merging(user, over: merged)
        try Self.translate(&merged)
        if let values = user[path: "spec", "values"], values.objectValue != nil {
            merged = MergePatch.merging(["spec": ["values": values]], over: merged)
        }
        try Self.validate(merged)
        if let unvalidated = merged[path: "spec", "unvalidatedValues"], unvalidated.objectValue != nil {
            merged = MergePatch.merging(["spec": ["values": unvalidated]], over: merged)
        }
        self.merged = merged
    }

    /// The folder with charts and profiles, if the documents name one.
    package var installPackagePath: String? { merged[path: "spec", "installPackagePath"]?.stringValue }

    /// The values for every chart.
    var values: JSONValue { merged[path: "spec", "values"] ?? [:] }

    /// The namespace of components that name none.
    var namespace: String { merged[path: "metadata", "namespace"]?.stringValue ?? "istio-system" }

    /// What the spec says outside of `values`, told to the charts.
    private static func translate(_ document: inout JSONValue) throws(SetPath.Failure) {
        let translations = [
            ("hub", ["global", "hub"]), ("tag", ["global", "tag"]), ("revision", ["revision"]),
            ("compatibilityVersion", ["compatibilityVersion"]),
        ]
        for (field, path) in translations {
            guard let value = document[path: "spec", field] else { continue }
            // Through text, as istioctl does it: of a tag that is a number a text is made, of other numbers none.
            try SetPath.apply("values.\(path.joined(separator: "."))=\(GoText.plain(value))", to: &document)
        }
        if let configuration = document[path: "spec", "meshConfig"], configuration.objectValue != nil {
            document = MergePatch.merging(["spec": ["values": ["meshConfig": configuration]]], over: document)
        }
        for (component, path) in [("pilot", ["pilot", "enabled"]), ("cni", ["pilot", "cni", "enabled"])] {
            let isOn = document[path: "spec", "components", component, "enabled"]?.boolValue ?? false
            document.set(.bool(isOn), at: (["spec", "values"] + path)[...])
        }
        if let namespace = document[path: "spec", "values", "global", "istioNamespace"]?.stringValue,
            !namespace.isEmpty
        {
            document.set(.string(namespace), at: "metadata", "namespace")
        }
    }

    private static func validate(_ document: JSONValue) throws(InvalidDocument) {
        var decoder = SchemaDecoder(isStrict: true)
        let spec = document["spec"] ?? [:]
        _ = IstioOperatorSpec.decode(spec, at: .root.field("spec"), &decoder)
        let kinds = IstioOperatorComponentKind.all.filter(\.isGateway)
        for kind in kinds {
            let gateways = spec[path: "components", kind.name]?.arrayValue ?? []
            let runsAsRoot = spec[path: "values"]?.value(at: (kind.values + ["runAsRoot"])[...]) == true
            for (index, gateway) in gateways.enumerated() where !runsAsRoot {
                let path = FieldPath.root.field("spec").field("components").field(kind.name).index(index)
                refusePrivilegedPorts(of: gateway, path.field("k8s").field("service"), &decoder)
            }
        }
        guard decoder.problems.isEmpty else { throw InvalidDocument(problems: decoder.problems) }
    }

    /// Ports below 1024 can be bound only by root, which gateways are not by default.
    private static func refusePrivilegedPorts(
        of gateway: JSONValue, _ path: FieldPath, _ decoder: inout SchemaDecoder
    ) {
        for (index, port) in (gateway[path: "k8s", "service", "ports"]?.arrayValue ?? []).enumerated() {
            if port["targetPort"]?.stringValue != nil { continue }
            let number = port["port"]?.integerValue ?? 0
            let target = port["targetPort"]?.integerValue ?? 0
            guard target < 1024, target != 0 || number <= 1024 else { continue }
            decoder.refuse(
                path.field("ports").index(index).field("targetPort"),
                "port \(number) would be bound as \(target == 0 ? number : target), which only root may: set targetPort "
                    + "to a port above 1024, or runAsRoot in the gateway's values")
        }
    }
}
