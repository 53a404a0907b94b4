/// The order of resource versions (KEP-5504): decimal numbers without a leading zero, of any length.
///
/// What is no such number has no order: comparing it is unknown, not equal and not older.
public struct ResourceVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    private let digits: String

    /// Reads a version; nil if it is empty, zero-led or no decimal number.
    public init?(_ text: String) {
        guard let first = text.utf8.first, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard first != 0x30 || text == "0" else { return nil }
        digits = text
    }

    /// A version from a counter.
    public init(_ number: UInt64) { digits = String(number) }

    /// The version as the API writes it.
    public var description: String { digits }
    /// The number, if it fits.
    public var number: UInt64? { UInt64(digits) }

    /// Orders by length, then by digits: the order of the numbers without their size limit.
    public static func < (left: ResourceVersion, right: ResourceVersion) -> Bool {
        let (leftCount, rightCount) = (left.digits.utf8.count, right.digits.utf8.count)
        return leftCount == rightCount ? left.digits.utf8Less(than: right.digits) : leftCount < rightCount
    }
}
