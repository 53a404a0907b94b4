/// Go's time layouts: the reference time `Mon Jan 2 15:04:05 MST 2006`.
enum GoTimeLayout {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    enum Element {
        case literal([UInt8])
        case longMonth, month, numericMonth, zeroMonth
        case longWeekday, weekday
        case day, spaceDay, zeroDay, spaceYearDay, zeroYearDay
        case hour, hour12, zeroHour12
        case minute, zeroMinute, second, zeroSecond
        case longYear, year
        case upperPM, lowerPM
        case zoneName
        /// A numeric zone: whether UTC is `Z`, how many parts, whether colons part them.
        case zone(usesZ: Bool, parts: Int, colons: Bool)
        /// A fraction: its digits, whether trailing zeros go, its separator.
        case fraction(digits: Int, trims: Bool, separator: UInt8)
    }

    private static let table: [(String, Element)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("2006", .longYear), ("002", .zeroYearDay), ("__2", .spaceYearDay), ("01", .zeroMonth), ("02", .zeroDay),
        ("03", .zeroHour12), ("04", .zeroMinute), ("05", .zeroSecond), ("06", .year), ("15", .hour), ("_2", .spaceDay),
        ("1", .numericMonth), ("2", .day), ("3", .hour12), ("4", .minute), ("5", .second), ("PM", .upperPM),
        ("pm", .lowerPM), ("-07:00:00", .zone(usesZ: false, parts: 3, colons: true)),
        ("-070000", .zone(usesZ: false, parts: 3, colons: false)),
        ("-07:00", .zone(usesZ: false, parts: 2, colons: true)),
        ("-0700", .zone(usesZ: false, parts: 2, colons: false)), ("-07", .zone(usesZ: false, parts: 1, colons: false)),
        ("Z07:00:00", .zone(usesZ: true, parts: 3, colons: true)),
        ("Z070000", .zone(usesZ: true, parts: 3, colons: false)),
        ("Z07:00", .zone(usesZ: true, parts: 2, colons: true)),
        ("Z0700", .zone(usesZ: true, parts: 2, colons: false)), ("Z07", .zone(usesZ: true, parts: 1, colons: false)),
    ]

    private static let patterns = table.map { (Array($0.0.utf8), $0.1) }

    /// The elements of a layout, each with its own text.
    static func elements(_ layout: String) -> [(element: Element, text: ArraySlice<UInt8>)] {
        let text = Array(layout.utf8)
        var elements: [(element: Element, text: ArraySlice<UInt8>)] = []
        var literal: [UInt8] = []
        var position = 0
        outer: while position < text.count {
            if text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ","), position + 1 < text.count,
                text[position + 1] == 0x30 || text[position + 1] == 0x39
            {
                let digit = text[position + 1]
                var end = position + 1
                while end < text.count, text[end] == digit { end += 1 }
                if end == text.count || !(0x30...0x39).contains(text[end]) {
                    if !literal.isEmpty { elements.append((.literal(literal), literal[...])) }
                    literal = []
                    let element = Element.fraction(
                        digits: end - position - 1, trims: digit == 0x39, separator: text[position])
                    elements.append((element, text[position..<end]))
                    position = end
                    continue
                }
            }
            for (pattern, element) in patterns where text[position...].starts(with: pattern) {
                let next = position + pattern.count
                // "Jan" and "Mon" stand alone: "Monkey" is no weekday.
                if pattern.count == 3, pattern[0] == UInt8(ascii: "M") || pattern[0] == UInt8(ascii: "J"),
                    next < text.count,
                    pattern != Array("MST".utf8), (0x61...0x7A).contains(text[next])
                {
                    continue
                }
                if !literal.isEmpty { elements.append((.literal(literal), literal[...])) }
                literal = []
                elements.append((element, text[position..<next]))
                position = next
                continue outer
            }
            literal.append(text[position])
            position += 1
        }
        if !literal.isEmpty { elements.append((.literal(literal), literal[...])) }
        return elements
    }

    private static func padded(_ value: Int, _ width: Int, _ filler: String = "0") -> String {
        let text = String(value)
        return String(repeating: filler, count: max(0, width - text.utf8.count)) + text
    }

    private static func offsetText(_ offset: Int, parts: Int, colons: Bool) -> String {
        let magnitude = abs(offset)
        var text = (offset < 0 ? "-" : "+") + padded(magnitude / 3600, 2)
        if parts > 1 { text += (colons ? ":" : "") + padded(magnitude / 60 % 60, 2) }
        if parts > 2 { text += (colons ? ":" : "") + padded(magnitude % 60, 2) }
        return text
    }

    /// Formats a time by a layout.
    static func format(_ time: GoTime, _ layout: String) -> String {
        let parts = time.components
        let hour12 = parts.hour % 12 == 0 ? 12 : parts.hour % 12
        var text = ""
        for (element, _) in elements(layout) {
            switch element {
            case .literal(let bytes): text += String(decoding: bytes, as: UTF8.self)
            case .longMonth: text += months[parts.month - 1]
            case .month: text += months[parts.month - 1].prefix(3)
            case .numericMonth: text += String(parts.month)
            case .zeroMonth: text += padded(parts.month, 2)
            case .longWeekday: text += weekdays[parts.weekday]
            case .weekday: text += weekdays[parts.weekday].prefix(3)
            case .day: text += String(parts.day)
            case .spaceDay: text += padded(parts.day, 2, " ")
            case .zeroDay: text += padded(parts.day, 2)
            case .spaceYearDay: text += padded(parts.yearDay, 3, " ")
            case .zeroYearDay: text += padded(parts.yearDay, 3)
            case .hour: text += padded(parts.hour, 2)
            case .hour12: text += String(hour12)
            case .zeroHour12: text += padded(hour12, 2)
            case .minute: text += String(parts.minute)
            case .zeroMinute: text += padded(parts.minute, 2)
            case .second: text += String(parts.second)
            case .zeroSecond: text += padded(parts.second, 2)
            case .longYear: text += padded(parts.year, 4)
            case .year: text += padded(parts.year % 100, 2)
            case .upperPM: text += parts.hour >= 12 ? "PM" : "AM"
            case .lowerPM: text += parts.hour >= 12 ? "pm" : "am"
            case .zoneName:
                // A zone without a name goes by its offset.
                text += time.zone.isEmpty ? offsetText(time.offset, parts: 2, colons: false) : time.zone
            case .zone(let usesZ, let count, let colons):
                text += usesZ && time.offset == 0 ? "Z" : offsetText(time.offset, parts: count, colons: colons)
            case .fraction(let digits, let trims, let separator):
                var fraction = String(padded(time.nanoseconds, 9).prefix(digits))
                if trims { while fraction.hasSuffix("0") { fraction.removeLast() } }
                if !fraction.isEmpty || !trims { text += String(decoding: [separator], as: UTF8.self) + fraction }
            }
        }
        return text
    }
}
