import KubeCore

/// Annotations of a pod (set them on a pod template) with which a test makes the simulated kubelet fail.
package enum FailureInjection {
    /// Seconds (a decimal number) from running to ready, instead of the cluster's delay.
    package static let readinessDelay = "simulation.boltrope.dev/readiness-delay-seconds"
    /// `true`: the containers run and never become ready.
    package static let neverReady = "simulation.boltrope.dev/never-ready"
    /// `true`: the containers start, fail and are restarted with growing back-off, for ever. A pod that is to run to
    /// completion fails.
    package static let crashLoop = "simulation.boltrope.dev/crash-loop"
    /// `true`: no image of the pod can be pulled.
    package static let failingImage = "simulation.boltrope.dev/failing-image"
    /// On a Node, `true`: it reports that it is not ready, and so do the pods on it.
    package static let nodeNotReady = "simulation.boltrope.dev/node-not-ready"
    /// On a HorizontalPodAutoscaler: the load that its pods bear together, in percent of what one pod requests.
    package static let load = "simulation.boltrope.dev/load-percent"

    /// Whether an annotation of the object says `true`.
    static func isSet(_ annotation: String, on object: KubeObject) -> Bool {
        object[path: "metadata", "annotations", annotation]?.stringValue == "true"
    }

    /// The duration in seconds that an annotation of the object gives; nil if it is missing or no such number.
    static func duration(_ annotation: String, of object: KubeObject) -> Duration? {
        guard let text = object[path: "metadata", "annotations", annotation]?.stringValue,
            let seconds = Double(text), seconds >= 0, seconds < 1e9
        else { return nil }
        return .milliseconds(Int64(seconds * 1000))
    }
}
