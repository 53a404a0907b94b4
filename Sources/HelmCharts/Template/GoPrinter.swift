import KubeCore

/// One run of Go's `fmt.Sprintf`.
struct GoPrinter {
    private let format: [UInt8]
    private let arguments: [Value]
    private var output: [UInt8] = []
    private var position = 0
    private var argumentIndex = 0
    private var reordered = false
    private var goodIndex = true

    private struct Flags {
        var plus = false
        var minus = false
        var sharp = false
        var space = false
        var zero = false
        var width: Int?
        var precision: Int?
    }

    private static let widestField = 1_000_000

    init(format: [UInt8], arguments: [Value]) {
        self.format = format
        self.arguments = arguments
    }

    mutating func run() -> [UInt8] {
        var anyReordered = false
        while position < format.count {
            let start = position
            while position < format.count, format[position] != UInt8(ascii: "%") { position += 1 }
            output += format[start..<position]
            if position >= format.count { break }
            position += 1
            var flags = Flags()
            goodIndex = true
            scanFlags(&flags)
            reordered = scanArgumentIndex()
            var afterIndex = reordered
            if next(UInt8(ascii: "*")) {
                if let width = starArgument() {
                    flags.width = abs(width)
                    if width < 0 {
                        flags.minus = true
                        flags.zero = false
                    }
                } else {
                    output += "%!(BADWIDTH)".utf8
                }
                afterIndex = false
            } else {
                flags.width = number()
                if afterIndex, flags.width != nil { goodIndex = false }
            }
            if position + 1 <= format.count, next(UInt8(ascii: ".")) {
                if afterIndex { goodIndex = false }
                if scanArgumentIndex() {
                    afterIndex = true
                    reordered = true
                } else {
                    afterIndex = false
                }
                if next(UInt8(ascii: "*")) {
                    if let precision = starArgument(), precision >= 0 {
                        flags.precision = precision
                    } else {
                        output += "%!(BADPREC)".utf8
                    }
                    afterIndex = false
                } else {
                    flags.precision = number() ?? 0
                }
            }
            if !afterIndex, scanArgumentIndex() { reordered = true }
            anyReordered = anyReordered || reordered
            guard position < format.count else {
                output += "%!(NOVERB)".utf8
                break
            }
            let (scalar, width) = GoQuoting.decode(format, position)
            let verb = scalar ?? 0xFFFD
            position += width
            if verb == UInt32(UInt8(ascii: "%")) {
                output.append(UInt8(ascii: "%"))
            } else if !goodIndex {
                bad(verb, "BADINDEX")
            } else if argumentIndex >= arguments.count {
                bad(verb, "MISSING")
            } else {
                let argument = arguments[argumentIndex]
                argumentIndex += 1
                print(argument, verb, flags, depth: 0)
            }
        }
        if !anyReordered, argumentIndex < arguments.count {
            output += "%!(EXTRA ".utf8
            for (index, argument) in arguments[argumentIndex...].enumerated() {
                if index > 0 { output += ", ".utf8 }
                if argument.isNil {
                    output += "<nil>".utf8
                } else {
                    output += argument.typeName.utf8
                    output.append(UInt8(ascii: "="))
                    GoFormat.append(argument, to: &output)
                }
            }
            output.append(UInt8(ascii: ")"))
        }
        return output
    }

    private mutating func bad(_ verb: UInt32, _ text: String) {
        output += "%!".utf8
        GoQuoting.append(verb, to: &output)
        output += "(\(text))".utf8
    }

