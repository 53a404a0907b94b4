import KubeCore
import Logging
import Testing

@testable import boltrope

@Suite("Logs in JSON")
struct JSONLogHandlerTests {
    @Test("An entry is one line that reads back, whatever it says")
    func line() throws {
        let line = JSONLogHandler.line(
            level: .warning, label: "boltrope.operator", message: "two\nlines and \"quotes\"",
            metadata: ["object": "Deployment.apps a/b", "fields": ["/spec", "/data"], "nested": ["k": "v"]],
            time: Timestamp(seconds: 0))
        #expect(line.hasSuffix("}\n") && line.dropLast().contains("\n") == false)
        #expect(
            try JSONValue(parsing: line) == [
                "time": "1970-01-01T00:00:00.000000Z", "level": "warning", "logger": "boltrope.operator",
                "message": "two\nlines and \"quotes\"", "object": "Deployment.apps a/b", "fields": ["/spec", "/data"],
                "nested": ["k": "v"],
            ])
    }

    @Test("Metadata cannot pass for the entry's own members")
    func ownMembers() throws {
        let line = JSONLogHandler.line(
            level: .info, label: "l", message: "true", metadata: ["message": "forged"], time: Timestamp(seconds: 0))
        #expect(try JSONValue(parsing: line)["message"] == "true")
    }
}
