import KubeCore

/// JSON Schema, drafts 4 to 2020-12, with the messages of the validator that Helm embeds.
///
/// References are followed within the document only: a chart cannot make a render fetch anything.
struct JSONSchemaValidator {
    private static let maximumDepth = 256

    private struct Problem {
        var path: [String]
        var message: String
        var causes: [Problem] = []
    }

    private let root: JSONValue
    private var depth = 0
    private let regexes = RegularExpressionCache()
    private var anchors: [String: JSONValue] = [:]

    /// The draft by number or year.
    private var draft = 2020

    init(root: JSONValue) {
        self.root = root
        let name = root["$schema"]?.stringValue ?? ""
        for (part, number) in [("draft-04", 4), ("draft-06", 6), ("draft-07", 7), ("2019-09", 2019)]
        where name.contains(part) {
            draft = number
        }
        collectAnchors(root, depth: 0)
    }

    private mutating func collectAnchors(_ schema: JSONValue, depth: Int) {
        guard depth < Self.maximumDepth else { return }
        switch schema {
        case .object(let object):
            for key in ["$anchor", "$dynamicAnchor"] {
                if let name = object[key]?.stringValue { anchors[name] = schema }
            }
            for key in ["$id", "id"] {
                if let identifier = object[key]?.stringValue {
                    if identifier.hasPrefix("#") { anchors[String(identifier.dropFirst())] = schema }
                    anchors[identifier] = schema
                }
            }
            for (_, value) in object { collectAnchors(value, depth: depth + 1) }
        case .array(let elements): for element in elements { collectAnchors(element, depth: depth + 1) }
        default: return
        }
    }

    /// Why the schema itself is none: a draft that nobody knows, a reference to nothing.
    func problem() -> String? {
        if let name = root["$schema"]?.stringValue, !name.contains("://") {
            return "failing loading \(GoQuoting.quote(name)): no URLLoader registered for \(GoQuoting.quote(name))"
        }
        return brokenReference(root, depth: 0).map {
            "json-pointer in \(GoQuoting.quote("file:///values.schema.json\($0)")) not found"
        }
    }

    /// The first reference within the document that leads nowhere.
    private func brokenReference(_ schema: JSONValue, depth: Int) -> String? {
        guard depth < Self.maximumDepth else { return nil }
        switch schema {
        case .object(let object):
            if let reference = object["$ref"]?.stringValue, reference.hasPrefix("#/"), resolve(reference) == nil {
                return reference
            }
            for (key, value) in object where !["enum", "const", "default", "examples"].contains(key) {
                if let broken = brokenReference(value, depth: depth + 1) { return broken }
            }
        case .array(let elements):
            for element in elements {
                if let broken = brokenReference(element, depth: depth + 1) { return broken }
            }
        default: break
        }
        return nil
    }

    /// One line for each place that does not conform.
    mutating func validate(_ value: JSONValue) -> [String] {
        check(value, root, []).enumerated().flatMap { index, problem in
            let lines = lines(problem, level: 0)
            return index == 0 ? lines : ["- " + lines[0]] + lines.dropFirst()
        }
    }

    private func lines(_ problem: Problem, level: Int) -> [String] {
        // The caller marks the first line; the others are marked here.
        let marker = String(repeating: "  ", count: level) + (level == 0 ? "" : "- ")
        let own = marker + "at '\(Self.pointer(problem.path))': \(problem.message)"
        return [own] + problem.causes.flatMap { lines($0, level: level + 1) }
    }

