import HelmCharts
import KubeCore

/// The path of an overlay, in IstioOperator's grammar: member names with dots between them, and brackets for elements of
/// lists (`[name:x]` by a member, `[3]` by position, `[:text]` by a regular expression).
struct OverlayPath: Sendable, Hashable, CustomStringConvertible {
    /// The steps as they are written; brackets are read when it is known that the step is into a list.
    let steps: [String]

    /// Reads a path. There is no path that cannot be read; what it means shows itself in the object.
    init(_ text: String) {
        var cleaned = Self.clean(text)
        if cleaned.hasPrefix(".") { cleaned.removeFirst() }
        if cleaned.hasSuffix(".") { cleaned.removeLast() }
        var steps: [String] = []
        for part in Self.split(cleaned, at: ".") where !part.isEmpty {
            let step = Self.unescape(part, ".")
            if let bracket = step.firstIndex(of: "["), bracket != step.startIndex {
                steps.append(String(step[..<bracket]))
                steps.append(String(step[bracket...]))
            } else {
                steps.append(step)
            }
        }
        self.steps = steps
    }

    /// The path as it is written.
    var description: String { steps.joined(separator: ".") }

    /// The path without repeated and trailing slashes, as IstioOperator reads it (Go's `filepath.Clean`).
    private static func clean(_ text: String) -> String {
        guard text.contains("/") else { return text }
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (text.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Splits at a separator that no backslash precedes.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var previous: Character?
        for character in text {
            if character == separator, previous != "\\" {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
            previous = character
        }
        return parts
    }

    private static func unescape(_ text: String, _ separator: Character) -> String {
        text.split(separator: "\\\(separator)", omittingEmptySubsequences: false).joined(separator: String(separator))
    }

    // MARK: Elements of lists

    /// A step into a list.
    enum Element: Hashable {
        /// The element at a position; past the end and -1 mean one after the last.
        case position(Int)
        /// The first element with a member of this text.
        case member(String, equals: String)
        /// The first scalar that a regular expression matches.
        case matching(String)
    }

    /// What a step means in a list; nil where it is no step into a list.
    static func element(_ step: String) -> Element? {
        guard step.hasPrefix("["), step.hasSuffix("]"), step.count > 2 else { return nil }
        let inner = String(step.dropFirst().dropLast())
        if let position = Int(inner), position >= -1 { return .position(position) }
        let parts = split(inner, at: ":")
        if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isName(parts[0]) {
            return .member(parts[0], equals: unescape(parts[1], ":"))
        }
        return .matching(inner.count > 1 && inner.hasPrefix(":") ? String(inner.dropFirst()) : inner)
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    // MARK: Writing

    /// Why a path leads nowhere.
    struct Failure: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// The object with the field set, or taken away where the value is nil. What is missing on the way is made, but for
    /// elements that are looked for by what they hold.
    func write(_ value: JSONValue?, into object: JSONValue) throws(Failure) -> JSONValue {
        guard !steps.isEmpty else { throw Failure(description: "the path is empty") }
        return try write(value.map(Self.mapFromText), into: object, steps[...])
    }

    private func write(
        _ value: JSONValue?, into node: JSONValue?, _ rest: ArraySlice<String>
    ) throws(Failure) -> JSONValue {
        guard let step = rest.first else { return value ?? .null }
        let further = rest.dropFirst()
        switch node {
        case .object(var object):
            if further.isEmpty {
                object[step] = value
            } else {
                object[step] = try write(value, into: object[step] ?? Self.missing(before: further), further)
            }
            return .object(object)
        case .array(let elements): return try write(value, into: elements, step, further)
        case nil, .null?: return try write(value, into: Self.missing(before: rest), rest)
        default: throw Failure(description: "\(self): what is before \(step) is a \(node?.typeName ?? "null")")
        }
    }

    private func write(
        _ value: JSONValue?, into elements: [JSONValue], _ step: String, _ further: ArraySlice<String>
    ) throws(Failure) -> JSONValue {
        var elements = elements
        guard let position = try position(of: step, in: elements) else {
            guard let added = further.isEmpty ? value : try write(value, into: nil, further) else {
                throw Failure(description: "\(self): there is no element \(step) to take away")
            }
            return .array(elements + [added])
        }
        if !further.isEmpty {
            elements[position] = try write(value, into: elements[position], further)
        } else if let value {
            elements[position] = value
        } else {
            elements.remove(at: position)
        }
        return .array(elements)
    }

    /// Where the element is; nil for one after the last.
    private func position(of step: String, in elements: [JSONValue]) throws(Failure) -> Int? {
        guard let element = Self.element(step) else {
            throw Failure(description: "\(self): before \(step) is a list: choose an element, such as [name:x] or [0]")
        }
        let found: Int?
        switch element {
        case .position(let position): return elements.indices.contains(position) ? position : nil
        case .member(let key, let text):
            found = elements.firstIndex { $0[key].map(GoText.plain) == text }
        case .matching(let pattern):
            found = elements.firstIndex { element in
                switch element {
                case .array, .object: false
                default: PatternMatching.contains(pattern, in: GoText.plain(element)) ?? false
                }
            }
        }
        guard let found else { throw Failure(description: "\(self): element \(step) not found") }
        return found
    }

    /// What is made where something is missing on the way.
    private static func missing(before rest: ArraySlice<String>) -> JSONValue {
        guard let next = rest.first, let element = element(next), case .position = element else { return [:] }
        return []
    }

    /// A map that is written as text, as overlays of old have it: `"a: b"`. JSON stays text.
    private static func mapFromText(_ value: JSONValue) -> JSONValue {
        guard case .string(let text) = value else { return value }
        guard text.contains("\n") ? text.contains(":") : text.contains(": ") else { return value }
        if let json = try? JSONValue(parsing: text), json.objectValue != nil { return value }
        guard let map = try? YAML.value(in: Array(text.utf8)), map.objectValue != nil else { return value }
        return map
    }
}
