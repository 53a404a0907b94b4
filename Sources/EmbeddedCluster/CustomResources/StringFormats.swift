import KubeCore

/// The string formats of OpenAPI that the server checks; others are annotations.
enum StringFormats {
    /// The check of a format; nil for a format that is not checked.
    static func check(_ format: String) -> ((String) -> Bool)? {
        switch format {
        case "date-time", "datetime": { Timestamp($0) != nil }
        case "date": { Timestamp("\($0)T00:00:00Z") != nil && $0.utf8.count == 10 }
        case "duration": { GoDuration(parsing: $0) != nil || isWordyDuration($0) }
        case "ipv4": { IPAddress($0)?.isIPv4 == true }
        case "ipv6": { IPAddress($0)?.isIPv4 == false }
        case "cidr": { IPPrefix($0) != nil }
        case "uri": { URLText($0) != nil }
        case "byte": isBase64
        case "uuid": { isUUID($0, version: nil) }
        case "uuid3": { isUUID($0, version: "3") }
        case "uuid4": { isUUID($0, version: "4") }
        case "uuid5": { isUUID($0, version: "5") }
        case "mac": isMAC
        case "hostname": isHostname
        case "email": isEmail
        default: nil
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// `5 seconds`, `2 weeks`: the spelt-out units that the format also takes.
    private static func isWordyDuration(_ text: String) -> Bool {
        let parts = text.split(separator: " ")
        guard parts.count == 2, Int(parts[0]) != nil else { return false }
        let units = [
            "ns", "nano", "nanosecond", "us", "µs", "micro", "microsecond", "ms", "milli", "millisecond", "s", "sec",
            "second", "m", "min", "minute", "h", "hr", "hour", "d", "day", "w", "wk", "week",
        ]
        let unit = parts[1].lowercased()
        return units.contains(unit) || (unit.hasSuffix("s") && units.contains(String(unit.dropLast())))
    }

    private static func isBase64(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count % 4 == 0 else { return false }
        let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return padding <= 2
            && bytes.dropLast(padding).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    private static func isUUID(_ text: String, version: Character?) -> Bool {
        let plain = text.filter { $0 != "-" }
        guard plain.utf8.count == 32, plain.utf8.allSatisfy(isHexadecimal) else { return false }
        guard let version else { return true }
        return plain[plain.index(plain.startIndex, offsetBy: 12)] == version
    }

    private static func isMAC(_ text: String) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        return [6, 8, 20].contains(parts.count)
            && parts.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy(isHexadecimal) }
    }

    private static func isHostname(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                && label.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || $0 == "-" || ("0"..."9").contains($0)
                }
        }
    }

    private static func isEmail(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@"), at != text.startIndex else { return false }
        return isHostname(String(text[text.index(after: at)...])) && !text.contains(" ")
    }
}
