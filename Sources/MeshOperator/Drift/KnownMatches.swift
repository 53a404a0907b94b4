import KubeCore
import MeshAPI

/// The objects that a comparison found to be as intended, each in the very state and for the very intent that were
/// compared: the next comparison would find the same, and need not be made.
package struct KnownMatches: Sendable, Hashable {
    private struct Comparison: Sendable, Hashable {
        var uid: String
        var resourceVersion: String
        var intent: String
        var leftAlone: [FieldPointer]
    }

    private var comparisons: [ObjectIdentity: Comparison] = [:]

    package init() {}

    /// Notes that an object is as intended, apart from the fields that are left alone.
    package mutating func note(_ desired: DesiredObject, _ live: KubeObject, leftAlone: [FieldPointer]) {
        comparisons[desired.identity] = Self.comparison(desired, live, leftAlone)
    }

    /// Whether just this was compared before, and found to be as intended.
    package func contains(_ desired: DesiredObject, _ live: KubeObject, leftAlone: [FieldPointer]) -> Bool {
        guard let known = comparisons[desired.identity] else { return false }
        return known == Self.comparison(desired, live, leftAlone)
    }

    /// Nil for an object whose state nothing tells from the next, which is compared each time.
    private static func comparison(
        _ desired: DesiredObject, _ live: KubeObject, _ leftAlone: [FieldPointer]
    ) -> Comparison? {
        guard let uid = live.uid, let version = live.resourceVersion, !version.isEmpty else { return nil }
        return Comparison(uid: uid, resourceVersion: version, intent: desired.intent, leftAlone: leftAlone)
    }
}
