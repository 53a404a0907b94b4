import CYAML

/// Composes values from the events of libyaml's parser.
///
/// The only place that touches libyaml's memory: the parser and its input stay at fixed addresses for as long as this
/// object lives, because libyaml keeps pointers into both.
final class YAMLReader {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let options: YAML.Options
    private var event = yaml_event_t()
    private var isAtEnd = false
    private var anchors: [String: Anchored] = [:]
    private var openAnchors: Set<String> = []
    private var depth = 0
    /// Nodes made, aliases counted with all they stand for, and how many of them came from aliases.
    private var nodeCount = 0
    private var aliasCount = 0

    private struct Anchored {
        var value: JSONValue
        var isMapping: Bool
        var size: Int
    }

    /// A node as composed, with what merging and keys need to know of it.
    private struct Node {
        var value: JSONValue
        /// A key's text; nil for nodes that cannot be keys.
        var key: String?
        var isMerge = false
    }

    init(_ bytes: [UInt8], options: YAML.Options) throws(YAMLError) {
        guard bytes.count <= options.maximumBytes else {
            throw YAMLError("the document has \(bytes.count) bytes, more than the \(options.maximumBytes) allowed")
        }
        self.options = options
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(bytes.count, 1))
        _ = input.initialize(from: bytes)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            input.deallocate()
            throw YAMLError("out of memory")
        }
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
        yaml_parser_set_encoding(parser, Self.encoding(of: bytes))
        try advance()
    }

    deinit {
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    private static func encoding(of bytes: [UInt8]) -> yaml_encoding_t {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return YAML_ANY_ENCODING }
        return YAML_UTF8_ENCODING
    }

    /// The next document, or nil at the end of the stream.
    func next() throws(YAMLError) -> JSONValue? {
        guard !isAtEnd else { return nil }
        if event.type == YAML_STREAM_START_EVENT { try advance() }
        guard event.type == YAML_DOCUMENT_START_EVENT else {
            isAtEnd = true
            return nil
        }
        try advance()
        anchors.removeAll(keepingCapacity: true)
        conversionError = nil
        let value: JSONValue
        do {
            value = try node(isKey: false).value
        } catch {
            throw try laterSyntaxError() ?? error
        }
        if let conversionError { throw conversionError }
        // A first document is returned even if what follows it is broken, so the end is only looked at on the next call.
        if event.type == YAML_DOCUMENT_END_EVENT { try advanceAfterDocument() }
        return value
    }

    private var pendingError: YAMLError?
    /// What cannot be said in JSON. Go finds it only after the whole document has been read and decoded.
    private var conversionError: YAMLError?

    /// Go parses a whole document before it decodes any of it: a later mistake of syntax is reported before an earlier
    /// one of meaning.
    private func laterSyntaxError() throws(YAMLError) -> YAMLError? {
        guard pendingError == nil, parser.pointee.error == YAML_NO_ERROR else { return nil }
        while event.type != YAML_DOCUMENT_END_EVENT, event.type != YAML_STREAM_END_EVENT {
            if event.type == YAML_ALIAS_EVENT {
                let name = String(cString: event.data.alias.anchor)
                if anchors[name] == nil, !openAnchors.contains(name) {
                    return error("unknown anchor '\(name)' referenced")
                }
            } else if let name = anchorOfEvent() {
                openAnchors.insert(name)
            }
            do {
                try advance()
            } catch {
                return error
            }
        }
        return nil
    }

    private func anchorOfEvent() -> String? {
        let anchor: UnsafeMutablePointer<yaml_char_t>? =
            switch event.type {
            case YAML_SCALAR_EVENT: event.data.scalar.anchor
            case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor
            case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor
            default: nil
            }
        return anchor.map { String(cString: $0) }
    }

    private func advanceAfterDocument() throws(YAMLError) {
        do {
            try advance()
        } catch {
            pendingError = error
        }
    }

    private func advance() throws(YAMLError) {
        if let pendingError { throw pendingError }
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    }

    private func failure() -> YAMLError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "unknown problem parsing YAML content"
        let hasMark = state.error == YAML_SCANNER_ERROR || state.error == YAML_PARSER_ERROR
        // yaml.v2 counts a parser error's lines from 0 and falls back on the context's line.
        var goLine = Int(state.problem_mark.line)
        if goLine != 0 {
            if state.error == YAML_SCANNER_ERROR { goLine += 1 }
        } else {
            goLine = Int(state.context_mark.line)
        }
        return YAMLError(
            problem, line: hasMark ? Int(state.problem_mark.line) + 1 : 0,
            column: hasMark ? Int(state.problem_mark.column) + 1 : 0, goLine: hasMark ? goLine : 0)
    }

    private func error(_ problem: String) -> YAMLError {
        YAMLError(
            problem, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1,
            goLine: 0)
    }

    private func count(_ nodes: Int, fromAlias: Bool) throws(YAMLError) {
        nodeCount += nodes
        if fromAlias { aliasCount += nodes }
        // Aliases may multiply a document, but not out of all proportion: the rule and figures of Go's yaml.v2.
        guard aliasCount > 100, nodeCount > 1000 else { return }
        let allowed =
            switch nodeCount {
            case ...400_000: 0.99
            case 4_000_000...: 0.10
            default: 0.99 - 0.89 * (Double(nodeCount - 400_000) / 3_600_000)
            }
        if Double(aliasCount) / Double(nodeCount) > allowed {
            throw error("document contains excessive aliasing")
        }
    }

    private func node(isKey: Bool) throws(YAMLError) -> Node {
        if event.type != YAML_ALIAS_EVENT { try count(1, fromAlias: false) }
        switch event.type {
        case YAML_ALIAS_EVENT: return try alias()
        case YAML_SCALAR_EVENT: return try scalar(isKey: isKey)
        case YAML_SEQUENCE_START_EVENT:
            return try collection(event.data.sequence_start.anchor) { () throws(YAMLError) in try self.sequence() }
        case YAML_MAPPING_START_EVENT:
            return try collection(event.data.mapping_start.anchor) { () throws(YAMLError) in try self.mapping() }
        default: throw error("unexpected event in a document")
        }
    }

    private func alias() throws(YAMLError) -> Node {
        let name = String(cString: event.data.alias.anchor)
        guard let anchored = anchors[name] else {
            throw openAnchors.contains(name)
                ? error("anchor '\(name)' value contains itself") : error("unknown anchor '\(name)' referenced")
        }
        try count(anchored.size, fromAlias: true)
        try advance()
        let key: String? = if case .string(let text) = anchored.value { text } else { nil }
        return Node(value: anchored.value, key: key ?? Self.keyText(anchored.value))
    }

    private func collection(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ compose: () throws(YAMLError) -> JSONValue
    ) throws(YAMLError) -> Node {
        guard depth < options.maximumDepth else {
            throw error("exceeded the maximum depth of \(options.maximumDepth)")
        }
        let name = anchor.map { String(cString: $0) }
        let start = nodeCount
        if let name { openAnchors.insert(name) }
        depth += 1
        try advance()
        let value = try compose()
        depth -= 1
        if let name {
            openAnchors.remove(name)
            anchors[name] = Anchored(value: value, isMapping: value.objectValue != nil, size: nodeCount - start + 1)
        }
        return Node(value: value, key: nil)
    }

    private func sequence() throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while event.type != YAML_SEQUENCE_END_EVENT { elements.append(try node(isKey: false).value) }
        try advance()
        return .array(elements)
    }

    private func mapping() throws(YAMLError) -> JSONValue {
        var keys: [String] = []
        var values: [JSONValue] = []
        var merged: JSONObject?
        var hasNullKey = false
        while event.type != YAML_MAPPING_END_EVENT {
            let mark = event.start_mark
            let key = try node(isKey: true)
            if key.isMerge {
                var object = merged ?? JSONObject(parsedKeys: keys, values: values)
                try merge(into: &object)
                merged = object
                continue
            }
            guard let name = key.key else {
                guard key.value.isNull else {
                    throw YAMLError(
                        "a mapping or sequence cannot be a key", line: Int(mark.line) + 1,
                        column: Int(mark.column) + 1, go: "yaml: invalid map key: \(GoSyntaxText.of(key.value))")
                }
                let value = try node(isKey: false).value
                // Of several the last is the one that Go has kept.
                if conversionError == nil || hasNullKey {
                    hasNullKey = true
                    conversionError = YAMLError(
                        "null cannot be a key", line: Int(mark.line) + 1, column: Int(mark.column) + 1,
                        go: "unsupported map key of type: %!s(<nil>), key: <nil>, value: \(GoSyntaxText.of(value))")
                }
                continue
            }
            if options.duplicateKeys == .refuse, merged?.contains(name) ?? keys.contains(name) {
                throw YAMLError(
                    "key \"\(name)\" already set in map", line: Int(mark.line) + 1, column: Int(mark.column) + 1)
            }
            let value = try node(isKey: false).value
            if merged != nil {
                merged?[name] = value
            } else {
                keys.append(name)
                values.append(value)
                // Past this size the object's index is cheaper than searching the keys again.
                if options.duplicateKeys == .refuse, keys.count == 24 {
                    merged = JSONObject(parsedKeys: keys, values: values)
                }
            }
        }
        try advance()
        return .object(merged ?? JSONObject(parsedKeys: keys, values: values))
    }

    /// Reads the value of a `<<` key: a mapping, or a sequence of mappings of which the earlier win.
    private func merge(into object: inout JSONObject) throws(YAMLError) {
        let problem = error("map merge requires map or sequence of maps as the value")
        guard event.type != YAML_SCALAR_EVENT else { throw problem }
        switch try node(isKey: false).value {
        case .object(let source):
            for (key, value) in source { object[key] = value }
        case .array(let sources):
            for source in sources.reversed() {
                guard case .object(let source) = source else { throw problem }
                for (key, value) in source { object[key] = value }
            }
        default: throw problem
        }
    }

    private func scalar(isKey: Bool) throws(YAMLError) -> Node {
        let scalar = event.data.scalar
        let text = Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length))
        let tag = scalar.tag.map { String(cString: $0) } ?? ""
        var result: Node
        if tag.isEmpty, scalar.plain_implicit == 0 {
            let string = String(decoding: text, as: UTF8.self)
            result = Node(value: .string(string), key: isKey ? string : nil)
        } else if tag.isEmpty, isKey, text == [UInt8(ascii: "<"), UInt8(ascii: "<")] {
            result = Node(value: .string("<<"), key: "<<", isMerge: true)
        } else {
            let value = try resolve(text, tag: tag, isKey: isKey)
            result = Node(value: value, key: nil)
            if isKey { result.key = Self.keyText(value) }
        }
        if let anchor = scalar.anchor {
            anchors[String(cString: anchor)] = Anchored(value: result.value, isMapping: false, size: 1)
        }
        try advance()
        return result
    }

    private func resolve(_ text: [UInt8], tag: String, isKey: Bool) throws(YAMLError) -> JSONValue {
        let string = { String(decoding: text, as: UTF8.self) }
        let isQuoted = event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE
        let core = "tag:yaml.org,2002:"
        guard tag.isEmpty || tag.hasPrefix(core) else { return .string(string()) }
        let kind = tag.dropFirst(core.count)
        switch kind {
        case "str": return .string(string())
        case "binary":
            guard let decoded = YAMLBinary.decode(text) else {
                throw error("!!binary value contains invalid base64 data")
            }
            return .string(String(decoding: decoded, as: UTF8.self))
        default: break
        }
        let scalar: YAMLScalar = tag.isEmpty && isQuoted ? .string : YAMLScalar(plain: text)
        let (value, resolved): (JSONValue, Substring)
        switch scalar {
        case .null: (value, resolved) = (.null, "null")
        case .bool(let bool): (value, resolved) = (.bool(bool), "bool")
        case .integer(let integer): (value, resolved) = (.integer(integer), "int")
        case .unsigned(let integer): (value, resolved) = (JSONNumberText.value(of: String(integer)) ?? .null, "int")
        case .float(let double):
            guard double.isFinite else {
                if isKey { return .string(double.isNaN ? ".nan" : double < 0 ? "-.inf" : ".inf") }
                let problem = "json: unsupported value: \(double.isNaN ? "NaN" : double < 0 ? "-Inf" : "+Inf")"
                if conversionError == nil {
                    conversionError = YAMLError(
                        problem, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1,
                        go: problem)
                }
                return .null
            }
            (value, resolved) = (Self.number(double), "float")
        case .timestamp: (value, resolved) = (.string(string()), "timestamp")
        case .string: (value, resolved) = (.string(string()), "str")
        }
        if tag.isEmpty || kind == resolved || (kind == "float" && resolved == "int") { return value }
        guard ["bool", "int", "float", "null", "timestamp"].contains(kind) else { return .string(string()) }
        throw error("cannot decode !!\(resolved) `\(string())` as a !!\(kind)")
    }

    /// A float as JSON carries it: `8.0` is 8.
    private static func number(_ double: Double) -> JSONValue {
        if double == 0 { return .integer(0) }
        return Int64(exactly: double).map { .integer($0) } ?? .double(double)
    }

    /// The text of a scalar key as JSON has it; nil for what cannot be a key.
    private static func keyText(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): String(integer)
        case .double(let double): GoNumberText.single(double)
        case .decimal(let text): text
        case .null, .array, .object: nil
        }
    }
}