    private mutating func next(_ byte: UInt8) -> Bool {
        guard position < format.count, format[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func scanFlags(_ flags: inout Flags) {
        while position < format.count {
            switch format[position] {
            case UInt8(ascii: "#"): flags.sharp = true
            case UInt8(ascii: "0"): flags.zero = !flags.minus
            case UInt8(ascii: "+"): flags.plus = true
            case UInt8(ascii: "-"):
                flags.minus = true
                flags.zero = false
            case UInt8(ascii: " "): flags.space = true
            default: return
            }
            position += 1
        }
    }

    private mutating func number() -> Int? {
        var value: Int?
        while position < format.count, (0x30...0x39).contains(format[position]) {
            let next = (value ?? 0) * 10 + Int(format[position] - 0x30)
            if next > Self.widestField { return nil }
            value = next
            position += 1
        }
        return value
    }

    private mutating func starArgument() -> Int? {
        guard argumentIndex < arguments.count else { return nil }
        defer { argumentIndex += 1 }
        guard case .integer(let value, _) = arguments[argumentIndex], abs(value) <= Self.widestField else { return nil }
        return Int(value)
    }

    private mutating func scanArgumentIndex() -> Bool {
        guard position < format.count, format[position] == UInt8(ascii: "[") else { return false }
        guard let close = format[position...].firstIndex(of: UInt8(ascii: "]")) else {
            position += 1
            goodIndex = false
            return true
        }
        let text = String(decoding: format[(position + 1)..<close], as: UTF8.self)
        position = close + 1
        if let index = Int(text), index >= 1, index <= arguments.count {
            argumentIndex = index - 1
            return true
        }
        goodIndex = false
        return true
    }

    // MARK: Values

    private mutating func print(_ value: Value, _ verb: UInt32, _ flags: Flags, depth: Int) {
        let letter = verb < 0x80 ? UInt8(verb) : 0
        var flags = flags
        // `%+v` asks for the names of struct fields, which no value here prints; it is not a sign.
        if letter == UInt8(ascii: "v") { flags.plus = false }
        if value.isNil {
            if depth > 0 {
                output += "<nil>".utf8
            } else if letter == UInt8(ascii: "v") || letter == UInt8(ascii: "T") {
                pad(Array("<nil>".utf8), flags)
            } else {
                badVerb(value, verb)
            }
            return
        }
        if letter == UInt8(ascii: "T") {
            pad(truncate(Array(value.typeName.utf8), flags), flags)
            return
        }
        switch value {
        case .missing, .null: break
        case .bool(let bool):
            if letter == UInt8(ascii: "t") || letter == UInt8(ascii: "v") {
                pad(Array((bool ? "true" : "false").utf8), flags)
            } else {
                badVerb(value, verb)
            }
        case .integer(let integer, let kind): printInteger(integer, kind, value, verb, flags)
        case .float(let float): printFloat(float, value, verb, flags)
        case .string(let text): printString(Array(text.utf8), value, verb, flags)
        case .binary(let bytes): printString(bytes, value, verb, flags)
        case .list(let elements, let kind):
            if kind == .bytes,
                [UInt8(ascii: "s"), UInt8(ascii: "q"), UInt8(ascii: "x"), UInt8(ascii: "X")].contains(letter)
            {
                let bytes = elements.map { element -> UInt8 in
                    if case .integer(let byte, _) = element { return UInt8(truncatingIfNeeded: byte) }
                    return 0
                }
                printString(bytes, value, verb, flags)
                return
            }
            if flags.sharp, letter == UInt8(ascii: "v") {
                output += goSyntax(value).utf8
                return
            }
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(0x20) }
                print(element, verb, flags, depth: depth + 1)
            }
            output.append(UInt8(ascii: "]"))
        case .map(let map):
            if flags.sharp, letter == UInt8(ascii: "v") {
                output += goSyntax(value).utf8
                return
            }
            output += "map[".utf8
            for (index, member) in map.sorted.enumerated() {
                if index > 0 { output.append(0x20) }
                print(.string(member.key), verb, flags, depth: depth + 1)
                output.append(UInt8(ascii: ":"))
                print(member.value, verb, flags, depth: depth + 1)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): printString(Array(object.text.utf8), value, verb, flags)
        }
    }

