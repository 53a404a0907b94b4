import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Field sets")
struct FieldSetTests {
    static let texts = [
        #"{"f:data":{".":{},"f:a":{}},"f:metadata":{"f:labels":{"f:app":{}}}}"#,
        #"{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:image":{},"f:name":{}}}}}"#,
        #"{"f:metadata":{"f:finalizers":{"v:\"example.com/a\"":{}}}}"#,
        #"{"f:list":{"i:0":{},"i:3":{"f:x":{}}}}"#,
    ]

    @Test("FieldsV1 survives reading and writing", arguments: texts)
    func codec(text: String) throws {
        let value = try JSONValue(parsing: text)
        let set = try #require(FieldSet(fieldsV1: value))
        #expect(set.fieldsV1 == value)
    }

    @Test("A malformed key makes the whole set unreadable", arguments: [#"{"x":{}}"#, #"{"v:{":{}}"#, #"{"f:a":1}"#])
    func malformed(text: String) throws {
        #expect(FieldSet(fieldsV1: try JSONValue(parsing: text)) == nil)
    }

    @Test("Union, intersection and difference are those of sets of paths")
    func algebra() {
        var random = SplitMix(seed: 7)
        for _ in 0..<200 {
            let (a, b) = (Self.paths(&random), Self.paths(&random))
            let (left, right) = (FieldSet(a), FieldSet(b))
            #expect(Set(left.union(right).paths) == Set(a).union(b))
            #expect(Set(left.intersection(right).paths) == Set(a).intersection(b))
            #expect(Set(left.difference(right).paths) == Set(a).subtracting(b))
            #expect(FieldSet(fieldsV1: left.fieldsV1) == left)
        }
    }

    @Test("A recursive difference takes what lies below a path along")
    func recursiveDifference() {
        let set = FieldSet([[.field("status"), .field("a")], [.field("spec")]])
        #expect(set.recursiveDifference(FieldSet([[.field("status")]])) == FieldSet([[.field("spec")]]))
    }

    private static func paths(_ random: inout SplitMix) -> [[PathElement]] {
        let elements: [PathElement] = [
            .field("a"), .field("b"), .value("v"), .value(3), .index(1), .key([.init(name: "name", value: "x")]),
        ]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                elements[Int.random(in: 0..<elements.count, using: &random)]
            }
        }
    }
}

/// A reproducible source of chance.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
