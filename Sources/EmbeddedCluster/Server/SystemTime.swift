import Foundation
import KubeCore

/// The system's wall clock.
package enum SystemTime {
    /// The time now.
    @Sendable package static func now() -> Timestamp {
        let interval = Date().timeIntervalSince1970
        let seconds = interval.rounded(.down)
        return Timestamp(seconds: Int64(seconds), nanoseconds: Int32((interval - seconds) * 1_000_000_000))
    }
}
