import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Watch lines")
struct SourceEventTests {
    @Test("types are told apart, in whichever order the members come")
    func types() throws {
        guard
            case .added(let added) = try SourceEvent(parsing: Array(#"{"object":{"a":[1,"}"]},"type":"ADDED"}"#.utf8))
        else {
            Issue.record("not added")
            return
        }
        #expect(try JSONValue(parsing: added) == ["a": [1, "}"]])
        let bookmark = #"""
            {"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12",
            "annotations":{"k8s.io/initial-events-end":"true"}}}}
            """#
        guard case .bookmark("12", endsInitialEvents: true) = try SourceEvent(parsing: Array(bookmark.utf8)) else {
            Issue.record("not the end of initial events")
            return
        }
    }

    @Test("an error carries what it means to a reflector")
    func errors() throws {
        let line = #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#
        guard case .error(.expired) = try SourceEvent(parsing: Array(line.utf8)) else {
            Issue.record("not expired")
            return
        }
        #expect(throws: SourceFailure.self) { try SourceEvent(parsing: Array(#"{"type":"ADDED"}"#.utf8)) }
        #expect(throws: SourceFailure.self) { try SourceEvent(parsing: Array(#"{"type":"ADDED","obj"#.utf8)) }
    }

    @Test(
        "statuses of the API server mean what they should",
        arguments: [
            (410, "Expired", "x", SourceFailure.expired("x (Expired)")),
            (422, "Invalid", "x", .unsupported("x (Invalid)")),
            (403, "Forbidden", "x", .denied("x (Forbidden)")),
            (404, "NotFound", "x", .notServed("x (NotFound)")),
            (500, "InternalError", "x", .internalError("x (InternalError)")),
            (503, "ServiceUnavailable", "x", .other("x (ServiceUnavailable)")),
        ])
    func statuses(code: Int, reason: String, message: String, failure: SourceFailure) {
        #expect(SourceFailure(Status(code: code, reason: .init(rawValue: reason), message: message)) == failure)
    }

    @Test("a version too large is told from other time-outs by its cause")
    func tooLarge() {
        let cause = Status.Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")
        let status = Status(
            code: 504, reason: .timeout, message: "x", details: Status.Details(causes: [cause]))
        #expect(SourceFailure(status) == .resourceVersionTooLarge("x (Timeout)"))
        #expect(SourceFailure(Status(code: 504, reason: .timeout, message: "x")) == .other("x (Timeout)"))
    }
}
