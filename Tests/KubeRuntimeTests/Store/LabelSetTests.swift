import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Label sets")
struct LabelSetTests {
    private func read(_ json: String, _ table: inout LabelSetTable) throws -> LabelSet {
        let bytes = Array(json.utf8)
        var scanner = JSONScanner()
        var strings = StringInterner()
        return try table.read(bytes.span, &scanner, &strings)
    }

    @Test("objects with the same labels share one set")
    func sharing() throws {
        var table = LabelSetTable()
        let first = try read(#"{"app":"a","version":"v1"}"#, &table)
        #expect(try read(#"{"app":"a","version":"v1"}"#, &table) === first)
        #expect(try read(#"{"app":"a","version":"v2"}"#, &table) !== first)
        #expect(try read(#"{"app":"a"}"#, &table).value("version") == nil)
        #expect(first.value("version") == "v1")
    }

    @Test(
        "reads what a server may send",
        arguments: [
            (#"{}"#, [:]), (#"null"#, [:]), (#"{"a\"b":"\u0063"}"#, ["a\"b": "c"]),
            (#"{ "a" : "b" , "n" : 1 , "c":"" }"#, ["a": "b", "c": ""]),
        ] as [(String, [String: String])])
    func reading(json: String, labels: [String: String]) throws {
        var table = LabelSetTable()
        for _ in 0..<2 {
            let set = try read(json, &table)
            #expect(Dictionary(uniqueKeysWithValues: set.labels.map { ($0.key, $0.value) }) == labels)
        }
    }

    @Test("sets that no object has any more are forgotten")
    func purge() throws {
        var table = LabelSetTable()
        let kept = try (0..<100).map { try read(#"{"kept":"\#($0)"}"#, &table) }
        for number in 0..<10_000 { _ = try read(#"{"gone":"\#(number)"}"#, &table) }
        #expect(table.count < 2_500)
        for number in 0..<100 { #expect(try read(#"{"kept":"\#(number)"}"#, &table) === kept[number]) }
    }
}
