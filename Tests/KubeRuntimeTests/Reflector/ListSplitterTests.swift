import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Splitting lists")
struct ListSplitterTests {
    private static let list = #"""
        {"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"42","continue":"a\"]}b","x":[1,[2]]},
         "items":[{"metadata":{"name":"a"},"items":[{"x":"}]{\"\\"}]} , {"metadata":{"name":"b"}},{}],"tail":{"items":[1]}}
        """#

    @Test("items come out whole however the bytes are cut", arguments: 1..<40)
    func pieces(size: Int) throws {
        let bytes = Array(Self.list.utf8)
        var splitter = ListSplitter()
        var items: [JSONValue] = []
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + size)
            try splitter.feed(Array(bytes[position..<end])) { items.append(try JSONValue(parsing: $0)) }
            position = end
        }
        let whole = try JSONValue(parsing: Self.list)
        #expect(items == whole["items"]?.arrayValue)
        let envelope = try JSONValue(parsing: splitter.envelope)
        #expect(envelope["metadata"] == whole["metadata"])
        #expect(envelope["tail"] == whole["tail"])
        #expect(envelope["items"] == [])
    }

    @Test("null and empty items are no items")
    func empty() throws {
        for text in [#"{"items":null,"metadata":{}}"#, #"{"items":[ ],"metadata":{}}"#] {
            var splitter = ListSplitter()
            try splitter.feed(Array(text.utf8)) { _ in Issue.record("there is no item") }
            #expect(try JSONValue(parsing: splitter.envelope)["metadata"] == [:])
        }
    }

    @Test("an answer that is no list of objects is given up")
    func noList() {
        var splitter = ListSplitter()
        #expect(throws: ListSplitter.Failure.self) {
            try splitter.feed(Array(#"{"items":[1,2]}"#.utf8)) { _ in }
        }
    }
}
