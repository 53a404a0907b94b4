/// One run of Go's `time.Parse`: a text read by a layout.
struct GoTimeParser {
    private let text: String
    private let layout: String
    private let bytes: [UInt8]
    private var position = 0

    private var year = 0
    private var month: Int?
    private var day: Int?
    private var yearDay: Int?
    private var hour = 0
    private var minute = 0
    private var second = 0
    private var nanoseconds = 0
    private var isPM: Bool?
    private var offset: Int?
    private var zone = ""

    /// Why one element could not be read.
    private enum Misfit: Error {
        case unlike
        case outOfRange(String)
    }

    /// The time that a text means by a layout; throws in Go's words where it does not fit.
    static func parse(_ text: String, _ layout: String) throws(GoError) -> GoTime {
        var parser = GoTimeParser(text: text, layout: layout)
        return try parser.run()
    }

    private init(text: String, layout: String) {
        self.text = text
        self.layout = layout
        bytes = Array(text.utf8)
    }

    private func failure(_ message: String) -> GoError {
        GoError("parsing time \(Self.quoted(bytes[...]))\(message)")
    }

    /// The package's own quoting: every byte beyond printable ASCII in hexadecimal.
    private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        var result = "\""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\\(Unicode.Scalar(byte))"
            case 0x20..<0x80: result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return result + "\""
    }

    private func failure(at position: Int, _ element: ArraySlice<UInt8>) -> GoError {
        return failure(
            " as \(Self.quoted(Array(layout.utf8)[...])): cannot parse \(Self.quoted(bytes[position...])) as \(Self.quoted(element))"
        )
    }

    private mutating func run() throws(GoError) -> GoTime {
        let elements = GoTimeLayout.elements(layout)
        for (index, (element, own)) in elements.enumerated() {
            let start = position
            let followedByFraction =
                if index + 1 < elements.count, case .fraction = elements[index + 1].element { true } else { false }
            do throws(Misfit) {
                try read(element, followedByFraction: followedByFraction)
            } catch {
                switch error {
                case .unlike:
                    let isLiteral = if case .literal = element { true } else { false }
                    throw failure(at: isLiteral ? position : start, own)
                case .outOfRange(let what): throw failure(": \(what) out of range")
                }
            }
        }
        guard position == bytes.count else {
            let rest = Self.quoted(bytes[position...])
            throw failure(": extra text: \(rest)")
        }
        return try time()
    }

    private func time() throws(GoError) -> GoTime {
        var hour = hour
        if isPM == true, hour < 12 { hour += 12 }
        if isPM == false, hour == 12 { hour = 0 }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (month, day) = (month, day)
        if let yearDay {
            guard yearDay >= 1, yearDay <= (isLeap ? 366 : 365) else { throw failure(": day-of-year out of range") }
            var rest = yearDay
            var index = 0
            while rest > lengths[index] {
                rest -= lengths[index]
                index += 1
            }
            if let month, month != index + 1 { throw failure(": day-of-year does not match month") }
            if let day, day != rest { throw failure(": day-of-year does not match day") }
            (month, day) = (index + 1, rest)
        }
        guard let day = day ?? 1 as Int?, day >= 1, day <= lengths[(month ?? 1) - 1] else {
            throw failure(": day out of range")
        }
        var zone = zone
        var offset = offset
        if offset == nil, zone.count > 3, zone.hasPrefix("GMT") { offset = (Int(zone.dropFirst(3)) ?? 0) * 3600 }
        if zone.isEmpty, offset ?? 0 == 0 { zone = "UTC" }
        // The name of any other zone alone says nothing of its offset.
        let shift = offset ?? 0
        let seconds =
            Int64(GoTime.days(year, month ?? 1, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second - shift)
        return GoTime(seconds: seconds, nanoseconds: nanoseconds, offset: shift, zone: zone)
    }

    private mutating func read(_ element: GoTimeLayout.Element, followedByFraction: Bool) throws(Misfit) {
        switch element {
        case .literal(let literal): try skip(literal)
        case .longMonth: month = try word(GoTimeLayout.months, nil) + 1
        case .month: month = try word(GoTimeLayout.months, 3) + 1
        case .numericMonth: month = try number(isFixed: false, 1...12, "month")
        case .zeroMonth: month = try number(isFixed: true, 1...12, "month")
        case .longWeekday: _ = try word(GoTimeLayout.weekdays, nil)
        case .weekday: _ = try word(GoTimeLayout.weekdays, 3)
        case .day, .spaceDay:
            if case .spaceDay = element, next == 0x20 { position += 1 }
            day = try number(isFixed: false)
        case .zeroDay: day = try number(isFixed: true)
        case .spaceYearDay:
            for _ in 0..<2 where next == 0x20 { position += 1 }
            yearDay = try number(digits: 3, isFixed: false)
        case .zeroYearDay: yearDay = try number(digits: 3, isFixed: true)
        case .hour: hour = try number(isFixed: false, 0...23, "hour")
        case .hour12: hour = try number(isFixed: false, 0...12, "hour")
        case .zeroHour12: hour = try number(isFixed: true, 0...12, "hour")
        case .minute: minute = try number(isFixed: false, 0...59, "minute")
        case .zeroMinute: minute = try number(isFixed: true, 0...59, "minute")
        case .second, .zeroSecond:
            let isFixed = if case .zeroSecond = element { true } else { false }
            second = try number(isFixed: isFixed, 0...59, "second")
            // A fraction may follow the seconds even where the layout has none.
            if !followedByFraction { fraction() }
        case .longYear:
            guard let first = next, (0x30...0x39).contains(first), position + 4 <= bytes.count,
                let value = Int(String(decoding: bytes[position..<(position + 4)], as: UTF8.self))
            else { throw .unlike }
            position += 4
            year = value
        case .year:
            guard position + 2 <= bytes.count,
                let value = Int(String(decoding: bytes[position..<(position + 2)], as: UTF8.self))
            else { throw .unlike }
            position += 2
            year = value + (value >= 69 ? 1900 : 2000)
        case .upperPM: isPM = try half("AM", "PM")
        case .lowerPM: isPM = try half("am", "pm")
        case .zoneName: try zoneName()
        case .zone(let usesZ, let count, let colons): try zoneOffset(usesZ: usesZ, parts: count, colons: colons)
        case .fraction(let digits, let trims, _):
            if trims {
                fraction()
                return
            }
            guard position + digits + 1 <= bytes.count, next == UInt8(ascii: ".") || next == UInt8(ascii: ","),
                bytes[(position + 1)...(position + digits)].allSatisfy({ (0x30...0x39).contains($0) })
            else { throw .unlike }
            let end = position + digits + 1
            fraction(upTo: end)
        }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skip(_ literal: [UInt8]) throws(Misfit) {
        var index = 0
        while index < literal.count {
            if literal[index] == 0x20 {
                if let next, next != 0x20 { throw .unlike }
                while index < literal.count, literal[index] == 0x20 { index += 1 }
                while next == 0x20 { position += 1 }
                continue
            }
            guard next == literal[index] else { throw .unlike }
            position += 1
            index += 1
        }
    }

    private mutating func number(digits: Int = 2, isFixed: Bool) throws(Misfit) -> Int {
        var value = 0
        var count = 0
        while count < digits, let byte = next, (0x30...0x39).contains(byte) {
            value = value * 10 + Int(byte - 0x30)
            position += 1
            count += 1
        }
        guard count > 0, !isFixed || count == digits else { throw .unlike }
        return value
    }

    private mutating func number(isFixed: Bool, _ range: ClosedRange<Int>, _ what: String) throws(Misfit) -> Int {
        let value = try number(isFixed: isFixed)
        guard range.contains(value) else { throw .outOfRange(what) }
        return value
    }

    private mutating func word(_ names: [String], _ length: Int?) throws(Misfit) -> Int {
        for (index, name) in names.enumerated() {
            let candidate = Array((length.map { String(name.prefix($0)) } ?? name).utf8)
            let end = position + candidate.count
            guard end <= bytes.count else { continue }
            if zip(bytes[position..<end], candidate).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 | 0x20 }) {
                position = end
                return index
            }
        }
        throw .unlike
    }

    private mutating func half(_ first: String, _ second: String) throws(Misfit) -> Bool {
        guard position + 2 <= bytes.count else { throw .unlike }
        let given = String(decoding: bytes[position..<(position + 2)], as: UTF8.self)
        guard given == first || given == second else { throw .unlike }
        position += 2
        return given == second
    }

    private mutating func fraction(upTo limit: Int? = nil) {
        guard position + 1 < bytes.count, next == UInt8(ascii: ".") || next == UInt8(ascii: ","),
            (0x30...0x39).contains(bytes[position + 1])
        else { return }
        position += 1
        var scale = 100_000_000
        nanoseconds = 0
        while position < limit ?? bytes.count, (0x30...0x39).contains(bytes[position]) {
            nanoseconds += Int(bytes[position] - 0x30) * scale
            scale /= 10
            position += 1
        }
    }

    private mutating func zoneName() throws(Misfit) {
        let rest = bytes[position...]
        if rest.starts(with: "UTC".utf8) {
            position += 3
            (zone, offset) = ("UTC", 0)
            return
        }
        guard let length = zoneNameLength(rest) else { throw .unlike }
        zone = String(decoding: rest.prefix(length), as: UTF8.self)
        position += length
    }

    /// Whether it looks like a zone, and for how long.
    private func zoneNameLength(_ rest: ArraySlice<UInt8>) -> Int? {
        guard rest.count >= 3 else { return nil }
        if rest.starts(with: "ChST".utf8) || rest.starts(with: "MeST".utf8) { return 4 }
        if rest.starts(with: "GMT".utf8) { return 3 + signedOffsetLength(rest.dropFirst(3)) }
        if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") {
            let length = signedOffsetLength(rest)
            return length > 0 ? length : nil
        }
        let capitals = rest.prefix(6).prefix { (0x41...0x5A).contains($0) }
        switch capitals.count {
        case 5: return capitals.last == UInt8(ascii: "T") ? 5 : nil
        case 4: return capitals.last == UInt8(ascii: "T") || capitals.elementsEqual("WITA".utf8) ? 4 : nil
        case 3: return 3
        default: return nil
        }
    }

    private func signedOffsetLength(_ rest: ArraySlice<UInt8>) -> Int {
        guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return 0 }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard let hours = Int(String(decoding: digits, as: UTF8.self)), hours < 24 else { return 0 }
        return 1 + digits.count
    }

    private mutating func zoneOffset(usesZ: Bool, parts: Int, colons: Bool) throws(Misfit) {
        if usesZ, next == UInt8(ascii: "Z") {
            position += 1
            (zone, offset) = ("UTC", 0)
            return
        }
        guard position + 1 + parts * 2 + (colons ? parts - 1 : 0) <= bytes.count, let sign = next else { throw .unlike }
        position += 1
        var total = 0
        for part in 0..<parts {
            if part > 0, colons {
                guard next == UInt8(ascii: ":") else { throw .unlike }
                position += 1
            }
            let value = try number(isFixed: true)
            let what = "time zone offset " + ["hour", "minute", "second"][part]
            guard value <= (part == 0 ? 24 : 60) else { throw .outOfRange(what) }
            total += value * [3600, 60, 1][part]
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .unlike }
        offset = sign == UInt8(ascii: "-") ? -total : total
    }
}
