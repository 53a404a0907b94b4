/// A path into a JSON value (RFC 6901): `/spec/containers/0/image`.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The unescaped segments; none is the whole value.
    public var segments: [String]

    /// A pointer of these segments.
    public init(_ segments: [String]) { self.segments = segments }

    /// Reads a pointer; nil if it is not empty and does not begin with a slash, or has an invalid `~` escape.
    public init?(parsing text: String) {
        guard !text.isEmpty else {
            segments = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var segments: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var segment = ""
            var isEscape = false
            for scalar in part.unicodeScalars {
                if isEscape {
                    switch scalar {
                    case "0": segment.append("~")
                    case "1": segment.append("/")
                    default: return nil
                    }
                    isEscape = false
                } else if scalar == "~" {
                    isEscape = true
                } else {
                    segment.unicodeScalars.append(scalar)
                }
            }
            guard !isEscape else { return nil }
            segments.append(segment)
        }
        self.segments = segments
    }

    /// The pointer as text.
    public var description: String {
        var text = ""
        for segment in segments {
            text.append("/")
            for scalar in segment.unicodeScalars {
                switch scalar {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// A pointer one segment longer.
    public func appending(_ segment: String) -> JSONPointer { JSONPointer(segments + [segment]) }

    /// Whether this pointer is another, or leads to a part of what the other points to.
    public func isWithin(_ other: JSONPointer) -> Bool { segments.starts(with: other.segments) }

    /// The value it points to, or nil if there is none.
    public func value(in root: JSONValue) -> JSONValue? {
        var current = root
        for segment in segments {
            switch current {
            case .object(let object):
                guard let next = object[segment] else { return nil }
                current = next
            case .array(let elements):
                guard let index = Self.index(segment), index < elements.count else { return nil }
                current = elements[index]
            default: return nil
            }
        }
        return current
    }

    /// The array index that a segment spells: digits without a leading zero.
    static func index(_ segment: String) -> Int? {
        guard segment == "0" || segment.utf8.first != UInt8(ascii: "0"),
            segment.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(segment)
    }
}