    private mutating func badVerb(_ value: Value, _ verb: UInt32) {
        output += "%!".utf8
        GoQuoting.append(verb, to: &output)
        output.append(UInt8(ascii: "("))
        if value.isNil {
            output += "<nil>".utf8
        } else {
            output += value.typeName.utf8
            output.append(UInt8(ascii: "="))
            GoFormat.append(value, to: &output)
        }
        output.append(UInt8(ascii: ")"))
    }

    private mutating func pad(_ bytes: [UInt8], _ flags: Flags, zeroAllowed: Bool = true) {
        guard let width = flags.width else {
            output += bytes
            return
        }
        var length = 0
        for byte in bytes where byte & 0xC0 != 0x80 { length += 1 }
        let padding = max(0, width - length)
        if flags.minus {
            output += bytes
            output += [UInt8](repeating: 0x20, count: padding)
        } else {
            output += [UInt8](repeating: flags.zero && zeroAllowed ? 0x30 : 0x20, count: padding)
            output += bytes
        }
    }

    private func truncate(_ bytes: [UInt8], _ flags: Flags) -> [UInt8] {
        guard let precision = flags.precision else { return bytes }
        var count = 0
        for (index, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if count == precision { return Array(bytes[..<index]) }
            count += 1
        }
        return bytes
    }

    private mutating func printString(_ bytes: [UInt8], _ value: Value, _ verb: UInt32, _ flags: Flags) {
        switch verb < 0x80 ? UInt8(verb) : 0 {
        case UInt8(ascii: "v"):
            if flags.sharp { pad(GoQuoting.quote(bytes), flags) } else { pad(truncate(bytes, flags), flags) }
        case UInt8(ascii: "s"): pad(truncate(bytes, flags), flags)
        case UInt8(ascii: "q"):
            let text = truncate(bytes, flags)
            if flags.sharp, !text.contains(UInt8(ascii: "`")), text.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) {
                pad([UInt8(ascii: "`")] + text + [UInt8(ascii: "`")], flags)
            } else {
                pad(GoQuoting.quote(text, onlyASCII: flags.plus), flags)
            }
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            let digits = Array((verb == UInt32(UInt8(ascii: "x")) ? "0123456789abcdef" : "0123456789ABCDEF").utf8)
            var text: [UInt8] = []
            for (index, byte) in bytes.prefix(flags.precision ?? bytes.count).enumerated() {
                if flags.space, index > 0 { text.append(0x20) }
                if flags.sharp, index == 0 || flags.space { text += [0x30, UInt8(verb)] }
                text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            pad(text, flags)
        default: badVerb(value, verb)
        }
    }

    private mutating func printInteger(
        _ integer: Int64, _ kind: IntegerKind, _ value: Value, _ verb: UInt32, _ flags: Flags
    ) {
        let isUnsigned = kind.isUnsigned
        let isNegative = !isUnsigned && integer < 0
        let magnitude = isUnsigned ? UInt64(bitPattern: integer) : integer.magnitude
        let letter = verb < 0x80 ? UInt8(verb) : 0
        switch letter {
        case UInt8(ascii: "v"), UInt8(ascii: "d"): number(magnitude, isNegative, 10, false, "", flags)
        case UInt8(ascii: "b"): number(magnitude, isNegative, 2, false, flags.sharp ? "0b" : "", flags)
        case UInt8(ascii: "o"): number(magnitude, isNegative, 8, false, flags.sharp ? "0" : "", flags)
        case UInt8(ascii: "O"): number(magnitude, isNegative, 8, false, "0o", flags)
        case UInt8(ascii: "x"): number(magnitude, isNegative, 16, false, flags.sharp ? "0x" : "", flags)
        case UInt8(ascii: "X"): number(magnitude, isNegative, 16, true, flags.sharp ? "0X" : "", flags)
        case UInt8(ascii: "c"):
            var bytes: [UInt8] = []
            GoQuoting.append(magnitude > 0x10FFFF || isNegative ? 0xFFFD : UInt32(magnitude), to: &bytes)
            pad(bytes, flags)
        case UInt8(ascii: "q"):
            pad(GoQuoting.quoteCharacter(magnitude > 0x10FFFF || isNegative ? 0xFFFD : UInt32(magnitude)), flags)
        case UInt8(ascii: "U"):
            let hex = String(magnitude, radix: 16, uppercase: true)
            var text = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
            if flags.sharp, magnitude <= 0x10FFFF, GoQuoting.isPrintable(UInt32(magnitude)),
                let scalar = Unicode.Scalar(UInt32(magnitude))
            {
                text += " '\(scalar)'"
            }
            pad(Array(text.utf8), flags, zeroAllowed: false)
        default: badVerb(value, verb)
        }
    }

