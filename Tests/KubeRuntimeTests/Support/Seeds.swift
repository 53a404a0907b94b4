import Foundation

/// The seeds of a property test: some by default, `BOLTROPE_SEEDS` times as many where somebody has the time.
func seeds(_ count: UInt64) -> Range<UInt64> {
    let factor = ProcessInfo.processInfo.environment["BOLTROPE_SEEDS"].flatMap { UInt64($0) } ?? 1
    return 0..<count * max(1, factor)
}
