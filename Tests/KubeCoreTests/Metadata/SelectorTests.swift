import KubeCore
import Testing

@Suite("Selectors")
struct SelectorTests {
    @Test(
        "A label selector selects",
        arguments: [
            ("", true), ("app=web", true), ("app==web", true), ("app=db", false), ("app!=db", true),
            ("missing!=x", true), ("app", true), ("!app", false), ("!missing", true), ("app in (db, web)", true),
            ("app notin (db,web)", false), ("tier notin (x)", true), ("size>3", true), ("size<3", false),
            ("app=web,size>9", false), ("empty=", true), ("app,!missing", true),
        ])
    func labels(text: String, isSelected: Bool) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.matches(["app": "web", "size": "5", "empty": ""]) == isSelected)
        #expect(try LabelSelector(parsing: selector.description) == selector)
    }

    @Test(
        "A malformed label selector is refused",
        arguments: ["a in b", "=x", "a=b c", "a in (b", "a,", ",a", "!", "a>x"])
    func malformedLabels(text: String) {
        #expect(throws: SelectorError.self) { try LabelSelector(parsing: text) }
    }

    @Test("The structured form selects as its query form does")
    func structured() throws {
        let selector = try #require(
            LabelSelector(
                [
                    "matchLabels": ["app": "web"],
                    "matchExpressions": [["key": "tier", "operator": "NotIn", "values": ["x", "y"]]],
                ] as JSONValue))
        #expect(selector.description == "app=web,tier notin (x,y)")
        #expect(LabelSelector(["matchExpressions": [["key": "a", "operator": "Like"]]] as JSONValue) == nil)
    }

    @Test(
        "A field selector selects",
        arguments: [
            ("", true), ("metadata.name=web", true), ("metadata.name==web", true), ("metadata.name!=web", false),
            ("missing=", true), ("missing!=", false), (#"spec.x=a\,b\=c"#, true),
        ])
    func fields(text: String, isSelected: Bool) throws {
        let object = ["metadata.name": "web", "spec.x": "a,b=c"]
        let selector = try FieldSelector(parsing: text)
        #expect(selector.matches { object[$0] } == isSelected)
        #expect(try FieldSelector(parsing: selector.description) == selector)
    }

    @Test("A malformed field selector is refused", arguments: ["a", "a!b", "a=b=c", #"a=\x"#])
    func malformedFields(text: String) {
        #expect(throws: SelectorError.self) { try FieldSelector(parsing: text) }
    }
}