    private mutating func number(
        _ magnitude: UInt64, _ isNegative: Bool, _ radix: Int, _ isUppercase: Bool, _ prefix: String, _ flags: Flags
    ) {
        var digits = String(magnitude, radix: radix, uppercase: isUppercase)
        let sign = isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        if let precision = flags.precision {
            if precision == 0, magnitude == 0 {
                output += [UInt8](repeating: 0x20, count: flags.width ?? 0)
                return
            }
            digits = String(repeating: "0", count: max(0, precision - digits.count)) + digits
        } else if flags.zero, !flags.minus, let width = flags.width {
            digits = String(repeating: "0", count: max(0, width - sign.count - digits.count)) + digits
        }
        pad(Array((sign + prefix + digits).utf8), flags, zeroAllowed: false)
    }

    private mutating func printFloat(_ float: Double, _ value: Value, _ verb: UInt32, _ flags: Flags) {
        var text: String
        switch verb < 0x80 ? UInt8(verb) : 0 {
        case UInt8(ascii: "v"):
            text = flags.precision.map { GoFloatText.general(float, precision: $0) } ?? GoNumberText.general(float)
        case UInt8(ascii: "g"), UInt8(ascii: "G"):
            text = flags.precision.map { GoFloatText.general(float, precision: $0) } ?? GoNumberText.general(float)
            if verb == UInt32(UInt8(ascii: "G")) { text = text.uppercased() }
        case UInt8(ascii: "e"): text = GoFloatText.exponent(float, precision: flags.precision ?? 6)
        case UInt8(ascii: "E"): text = GoFloatText.exponent(float, precision: flags.precision ?? 6).uppercased()
        case UInt8(ascii: "f"), UInt8(ascii: "F"): text = GoFloatText.fixed(float, precision: flags.precision ?? 6)
        default:
            badVerb(value, verb)
            return
        }
        if !text.hasPrefix("-"), !text.hasPrefix("+") {
            if flags.plus { text = "+" + text } else if flags.space { text = " " + text }
        } else if text.hasPrefix("+"), !flags.plus {
            // "+Inf" keeps its sign only when asked for; Go prints it with one in every case.
            text = float.isInfinite ? text : String(text.dropFirst())
        }
        if flags.zero, !flags.minus, float.isFinite, let width = flags.width, text.utf8.count < width {
            let hasSign = text.hasPrefix("-") || text.hasPrefix("+") || text.hasPrefix(" ")
            let sign = hasSign ? String(text.removeFirst()) : ""
            text = sign + String(repeating: "0", count: width - text.utf8.count - sign.utf8.count) + text
        }
        pad(Array(text.utf8), flags, zeroAllowed: false)
    }

    /// `%#v`.
    private func goSyntax(_ value: Value) -> String {
        switch value {
        case .missing, .null: return "interface {}(nil)"
        case .string, .binary: return GoQuoting.quote(value.stringText ?? "")
        case .list(let elements, let kind):
            return kind.typeName + "{" + elements.map { goSyntax($0) }.joined(separator: ", ") + "}"
        case .map(let map):
            return map.kind.typeName + "{"
                + map.sorted.map { GoQuoting.quote($0.key) + ":" + goSyntax($0.value) }.joined(separator: ", ") + "}"
        default: return GoFormat.text(value)
        }
    }
}
