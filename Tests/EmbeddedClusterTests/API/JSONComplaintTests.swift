import Testing

@testable import EmbeddedCluster

/// Complaints about text that is no JSON are those of Go's decoder.
struct JSONComplaintTests {
    @Test(
        "a complaint names the byte and the place",
        arguments: [
            (#"{"a":1"#, "unexpected end of JSON input"),
            (#"{"a":"b"#, "unexpected end of JSON input"),
            ("", "unexpected end of JSON input"),
            (#"{"a":1} x"#, "invalid character 'x' after top-level value"),
            ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
            (#"{"a" 1}"#, "invalid character '1' after object key"),
            (#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
            (#"{"a":1 "b"}"#, "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            (#"{"a":tru}"#, "invalid character '}' in literal true (expecting 'e')"),
            ("[01]", "invalid character '1' after array element"),
            ("[1.x]", "invalid character 'x' after decimal point in numeric literal"),
            ("[-]", "invalid character ']' in numeric literal"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            (#""\x""#, "invalid character 'x' in string escape code"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
        ])
    func complaints(text: String, complaint: String) {
        #expect(JSONComplaint.about(Array(text.utf8)) == complaint)
    }

    @Test("sound text has none", arguments: [#"{"a":[1,-2.5e+3,true,null,"\u00e9\n",{}],"b":[]}"#, " 0 ", "\"\""])
    func sound(text: String) {
        #expect(JSONComplaint.about(Array(text.utf8)) == nil)
    }
}