    private static func pointer(_ path: [String]) -> String {
        path.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    private mutating func check(_ value: JSONValue, _ schema: JSONValue, _ path: [String]) -> [Problem] {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { return [Problem(path: path, message: "schema nests too deeply")] }
        guard case .object(let object) = schema else {
            if schema.boolValue == false { return [Problem(path: path, message: "false schema")] }
            return []
        }
        var problems: [Problem] = []
        if let reference = object["$ref"]?.stringValue ?? object["$dynamicRef"]?.stringValue {
            guard let target = resolve(reference) else {
                return [Problem(path: path, message: "cannot resolve reference \(reference)")]
            }
            problems += part(value, target, path)
            // Up to draft 7 a reference stands alone.
            if draft < 2019, object["$ref"] != nil { return problems }
        }
        if let type = object["type"] {
            let types = type.stringArrayValue ?? type.stringValue.map { [$0] } ?? []
            if !types.contains(where: { Self.has(value, type: $0) }) {
                let got = value.isNumber ? "number" : value.typeName
                return problems + [
                    Problem(
                        path: path,
                        message:
                            "got \(got), want \(types.sorted { Self.typeOrder($0) < Self.typeOrder($1) }.joined(separator: " or "))"
                    )
                ]
            }
        }
        if let constant = object["const"], constant != value {
            let message = Self.isSimple(constant) ? "value must be \(Self.display(constant))" : "'const' failed"
            return problems + [Problem(path: path, message: message)]
        }
        if let allowed = object["enum"]?.arrayValue, !allowed.contains(value) {
            let names = allowed.map { Self.display($0) }.joined(separator: ", ")
            let message =
                !allowed.allSatisfy { Self.isSimple($0) }
                ? "'enum' failed" : "value must be " + (allowed.count == 1 ? "" : "one of ") + names
            return problems + [Problem(path: path, message: message)]
        }
        problems += checkNumber(value, object, path)
        problems += checkString(value, object, path)
        problems += checkArray(value, object, path)
        problems += checkObject(value, object, path)
        problems += checkCombinations(value, object, path)
        return problems
    }

    /// What a part of a schema finds: several problems are one, with causes.
    private mutating func part(_ value: JSONValue, _ schema: JSONValue, _ path: [String]) -> [Problem] {
        let problems = check(value, schema, path)
        return problems.count < 2 ? problems : [Problem(path: path, message: "validation failed", causes: problems)]
    }

    private func resolve(_ reference: String) -> JSONValue? {
        if reference == "#" { return root }
        if let anchored = anchors[reference] { return anchored }
        guard let hash = reference.firstIndex(of: "#") else { return nil }
        let fragment = String(reference[reference.index(after: hash)...])
        let base = reference[..<hash].isEmpty ? root : anchors[String(reference[..<hash])]
        if fragment.isEmpty { return base }
        guard fragment.hasPrefix("/") else { return anchors[fragment] }
        var current = base
        for part in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key: String = String(part).replacing("~1", with: "/").replacing("~0", with: "~").replacing(
                "%25", with: "%")
            if let index = Int(key), case .array? = current {
                current = current?[index]
            } else {
                current = current?[String(key)]
            }
        }
        return current
    }

    private static func has(_ value: JSONValue, type: String) -> Bool {
        switch type {
        case "integer":
            value.integerValue != nil || (value.doubleValue.map { $0.rounded() == $0 && value.isNumber } ?? false)
        case "number": value.isNumber
        case "null": value.isNull
        default: value.typeName == type
        }
    }

    /// The order in which the validator names types.
    private static func typeOrder(_ type: String) -> Int {
        ["null", "boolean", "number", "integer", "string", "array", "object"].firstIndex(of: type) ?? 7
    }

    private static func isSimple(_ value: JSONValue) -> Bool { value.objectValue == nil && value.arrayValue == nil }

    private static func display(_ value: JSONValue) -> String {
        if let text = value.stringValue { return quoted(text) }
        if value.isNull { return "<nil>" }
        return value.serialized()
    }

    private static func quoted(_ text: String) -> String {
        "'" + GoQuoting.quote(text).dropFirst().dropLast().replacing("\\\"", with: "\"").replacing("'", with: "\\'")
            + "'"
    }

    private static func number(_ value: JSONValue) -> String {
        value.integerValue.map { String($0) } ?? value.doubleValue.map { GoNumberText.general($0) }
            ?? value.serialized()
    }

    private func checkNumber(_ value: JSONValue, _ schema: JSONObject, _ path: [String]) -> [Problem] {
        guard let number = value.doubleValue else { return [] }
        var problems: [Problem] = []
        func add(_ keyword: String, _ bound: JSONValue) {
            problems.append(
                Problem(path: path, message: "\(keyword): got \(Self.number(value)), want \(Self.number(bound))"))
        }
        if let bound = schema["minimum"], let limit = bound.doubleValue {
            if schema["exclusiveMinimum"]?.boolValue == true, number <= limit {
                add("exclusiveMinimum", bound)
            } else if number < limit {
                add("minimum", bound)
            }
        }
        if let bound = schema["maximum"], let limit = bound.doubleValue {
            if schema["exclusiveMaximum"]?.boolValue == true, number >= limit {
                add("exclusiveMaximum", bound)
            } else if number > limit {
                add("maximum", bound)
            }
        }
        if let bound = schema["exclusiveMinimum"], let limit = bound.doubleValue, number <= limit {
            add("exclusiveMinimum", bound)
        }
        if let bound = schema["exclusiveMaximum"], let limit = bound.doubleValue, number >= limit {
            add("exclusiveMaximum", bound)
        }
        if let bound = schema["multipleOf"], let factor = bound.doubleValue, factor > 0 {
            let quotient = number / factor
            if quotient.rounded() != quotient { add("multipleOf", bound) }
        }
        return problems
    }

