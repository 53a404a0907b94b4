import KubeCore

/// Go's `fmt`: `Print`, `Println` and `Printf` over template values.
enum GoFormat {
    /// How deeply values may be nested: a map that a template put into itself has no end.
    static let deepest = 1000
    /// The most bytes that one value may print.
    static let longest = 64 << 20

    static var refusal: GoError {
        GoError("the value is nested more than \(deepest) deep or prints more than \(longest) bytes")
    }

    /// What `%v` gives, for messages.
    static func text(_ value: Value) -> String {
        do {
            return String(decoding: try printed(value), as: UTF8.self)
        } catch {
            return value.typeName
        }
    }

    /// The bytes that `%v` gives.
    static func printed(_ value: Value) throws(GoError) -> [UInt8] {
        var output: [UInt8] = []
        try append(value, to: &output)
        return output
    }

    /// Appends what `%v` gives.
    static func append(_ value: Value, to output: inout [UInt8], depth: Int = 0) throws(GoError) {
        guard depth < deepest, output.count < longest else { throw refusal }
        switch value {
        case .missing, .null: output += "<nil>".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value, let kind): output += integerText(value, kind).utf8
        case .float(let value): output += GoNumberText.general(value).utf8
        case .string(let text): output.append(contentsOf: text.utf8)
        case .binary(let bytes): output += bytes
        case .list(let elements, _):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(0x20) }
                try append(element, to: &output, depth: depth + 1)
            }
            output.append(UInt8(ascii: "]"))
        case .map(let map):
            output += "map[".utf8
            for (index, member) in map.sorted.enumerated() {
                if index > 0 { output.append(0x20) }
                output.append(contentsOf: member.key.utf8)
                output.append(UInt8(ascii: ":"))
                try append(member.value, to: &output, depth: depth + 1)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): output += object.argumentText.utf8
        }
    }

    static func integerText(_ value: Int64, _ kind: IntegerKind) -> String {
        kind == .uint64 || kind == .uint ? String(UInt64(bitPattern: value)) : String(value)
    }

    /// `fmt.Sprint`: a space between operands of which neither is a string.
    static func sprint(_ values: ArraySlice<Value>) throws(GoError) -> [UInt8] {
        var output: [UInt8] = []
        var previousIsString = true
        for (index, value) in values.enumerated() {
            let isString = value.stringText != nil
            if index > 0, !isString, !previousIsString { output.append(0x20) }
            try append(value, to: &output)
            previousIsString = isString
        }
        return output
    }

    /// `fmt.Sprintln`.
    static func sprintln(_ values: ArraySlice<Value>) throws(GoError) -> [UInt8] {
        var output: [UInt8] = []
        for (index, value) in values.enumerated() {
            if index > 0 { output.append(0x20) }
            try append(value, to: &output)
        }
        output.append(0x0A)
        return output
    }

    /// `fmt.Sprintf`, with its texts for verbs that do not fit.
    static func sprintf(_ format: [UInt8], _ arguments: ArraySlice<Value>) throws(GoError) -> [UInt8] {
        var printer = GoPrinter(format: format, arguments: Array(arguments))
        return try printer.run()
    }
}
