/// The functions of Go's `text/template`.
enum BuiltinFunctions {
    static let all: [TemplateFunction] = [
        TemplateFunction("and", [], variadic: .reflected, form: .and) { _, _ in .missing },
        TemplateFunction("or", [], variadic: .reflected, form: .or) { _, _ in .missing },
        TemplateFunction("not", [.reflected]) { _, arguments in .bool(!arguments[0].isTrue) },
        TemplateFunction("len", [.reflected]) { _, arguments throws(GoError) in try length(arguments[0]) },
        TemplateFunction("index", [.reflected], variadic: .reflected) { _, arguments throws(GoError) in
            try index(arguments)
        },
        TemplateFunction("print", [], variadic: .any) { _, arguments throws(GoError) in
            .text(try GoFormat.sprint(arguments.from(0)))
        },
        TemplateFunction("println", [], variadic: .any) { _, arguments throws(GoError) in
            .text(try GoFormat.sprintln(arguments.from(0)))
        },
        TemplateFunction("printf", [.string], variadic: .any) { _, arguments throws(GoError) in
            .text(try GoFormat.sprintf(arguments.bytes(0), arguments.from(1)))
        },
        TemplateFunction("html", [], variadic: .any) { _, arguments throws(GoError) in
            .text(html(try joined(arguments)))
        },
        TemplateFunction("js", [], variadic: .any) { _, arguments throws(GoError) in
            .text(javaScript(try joined(arguments)))
        },
        TemplateFunction("urlquery", [], variadic: .any) { _, arguments throws(GoError) in
            .text(query(try joined(arguments)))
        },
        TemplateFunction("call", [.reflected], variadic: .reflected) { _, arguments throws(GoError) in
            if arguments[0].isNil { throw GoError("call of nil") }
            throw GoError("non-function \(arguments.string(1)) of type \(arguments[0].typeName)")
        },
        TemplateFunction("eq", [.reflected], variadic: .reflected) { _, arguments throws(GoError) in
            .bool(try equal(arguments))
        },
        TemplateFunction("ne", [.reflected, .reflected]) { _, arguments throws(GoError) in
            .bool(!(try equal(arguments)))
        },
        TemplateFunction("lt", [.reflected, .reflected]) { _, arguments throws(GoError) in
            .bool(try less(arguments[0], arguments[1]))
        },
        TemplateFunction("le", [.reflected, .reflected]) { _, arguments throws(GoError) in
            if try less(arguments[0], arguments[1]) { return .bool(true) }
            return .bool(try equal(arguments))
        },
        TemplateFunction("gt", [.reflected, .reflected]) { _, arguments throws(GoError) in
            if try less(arguments[0], arguments[1]) { return .bool(false) }
            return .bool(!(try equal(arguments)))
        },
        TemplateFunction("ge", [.reflected, .reflected]) { _, arguments throws(GoError) in
            .bool(!(try less(arguments[0], arguments[1])))
        },
    ]

    private static func length(_ value: Value) throws(GoError) -> Value {
        switch value {
        case .missing: throw GoError("reflect: call of reflect.Value.Type on zero Value")
        case .null: throw GoError("len of nil pointer")
        case .string(let text): return .int(text.utf8.count)
        case .binary(let bytes): return .int(bytes.count)
        case .list(let elements, _): return .int(elements.count)
        case .map(let map): return .int(map.members.count)
        case .object(let object):
            if let elements = object.elements { return .int(elements.count) }
            throw GoError("len of type \(object.typeName)")
        default: throw GoError("len of type \(value.typeName)")
        }
    }