    private func checkString(_ value: JSONValue, _ schema: JSONObject, _ path: [String]) -> [Problem] {
        guard let text = value.stringValue else { return [] }
        var problems: [Problem] = []
        let length = text.unicodeScalars.count
        if let bound = schema["minLength"]?.intValue, length < bound {
            problems.append(Problem(path: path, message: "minLength: got \(length), want \(bound)"))
        }
        if let bound = schema["maxLength"]?.intValue, length > bound {
            problems.append(Problem(path: path, message: "maxLength: got \(length), want \(bound)"))
        }
        if let pattern = schema["pattern"]?.stringValue, !matches(text, pattern) {
            problems.append(
                Problem(path: path, message: "\(Self.quoted(text)) does not match pattern \(Self.quoted(pattern))"))
        }
        return problems
    }

    private func matches(_ text: String, _ pattern: String) -> Bool {
        // A pattern that is no expression constrains nothing, as with any keyword that is not understood.
        guard let regex = try? regexes.compile(pattern) else { return true }
        return regex.firstMatch(in: Array(text.utf8), from: 0) != nil
    }

    private mutating func checkArray(_ value: JSONValue, _ schema: JSONObject, _ path: [String]) -> [Problem] {
        guard let elements = value.arrayValue else { return [] }
        var problems: [Problem] = []
        if let bound = schema["minItems"]?.intValue, elements.count < bound {
            problems.append(Problem(path: path, message: "minItems: got \(elements.count), want \(bound)"))
        }
        if let bound = schema["maxItems"]?.intValue, elements.count > bound {
            problems.append(Problem(path: path, message: "maxItems: got \(elements.count), want \(bound)"))
        }
        if schema["uniqueItems"]?.boolValue == true {
            var seen: [JSONValue: Int] = [:]
            for (index, element) in elements.enumerated() {
                if let first = seen[element] {
                    problems.append(Problem(path: path, message: "items at \(first) and \(index) are equal"))
                    break
                }
                seen[element] = index
            }
        }
        let prefix = schema["prefixItems"]?.arrayValue ?? schema["items"]?.arrayValue ?? []
        for (index, item) in prefix.enumerated() where index < elements.count {
            problems += part(elements[index], item, path + [String(index)])
        }
        let rest = schema["items"]?.arrayValue == nil ? schema["items"] : schema["additionalItems"]
        if let rest, elements.count > prefix.count {
            if rest.boolValue == false {
                problems.append(
                    Problem(path: path, message: "last \(elements.count - prefix.count) additionalItem(s) not allowed"))
            } else {
                for index in prefix.count..<elements.count {
                    problems += part(elements[index], rest, path + [String(index)])
                }
            }
        }
        if let contains = schema["contains"] {
            let count = elements.count { check($0, contains, path).isEmpty }
            let least = schema["minContains"]?.intValue ?? 1
            if count < least {
                problems.append(
                    Problem(
                        path: path,
                        message: least == 1
                            ? "no items match contains schema"
                            : "min \(least) items required to match contains schema, but matched \(count) items"))
            }
            if let most = schema["maxContains"]?.intValue, count > most {
                problems.append(
                    Problem(
                        path: path,
                        message: "max \(most) items required to match contains schema, but matched \(count) items"))
            }
        }
        return problems
    }

