import KubeCore

/// The profiles of IstioOperator where an install package brings none: which components each turns on. Values that a
/// profile changes are in the charts, which are told the profile's name.
package enum IstioOperatorProfiles {
    /// The names that there are.
    package static let names = specs.keys.sorted()

    /// The document of a profile.
    ///
    /// - Throws: ``IstioOperatorDocument/Failure`` for a profile that there is not; it names those that there are.
    package static func document(_ name: String) throws -> JSONValue {
        guard let text = specs[name] else {
            throw IstioOperatorDocument.Failure(
                description: "spec.profile: there is no profile \(name): use one of \(names.joined(separator: ", "))")
        }
        var document: JSONValue = ["apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator"]
        document["spec"] = try YAML.value(in: Array(text.utf8))
        if name == "default" { document.set("istio-system", at: "metadata", "namespace") }
        return document
    }

    /// As YAML, since literals of this depth take the compiler minutes.
    private static let specs: [String: String] = [
        "default": """
        components:
          base: {enabled: true}
          pilot: {enabled: true}
          ingressGateways: [{name: istio-ingressgateway, enabled: true}]
          egressGateways: [{name: istio-egressgateway, enabled: false}]
        values:
          defaultRevision: ""
          global: {istioNamespace: istio-system, configValidation: true}
          gateways: {istio-ingressgateway: {}, istio-egressgateway: {}}
          ztunnel: {resourceName: ztunnel}
        """,
        "demo": """
        components:
          egressGateways: [{name: istio-egressgateway, enabled: true}]
        values: {profile: demo}
        """,
        "minimal": """
        components:
          ingressGateways: [{name: istio-ingressgateway, enabled: false}]
        """,
        "ambient": """
        components:
          cni: {enabled: true}
          ztunnel: {enabled: true}
          ingressGateways: [{name: istio-ingressgateway, enabled: false}]
        values: {profile: ambient}
        """,
        "empty": """
        components:
          base: {enabled: false}
          pilot: {enabled: false}
          ingressGateways: [{name: istio-ingressgateway, enabled: false}]
        """,
        "openshift": """
        components:
          cni: {enabled: true, namespace: kube-system}
        values: {global: {platform: openshift}}
        """,
        "openshift-ambient": """
        components:
          cni: {enabled: true, namespace: kube-system}
          ztunnel: {enabled: true, namespace: kube-system}
          ingressGateways: [{name: istio-ingressgateway, enabled: false}]
        values: {profile: ambient, global: {platform: openshift}}
        """,
        "preview": "values: {profile: preview}",
        "remote": """
        components:
          ingressGateways: [{name: istio-ingressgateway, enabled: false}]
        values: {profile: remote}
        """,
        "stable": "values: {profile: stable}",
    ]
}