    private static func index(_ arguments: Arguments) throws(GoError) -> Value {
        var item = arguments[0]
        if item.isNil { throw GoError("index of untyped nil") }
        for index in arguments.from(1) {
            switch item {
            case .missing, .null: throw GoError("index of nil pointer")
            case .list(let elements, _): item = elements[try position(index, elements.count, of: "slice")]
            case .string, .binary:
                let bytes = item.stringBytes ?? []
                item = .integer(Int64(bytes[try position(index, bytes.count, of: "string")]), .uint8)
            case .map(let map):
                if index.isNil { throw GoError("value is nil; should be of type string") }
                guard let key = index.stringText else {
                    throw GoError("value has type \(index.typeName); should be string")
                }
                item = map.members[key] ?? (map.kind.holdsStrings ? .string("") : .null)
            case .object(let object):
                guard let elements = object.elements else {
                    throw GoError("can't index item of type \(object.typeName)")
                }
                if object.kindName == "slice" {
                    item = elements[try position(index, elements.count, of: "slice")].value
                } else {
                    guard let key = index.stringText else {
                        throw GoError("value has type \(index.typeName); should be string")
                    }
                    item = elements.first { $0.key == key }?.value ?? .list([], .bytes)
                }
            default: throw GoError("can't index item of type \(item.typeName)")
            }
        }
        return item
    }

    private static func position(_ index: Value, _ count: Int, of kind: String) throws(GoError) -> Int {
        switch index {
        case .integer(let value, _):
            guard value >= 0, value <= count else { throw GoError("index out of range: \(value)") }
            // Go's own check lets the length itself pass, and reflection panics then.
            guard value < count else { throw GoError("reflect: \(kind) index out of range") }
            return Int(value)
        case .missing, .null: throw GoError("cannot index slice/array with nil")
        default: throw GoError("cannot index slice/array with type \(index.typeName)")
        }
    }

    // MARK: Comparison

    private enum BasicKind {
        case bool, integer, unsigned, float, string, none
    }

    private static func basicKind(_ value: Value) -> BasicKind {
        switch value {
        case .bool: .bool
        case .integer(_, let kind): kind.isUnsigned ? .unsigned : .integer
        case .float: .float
        case .string, .binary: .string
        case .object(let object):
            if case .integer = object.encoded, object.kindName.hasPrefix("int") { .integer } else { .none }
        default: .none
        }
    }

    private static func integer(_ value: Value) -> Int64 {
        switch value {
        case .integer(let value, _): value
        case .object(let object): if case .integer(let value, _) = object.encoded { value } else { 0 }
        default: 0
        }
    }

    private static func incompatible(_ left: Value, _ right: Value) -> GoError {
        GoError("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
    }

    private static func equal(_ arguments: Arguments) throws(GoError) -> Bool {
        guard arguments.count > 1 else { throw GoError("missing argument for comparison") }
        let left = arguments[0]
        let leftKind = basicKind(left)
        for right in arguments.from(1) {
            let rightKind = basicKind(right)
            let isEqual: Bool
            if leftKind != rightKind {
                switch (leftKind, rightKind) {
                case (.integer, .unsigned), (.unsigned, .integer):
                    let (one, two) = (integer(left), integer(right))
                    isEqual = one >= 0 && two >= 0 && one == two
                default:
                    if !left.isNil, !right.isNil { throw incompatible(left, right) }
                    isEqual = false
                }
            } else {
                switch leftKind {
                case .bool, .integer, .unsigned, .float, .string:
                    isEqual = ValueEquality.areEqual(left, right, loose: true)
                case .none:
                    if left.isNil || right.isNil {
                        isEqual = left.isNil && right.isNil
                    } else {
                        if case .object(let one) = left, case .object(let two) = right {
                            isEqual = one === two || one.text == two.text
                        } else if left.kindName != right.kindName {
                            let shown = try GoFormat.sprintf(
                                Array("non-comparable types %s: %s, %s: %v".utf8),
                                [left, .string(left.typeName), .string(right.typeName), right])
                            throw GoError(Bytes.text(shown))
                        } else {
                            let shown = try GoFormat.sprintf(Array("%s".utf8), [right])
                            throw GoError("non-comparable type \(Bytes.text(shown)): \(right.typeName)")
                        }
                    }
                }
            }
            if isEqual { return true }
        }
        return false
    }

    private static func less(_ left: Value, _ right: Value) throws(GoError) -> Bool {
        let (leftKind, rightKind) = (basicKind(left), basicKind(right))
        if leftKind == .none || rightKind == .none { throw GoError("invalid type for comparison") }
        switch (leftKind, rightKind) {
        case (.integer, .integer): return integer(left) < integer(right)
        case (.unsigned, .unsigned): return UInt64(bitPattern: integer(left)) < UInt64(bitPattern: integer(right))
        case (.integer, .unsigned): return integer(left) < 0 || integer(left) < integer(right)
        case (.unsigned, .integer): return integer(right) >= 0 && integer(left) < integer(right)
        case (.float, .float):
            if case .float(let one) = left, case .float(let two) = right { return one < two }
            return false
        case (.string, .string):
            return (left.stringBytes ?? []).lexicographicallyPrecedes(right.stringBytes ?? [])
        case (.bool, .bool): throw GoError("invalid type for comparison")
        default: throw incompatible(left, right)
        }
    }

    // MARK: Escaping

    private static func joined(_ arguments: Arguments) throws(GoError) -> [UInt8] {
        if arguments.count == 1, let bytes = arguments[0].stringBytes { return bytes }
        return try GoFormat.sprint(arguments.values.map { $0.isNil ? .string("<no value>") : $0 }[...])
    }

    private static func html(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            switch byte {
            case 0: result += "\u{FFFD}".utf8
            case UInt8(ascii: "\""): result += "&#34;".utf8
            case UInt8(ascii: "'"): result += "&#39;".utf8
            case UInt8(ascii: "&"): result += "&amp;".utf8
            case UInt8(ascii: "<"): result += "&lt;".utf8
            case UInt8(ascii: ">"): result += "&gt;".utf8
            default: result.append(byte)
            }
        }
        return result
    }

