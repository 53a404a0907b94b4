/// A named set of defaults, with the names and meanings that Istio gives them.
public enum Profile: String, SchemaEnumeration {
    /// istiod and an ingress gateway.
    case `default`
    /// As default, with an egress gateway and everything visible: for showing and trying, not for load.
    case demo
    /// istiod alone.
    case minimal
    /// istiod, the CNI plug-in and ztunnel: the data plane without sidecars.
    case ambient
    /// Nothing but what the spec itself enables.
    case empty
    /// As default, with the CNI plug-in, for OpenShift's security constraints.
    case openshift
    /// As default, with features that are to become defaults.
    case preview
    /// What a cluster needs that another cluster's istiod controls.
    case remote
    /// As default, with only what Istio calls stable allowed.
    case stable
}
