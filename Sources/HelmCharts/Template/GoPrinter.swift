import KubeCore

/// One run of Go's `fmt.Sprintf`.
struct GoPrinter {
    private let format: [UInt8]
    private let arguments: [Value]
    private var output: [UInt8] = []
    private var position = 0
    private var argumentIndex = 0
    private var goodIndex = true
    /// Why printing stopped, if it had to.
    private var refusal: GoError?

    private struct Flags {
        var plus = false
        var minus = false
        var sharp = false
        /// `%#v`, Go's syntax.
        var sharpValue = false
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

    /// The text.
    mutating func run() throws(GoError) -> [UInt8] {
        var reordered = false
        while position < format.count {
            let start = position
            while position < format.count, format[position] != UInt8(ascii: "%") { position += 1 }
            output += format[start..<position]
            if position >= format.count { break }
            position += 1
            var flags = Flags()
            goodIndex = true
            scanFlags(&flags)
            var afterIndex = scanArgumentIndex(&reordered)
            if next(UInt8(ascii: "*")) {
                if let width = starArgument() {
                    flags.width = abs(width)
                    if width < 0 { flags.minus = true }
                } else {
                    output += "%!(BADWIDTH)".utf8
                }
                afterIndex = false
            } else {
                flags.width = number()
                if afterIndex, flags.width != nil { goodIndex = false }
            }
            if position + 1 < format.count, next(UInt8(ascii: ".")) {
                if afterIndex { goodIndex = false }
                afterIndex = scanArgumentIndex(&reordered)
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
            if !afterIndex { _ = scanArgumentIndex(&reordered) }
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
                if verb == UInt32(UInt8(ascii: "v")) || verb == UInt32(UInt8(ascii: "w")) {
                    // `%#v` asks for Go's syntax and `%+v` for the names of fields: neither is the flag of a number.
                    (flags.sharpValue, flags.sharp, flags.plus) = (flags.sharp, false, false)
                }
                let argument = arguments[argumentIndex]
                argumentIndex += 1
                print(argument, verb, flags, depth: 0)
            }
            if let refusal { throw refusal }
        }
        if !reordered, argumentIndex < arguments.count {
            output += "%!(EXTRA ".utf8
            for (index, argument) in arguments[argumentIndex...].enumerated() {
                if index > 0 { output += ", ".utf8 }
                if argument.isNil {
                    output += "<nil>".utf8
                } else {
                    output += argument.typeName.utf8
                    output.append(UInt8(ascii: "="))
                    try GoFormat.append(argument, to: &output)
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
            case UInt8(ascii: "0"): flags.zero = true
            case UInt8(ascii: "+"): flags.plus = true
            case UInt8(ascii: "-"): flags.minus = true
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
            if next > Self.widestField {
                // Go gives up on the rest of the format.
                position = format.count
                return nil
            }
            value = next
            position += 1
        }
        return value
    }

    private mutating func starArgument() -> Int? {
        guard argumentIndex < arguments.count else { return nil }
        defer { argumentIndex += 1 }
        guard case .integer(let value, _) = arguments[argumentIndex], value.magnitude <= Self.widestField else {
            return nil
        }
        return Int(value)
    }

    /// Reads `[n]`; false if there is none or it is malformed.
    private mutating func scanArgumentIndex(_ reordered: inout Bool) -> Bool {
        guard position < format.count, format[position] == UInt8(ascii: "[") else { return false }
        reordered = true
        guard position + 3 <= format.count, let close = format[position...].firstIndex(of: UInt8(ascii: "]")) else {
            position += 1
            goodIndex = false
            return false
        }
        let digits = format[(position + 1)..<close]
        position = close + 1
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let index = Int(String(decoding: digits, as: UTF8.self)), index <= Self.widestField
        else {
            goodIndex = false
            return false
        }
        if index >= 1, index <= arguments.count {
            argumentIndex = index - 1
        } else {
            goodIndex = false
        }
        return true
    }

    // MARK: Values

    private mutating func print(_ value: Value, _ verb: UInt32, _ flags: Flags, depth: Int) {
        guard refusal == nil else { return }
        guard depth < GoFormat.deepest, output.count < GoFormat.longest else {
            refusal = GoFormat.refusal
            return
        }
        let letter = verb < 0x80 ? UInt8(verb) : 0
        if value.isNil {
            if depth > 0 {
                output += (flags.sharpValue ? "interface {}(nil)" : "<nil>").utf8
            } else if letter == UInt8(ascii: "v") || letter == UInt8(ascii: "T") {
                pad(Array("<nil>".utf8), flags)
            } else {
                badVerb(value, verb, flags, depth)
            }
            return
        }
        if letter == UInt8(ascii: "T"), depth == 0 {
            pad(truncate(Array(value.typeName.utf8), flags), flags)
            return
        }
        switch value {
        case .missing, .null: break
        case .bool(let bool):
            if letter == UInt8(ascii: "t") || letter == UInt8(ascii: "v") {
                pad(Array((bool ? "true" : "false").utf8), flags)
            } else {
                badVerb(value, verb, flags, depth)
            }
        case .integer(let integer, let kind): printInteger(integer, kind, value, verb, flags, depth)
        case .float(let float): printFloat(float, value, verb, flags, depth)
        case .string(let text): printString(Array(text.utf8), value, verb, flags, depth)
        case .binary(let bytes): printString(bytes, value, verb, flags, depth)
        case .list, .map:
            // `%w` is for errors, which no value here is.
            if letter == UInt8(ascii: "w"), depth == 0 {
                badVerb(value, verb, flags, depth)
            } else {
                printElements(value, verb, letter, flags, depth: depth)
            }
        case .object(let object): printString(Array(object.argumentText.utf8), value, verb, flags, depth)
        }
    }

    private mutating func printElements(_ value: Value, _ verb: UInt32, _ letter: UInt8, _ flags: Flags, depth: Int) {
        if flags.sharpValue { output += value.typeName.utf8 }
        switch value {
        case .list(let elements, let kind):
            if kind == .bytes,
                [UInt8(ascii: "s"), UInt8(ascii: "q"), UInt8(ascii: "x"), UInt8(ascii: "X")].contains(letter)
            {
                printString(JSONEncoding.bytes(of: elements), value, verb, flags, depth)
                return
            }
            if flags.sharpValue, kind == .nilStrings {
                output += "(nil)".utf8
                return
            }
            output.append(flags.sharpValue ? UInt8(ascii: "{") : UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output += (flags.sharpValue ? ", " : " ").utf8 }
                print(element, verb, flags, depth: depth + 1)
            }
            output.append(flags.sharpValue ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        case .map(let map):
            output += (flags.sharpValue ? "{" : "map[").utf8
            for (index, member) in map.sorted.enumerated() {
                if index > 0 { output += (flags.sharpValue ? ", " : " ").utf8 }
                print(.string(member.key), verb, flags, depth: depth + 1)
                output.append(UInt8(ascii: ":"))
                print(member.value, verb, flags, depth: depth + 1)
            }
            output.append(flags.sharpValue ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        default: break
        }
    }

    private mutating func badVerb(_ value: Value, _ verb: UInt32, _ flags: Flags, _ depth: Int) {
        output += "%!".utf8
        GoQuoting.append(verb, to: &output)
        output.append(UInt8(ascii: "("))
        if value.isNil {
            output += "<nil>".utf8
        } else {
            output += value.typeName.utf8
            output.append(UInt8(ascii: "="))
            // With the width, precision and sign that were asked for.
            print(value, UInt32(UInt8(ascii: "v")), flags, depth: depth)
        }
        output.append(UInt8(ascii: ")"))
    }

    private mutating func pad(_ bytes: [UInt8], _ flags: Flags, zeroAllowed: Bool = true) {
        guard let width = flags.width else {
            output += bytes
            return
        }
        let padding = max(0, width - Bytes.runeCount(bytes))
        if flags.minus {
            output += bytes
            output += [UInt8](repeating: 0x20, count: padding)
        } else {
            output += [UInt8](repeating: flags.zero && zeroAllowed ? 0x30 : 0x20, count: padding)
            output += bytes
        }
    }

    private func truncate(_ bytes: [UInt8], _ flags: Flags) -> [UInt8] {
        guard let precision = flags.precision, precision < bytes.count else { return bytes }
        var position = 0
        for _ in 0..<precision {
            guard position < bytes.count else { return bytes }
            position += GoQuoting.decode(bytes, position).1
        }
        return Array(bytes[..<position])
    }

    private mutating func printString(_ bytes: [UInt8], _ value: Value, _ verb: UInt32, _ flags: Flags, _ depth: Int) {
        switch verb < 0x80 ? UInt8(verb) : 0 {
        case UInt8(ascii: "v"):
            if flags.sharpValue {
                pad(GoQuoting.quote(truncate(bytes, flags)), flags)
            } else {
                pad(truncate(bytes, flags), flags)
            }
        case UInt8(ascii: "s"): pad(truncate(bytes, flags), flags)
        case UInt8(ascii: "q"):
            let text = truncate(bytes, flags)
            if flags.sharp, GoQuoting.canBackquote(text) {
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
        default: badVerb(value, verb, flags, depth)
        }
    }

    private mutating func printInteger(
        _ integer: Int64, _ kind: IntegerKind, _ value: Value, _ verb: UInt32, _ flags: Flags,
        _ depth: Int
    ) {
        let isUnsigned = kind.isUnsigned
        let isNegative = !isUnsigned && integer < 0
        let magnitude = isUnsigned ? UInt64(bitPattern: integer) : integer.magnitude
        let letter = verb < 0x80 ? UInt8(verb) : 0
        switch letter {
        case UInt8(ascii: "v"), UInt8(ascii: "d"): number(magnitude, isNegative, 10, false, "", flags)
        case UInt8(ascii: "b"): number(magnitude, isNegative, 2, false, flags.sharp ? "0b" : "", flags)
        case UInt8(ascii: "o"): number(magnitude, isNegative, 8, false, flags.sharp ? "0" : "", flags)
        case UInt8(ascii: "O"): number(magnitude, isNegative, 8, false, flags.sharp ? "0o0" : "0o", flags)
        case UInt8(ascii: "x"): number(magnitude, isNegative, 16, false, flags.sharp ? "0x" : "", flags)
        case UInt8(ascii: "X"): number(magnitude, isNegative, 16, true, flags.sharp ? "0X" : "", flags)
        case UInt8(ascii: "c"):
            var bytes: [UInt8] = []
            GoQuoting.append(magnitude > 0x10FFFF || isNegative ? 0xFFFD : UInt32(magnitude), to: &bytes)
            pad(bytes, flags)
        case UInt8(ascii: "q"):
            let scalar = magnitude > 0x10FFFF || isNegative ? 0xFFFD : UInt32(magnitude)
            pad(GoQuoting.quoteCharacter(scalar, onlyASCII: flags.plus), flags)
        case UInt8(ascii: "U"):
            let bits = UInt64(bitPattern: integer)
            let hex = String(bits, radix: 16, uppercase: true)
            var text = "U+" + String(repeating: "0", count: max(0, max(4, flags.precision ?? 4) - hex.count)) + hex
            if flags.sharp, bits <= 0x10FFFF, GoQuoting.isPrintable(UInt32(bits)),
                let scalar = Unicode.Scalar(UInt32(bits))
            {
                text += " '\(scalar)'"
            }
            pad(Array(text.utf8), flags, zeroAllowed: false)
        default: badVerb(value, verb, flags, depth)
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
        // The 0 of `%#o` is there already where the digits begin with one.
        let prefix = prefix == "0" && digits.hasPrefix("0") ? "" : prefix
        pad(Array((sign + prefix + digits).utf8), flags, zeroAllowed: false)
    }

    private mutating func printFloat(_ float: Double, _ value: Value, _ verb: UInt32, _ flags: Flags, _ depth: Int) {
        let letter = verb < 0x80 ? UInt8(verb) : 0
        var text: String
        switch letter {
        case UInt8(ascii: "v"), UInt8(ascii: "g"), UInt8(ascii: "G"):
            text = flags.precision.map { GoFloatText.general(float, precision: $0) } ?? GoNumberText.general(float)
            if letter == UInt8(ascii: "G"), float.isFinite { text = text.uppercased() }
        case UInt8(ascii: "e"): text = GoFloatText.exponent(float, precision: flags.precision ?? 6)
        case UInt8(ascii: "E"):
            text = GoFloatText.exponent(float, precision: flags.precision ?? 6)
            if float.isFinite { text = text.uppercased() }
        case UInt8(ascii: "f"), UInt8(ascii: "F"): text = GoFloatText.fixed(float, precision: flags.precision ?? 6)
        case UInt8(ascii: "b"): text = GoFloatText.binary(float)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            text = GoFloatText.hexadecimal(float, precision: flags.precision)
            if letter == UInt8(ascii: "X"), float.isFinite { text = text.uppercased() }
        default:
            badVerb(value, verb, flags, depth)
            return
        }
        var sign = text.hasPrefix("-") ? "-" : "+"
        if text.hasPrefix("-") || text.hasPrefix("+") { text.removeFirst() }
        if flags.space, sign == "+", !flags.plus { sign = " " }
        let showsSign = flags.plus || sign != "+"
        guard float.isFinite else {
            // Infinity keeps its sign even where none was asked for, nothing else does.
            let shown = float.isNaN && !flags.space && !flags.plus ? text : sign + text
            pad(Array((float.isInfinite && !showsSign ? "+" + text : shown).utf8), flags, zeroAllowed: false)
            return
        }
        if flags.sharp, letter != UInt8(ascii: "b") { text = Self.withPoint(text, letter, flags.precision) }
        guard showsSign else {
            pad(Array(text.utf8), flags)
            return
        }
        if flags.zero, !flags.minus, let width = flags.width, width > text.utf8.count + 1 {
            output += sign.utf8
            output += [UInt8](repeating: 0x30, count: width - text.utf8.count - 1)
            output += text.utf8
            return
        }
        pad(Array((sign + text).utf8), flags)
    }

    /// What `#` makes of a number without its sign: always a point, and the zeros after it.
    private static func withPoint(_ text: String, _ letter: UInt8, _ precision: Int?) -> String {
        let isHexadecimal = letter == UInt8(ascii: "x") || letter == UInt8(ascii: "X")
        var digits = 0
        if letter != UInt8(ascii: "e"), letter != UInt8(ascii: "E"), letter != UInt8(ascii: "f"),
            letter != UInt8(ascii: "F"), letter != UInt8(ascii: "X")
        {
            digits = precision ?? 6
        }
        let number = Array(text.utf8)
        var end = number.count
        var hasPoint = false
        var sawDigit = false
        scan: for (index, byte) in number.enumerated() {
            switch byte {
            case UInt8(ascii: "."): hasPoint = true
            case UInt8(ascii: "p"), UInt8(ascii: "P"):
                end = index
                break scan
            case UInt8(ascii: "e") where !isHexadecimal, UInt8(ascii: "E") where !isHexadecimal:
                end = index
                break scan
            default:
                if byte != UInt8(ascii: "0") { sawDigit = true }
                if sawDigit { digits -= 1 }
            }
        }
        var result = Array(number[..<end])
        if !hasPoint {
            if result == [UInt8(ascii: "0")] { digits -= 1 }
            result.append(UInt8(ascii: "."))
        }
        if digits > 0 { result += [UInt8](repeating: 0x30, count: digits) }
        return String(decoding: result + number[end...], as: UTF8.self)
    }
}