    private static func javaScript(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < text.count {
            let byte = text[position]
            if byte >= 0x80 {
                let (scalar, width) = GoQuoting.decode(text, position)
                if let scalar, !GoQuoting.isPrintable(scalar) {
                    let hex = String(scalar, radix: 16, uppercase: true)
                    result += ("\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex).utf8
                } else {
                    result += text[position..<(position + width)]
                }
                position += width
                continue
            }
            position += 1
            switch byte {
            case UInt8(ascii: "\\"): result += "\\\\".utf8
            case UInt8(ascii: "'"): result += "\\'".utf8
            case UInt8(ascii: "\""): result += "\\\"".utf8
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "="), 0..<0x20:
                let hex = String(byte, radix: 16, uppercase: true)
                result += ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8
            default: result.append(byte)
            }
        }
        return result
    }

    /// Go's `url.QueryEscape`.
    static func query(_ text: [UInt8]) -> [UInt8] {
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.append(byte)
            case 0x20: result.append(UInt8(ascii: "+"))
            default: result += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return result
    }
}

/// Equality of values: Go's `reflect.DeepEqual`.
enum ValueEquality {
    /// Whether values are deeply equal; loosely, integer types do not matter.
    static func areEqual(_ left: Value, _ right: Value, loose: Bool = false) -> Bool {
        switch (left, right) {
        case (.missing, _), (.null, _): return right.isNil
        case (.bool(let one), .bool(let two)): return one == two
        case (.integer(let one, let kind), .integer(let two, let other)): return one == two && (loose || kind == other)
        case (.float(let one), .float(let two)): return one == two
        case (.string(let one), .string(let two)): return one.utf8.elementsEqual(two.utf8)
        case (.binary(let one), .binary(let two)): return one == two
        case (.list(let one, let kind), .list(let two, let other)):
            return kind == other && one.count == two.count
                && zip(one, two).allSatisfy { areEqual($0, $1, loose: loose) }
        case (.map(let one), .map(let two)):
            guard one.kind == two.kind, one.members.count == two.members.count else { return false }
            return one.members.allSatisfy { key, value in
                two.members[key].map { areEqual(value, $0, loose: loose) } ?? false
            }
        case (.object(let one), .object(let two)):
            if one === two { return true }
            return one.typeName == two.typeName && areEqual(one.encoded, two.encoded, loose: loose)
        default: return loose && left.stringBytes != nil && left.stringBytes == right.stringBytes
        }
    }
}
