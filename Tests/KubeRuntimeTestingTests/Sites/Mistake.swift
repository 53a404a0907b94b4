import KubeRuntimeTesting

/// The mistakes that controllers make in the field, one a controller that is right otherwise.
enum Mistake: String, CaseIterable, Sendable {
    /// Takes a child for its own because of its name, whoever's it is.
    case childByName = "child checked by name, not uid"
    /// Makes two objects where the first is missing; nobody looks for the second.
    case oneGuardForTwoWrites = "two writes behind one condition"
    /// Cleans up when it sees the deletion, instead of holding the object by a finalizer.
    case edgeTriggeredCleanup = "cleanup triggered by the deletion event"
    /// Makes a child under a generated name whenever the cache has none.
    case generatedName = "generateName on the word of a cache"
    /// Lets go of the object, then cleans up.
    case finalizerFirst = "finalizer removed before the cleanup"
    /// Says Ready, then makes it true.
    case statusFirst = "status written before the children"
    /// Appends to a list what it remembers to have made.
    case blindAppend = "append that is not idempotent"
    /// Replaces an object as it was read some time ago, under the version that it has by now.
    case blindUpdate = "update that overwrites what has changed meanwhile"
    /// Takes a conflict for somebody else having done the work.
    case forgottenConflict = "conflict taken for success"
    /// Goes on after an error as if there had been none.
    case swallowedError = "error swallowed"
    /// Writes whether it holds the lease or not.
    case unguardedLeader = "writes after the lease has lapsed"
    /// Writes the time of each look into the status, and looks whenever the status changes.
    case hotLoop = "status changed by every reconcile"
    /// Makes good only deletions that it saw happen.
    case missedDeletion = "deletions found by relisting ignored"
    /// Measures a pause by the wall clock.
    case wallClockPause = "pause measured by the wall clock"

    /// The kinds of faults that are meant for it; empty for one that shows itself undisturbed.
    var killers: [Fault.Kind] {
        switch self {
        case .childByName: [.eventDelayed, .eventsCoalesced]
        case .oneGuardForTwoWrites: [.crashAfter, .internalError, .timeoutAfter]
        case .edgeTriggeredCleanup: [.crashBefore, .internalError, .resetBefore]
        case .generatedName: [.eventDelayed, .secondInstance]
        case .finalizerFirst: [.crashBefore, .crashAfter, .timeoutAfter]
        case .blindAppend: [.resetAfter, .crashAfter]
        case .blindUpdate: [.slow, .eventDelayed]
        case .forgottenConflict: [.conflict]
        case .swallowedError: [.internalError, .unavailable, .timeoutBefore]
        case .unguardedLeader: [.suspension]
        case .missedDeletion: [.eventLost]
        case .wallClockPause: [.wallBackward]
        case .statusFirst, .hotLoop: []
        }
    }

    /// What notices it.
    var oracle: Violation.Oracle {
        switch self {
        case .childByName, .statusFirst, .swallowedError: .invariant
        case .unguardedLeader: .lease
        case .hotLoop: .quiet
        default: .endState
        }
    }
}
