import KubeCore

/// A JSON pointer (RFC 6901) to fields of an object, in which a segment `*` stands for every member or element.
public struct FieldPointer: SchemaValue, CustomStringConvertible {
    /// The segments, unescaped.
    public let segments: [String]

    /// Reads a pointer; nil if it is empty, does not begin with a slash, or has an empty segment.
    public init?(_ text: String) {
        guard text.first == "/", text.utf8.count <= 512 else { return nil }
        var segments: [String] = []
        for segment in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !segment.isEmpty, let unescaped = Self.unescape(segment) else { return nil }
            segments.append(unescaped)
        }
        self.segments = segments
    }

    /// The pointer as text.
    public var description: String { segments.map { "/" + Self.escape($0) }.joined() }

    /// Whether a field, given by its segments, is one that the pointer names, or lies within one.
    public func covers(_ field: some Collection<String>) -> Bool {
        field.count >= segments.count && zip(segments, field).allSatisfy { $0 == "*" || $0 == $1 }
    }

    /// A segment as a pointer spells it.
    public static func escape(_ segment: String) -> String {
        var escaped = ""
        for character in segment.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func unescape(_ segment: Substring) -> String? {
        var result = ""
        var isEscape = false
        for character in segment.unicodeScalars {
            switch (isEscape, character) {
            case (true, "0"): result += "~"
            case (true, "1"): result += "/"
            case (true, _): return nil
            case (false, "~"): break
            case (false, _): result.unicodeScalars.append(character)
            }
            isEscape = !isEscape && character == "~"
        }
        return isEscape ? nil : result
    }

    /// Reads a pointer.
    public static func decode(
        _ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder
    ) -> FieldPointer? {
        guard let text = String.decode(json, at: path, &decoder) else { return nil }
        guard let pointer = FieldPointer(text) else {
            decoder.refuse(path, message)
            return nil
        }
        return pointer
    }
    /// The pointer as text.
    public var encoded: JSONValue { .string(description) }
    /// `type: string` with the form of a pointer.
    public static var openAPI: JSONObject {
        let openAPI: JSONObject = ["type": "string"]
        return openAPI.adding([
            Constraint<String>.length(2...512),
            .pattern("^(/([^~/]|~0|~1)+)+$", saying: message) { FieldPointer($0) != nil },
        ])
    }

    private static let message =
        "write a JSON pointer such as /spec/replicas or /metadata/annotations/example.com~1team"
}
