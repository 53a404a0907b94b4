/// Where a value is in a document, written as the API server writes it: `spec.components.ingressGateways[0].name`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// The path as text; empty at the root.
    public let description: String

    /// The root of a document.
    public static let root = FieldPath(description: "")

    /// A path that is already text.
    public init(description: String) { self.description = description }

    /// The path of a member. Names that are no plain identifiers are put in brackets, as map keys are.
    public func field(_ name: String) -> FieldPath {
        let isPlain =
            !name.isEmpty && name.utf8.count <= 128
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isPlain else { return FieldPath(description: "\(description)[\(name.prefix(128))]") }
        return FieldPath(description: description.isEmpty ? name : "\(description).\(name)")
    }

    /// The path of an element of a list.
    public func index(_ index: Int) -> FieldPath { FieldPath(description: "\(description)[\(index)]") }
}
