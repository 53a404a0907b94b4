import KubeCore
import MeshAPI

/// A component with everything that rendering it needs.
package struct ResolvedComponent: Sendable, Hashable {
    /// Which component.
    package var identity: ComponentIdentity
    /// The chart.
    package var chart: ChartDescription
    /// The name of the release, as Istio's documentation names it.
    package var release: String
    /// The namespace of the release.
    package var namespace: String
    /// The values that are laid over the chart's own.
    package var values: JSONObject
    /// What its objects are to have beyond what the chart can be told, and where the spec says so.
    package var settings: Settings?

    /// `k8s` of a component.
    package struct Settings: Sendable, Hashable {
        /// Where the spec has it, such as `spec.components.pilot.k8s`.
        package var path: String
        /// The settings as the spec writes them.
        package var values: JSONObject
    }
}

/// A spec with every choice made: which components, which charts, which values.
package struct ResolvedMesh: Sendable, Hashable {
    /// The version of Istio; that of the istiod chart, or of the base chart where there is no istiod.
    package var version: Version
    /// The revision's name; empty for the one without.
    package var revision: String
    /// The namespace of the control plane.
    package var namespace: String
    /// The components in the order of installation.
    package var components: [ResolvedComponent]
}

/// Why a spec cannot be carried out as it is.
package struct ResolutionProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why, as one word for programs.
    package var reason: String
    /// Why and what to do, beginning with the field's path.
    package var description: String
    /// Whether trying again may help without anybody changing the spec.
    package var isTransient = false
}