    private mutating func checkObject(_ value: JSONValue, _ schema: JSONObject, _ path: [String]) -> [Problem] {
        guard let object = value.objectValue else { return [] }
        var problems: [Problem] = []
        if let bound = schema["minProperties"]?.intValue, object.count < bound {
            problems.append(Problem(path: path, message: "minProperties: got \(object.count), want \(bound)"))
        }
        if let bound = schema["maxProperties"]?.intValue, object.count > bound {
            problems.append(Problem(path: path, message: "maxProperties: got \(object.count), want \(bound)"))
        }
        let missing = (schema["required"]?.stringArrayValue ?? []).filter { !object.contains($0) }
        if !missing.isEmpty {
            let names = missing.map { Self.quoted($0) }.joined(separator: ", ")
            problems.append(
                Problem(
                    path: path,
                    message: missing.count == 1 ? "missing property \(names)" : "missing properties \(names)"))
        }
        let properties = schema["properties"]?.objectValue ?? JSONObject()
        let patterns = schema["patternProperties"]?.objectValue ?? JSONObject()
        var additional: [String] = []
        for (key, member) in object.sorted {
            var isKnown = false
            if let property = properties[key] {
                isKnown = true
                problems += part(member, property, path + [key])
            }
            for (pattern, property) in patterns where matches(key, pattern) {
                isKnown = true
                problems += part(member, property, path + [key])
            }
            if let names = schema["propertyNames"] {
                // A name is a value of its own, at no place.
                let causes = check(.string(key), names, [])
                if !causes.isEmpty {
                    problems.append(
                        Problem(path: [], message: "invalid propertyName \(Self.quoted(key))", causes: causes))
                }
            }
            if !isKnown {
                additional.append(key)
                if let rest = schema["additionalProperties"], rest.boolValue != false {
                    problems += part(member, rest, path + [key])
                }
            }
        }
        if schema["additionalProperties"]?.boolValue == false, !additional.isEmpty {
            let names = additional.map { Self.quoted($0) }.joined(separator: ", ")
            problems.append(Problem(path: path, message: "additional properties \(names) not allowed"))
        }
        for keyword in draft < 2019 ? ["dependencies"] : ["dependentRequired", "dependencies"] {
            for (key, needed) in schema[keyword]?.objectValue ?? JSONObject() where object.contains(key) {
                let missing = (needed.stringArrayValue ?? []).filter { !object.contains($0) }
                if !missing.isEmpty {
                    let names = missing.map { Self.quoted($0) }.joined(separator: ", ")
                    problems.append(
                        Problem(path: path, message: "properties \(names) required, if \(Self.quoted(key)) exists"))
                }
                if needed.objectValue != nil { problems += check(value, needed, path) }
            }
        }
        for (key, needed) in schema["dependentSchemas"]?.objectValue ?? JSONObject() where object.contains(key) {
            problems += check(value, needed, path)
        }
        return problems
    }

    private mutating func checkCombinations(_ value: JSONValue, _ schema: JSONObject, _ path: [String]) -> [Problem] {
        var problems: [Problem] = []
        if let all = schema["allOf"]?.arrayValue {
            var causes: [Problem] = []
            for item in all { causes += part(value, item, path) }
            if !causes.isEmpty {
                problems.append(Problem(path: path, message: "'allOf' failed", causes: causes))
            }
        }
        if let any = schema["anyOf"]?.arrayValue {
            var causes: [Problem] = []
            var isMatch = false
            for item in any {
                let failed = part(value, item, path)
                if failed.isEmpty {
                    isMatch = true
                    break
                }
                causes += failed
            }
            if !isMatch { problems.append(Problem(path: path, message: "'anyOf' failed", causes: causes)) }
        }
        if let one = schema["oneOf"]?.arrayValue {
            var causes: [Problem] = []
            var matches: [Int] = []
            for (index, item) in one.enumerated() {
                let failed = part(value, item, path)
                if failed.isEmpty { matches.append(index) } else { causes += failed }
            }
            if matches.isEmpty {
                problems.append(Problem(path: path, message: "'oneOf' failed, none matched", causes: causes))
            } else if matches.count > 1 {
                problems.append(
                    Problem(path: path, message: "'oneOf' failed, subschemas \(matches[0]), \(matches[1]) matched"))
            }
        }
        if let not = schema["not"], check(value, not, path).isEmpty {
            problems.append(Problem(path: path, message: "'not' failed"))
        }
        if let condition = schema["if"] {
            let branch = check(value, condition, path).isEmpty ? schema["then"] : schema["else"]
            if let branch { problems += check(value, branch, path) }
        }
        return problems
    }
}
