import KubeCore

/// What functions may ask of the world while a template runs: time, chance, the API server and cancellation.
struct TemplateEnvironment {
    /// Seconds and nanoseconds since the epoch.
    var now: () -> GoTime
    /// The next 64 random bits.
    var random: () -> UInt64
    /// An object of the cluster, or a list if the name is empty; an empty object when there is none.
    var lookup: (_ apiVersion: String, _ kind: String, _ namespace: String, _ name: String) throws(GoError) -> JSONValue
    /// Whether the render should stop.
    var isCancelled: () -> Bool
    /// Expressions compiled so far.
    let regexes = RegularExpressionCache()
}
