/// An IP address, version 4 or 6, in Go's strict reading: no leading zeros, no zones, no IPv4 inside IPv6.
struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init?(_ text: String) {
        if text.contains(":") {
            guard let bytes = Self.version6(text) else { return nil }
            self.bytes = bytes
        } else {
            guard let bytes = Self.version4(text) else { return nil }
            self.bytes = bytes
        }
    }

    var isIPv4: Bool { bytes.count == 4 }

    private static func version4(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }), part.count == 1 || part.first != "0",
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func version6(_ text: String) -> [UInt8]? {
        func groups(_ part: Substring) -> [UInt16]? {
            if part.isEmpty { return [] }
            var result: [UInt16] = []
            for group in part.split(separator: ":", omittingEmptySubsequences: false) {
                guard (1...4).contains(group.utf8.count), let value = UInt16(group, radix: 16) else { return nil }
                result.append(value)
            }
            return result
        }
        guard !text.contains("%"), !text.contains(".") else { return nil }
        let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        guard let head = groups(halves[0]) else { return nil }
        var all = head
        if halves.count == 2 {
            guard let tail = groups(halves[1]), head.count + tail.count < 8 else { return nil }
            all += Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard all.count == 8 else { return nil }
        return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
    var isLoopback: Bool { isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1 }
    var isLinkLocalUnicast: Bool {
        isIPv4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
    var isLinkLocalMulticast: Bool {
        isIPv4 ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
    }
    var isMulticast: Bool { isIPv4 ? bytes[0] & 0xF0 == 224 : bytes[0] == 0xFF }
    var isGlobalUnicast: Bool {
        !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast && bytes != [255, 255, 255, 255]
    }

    var description: String {
        if isIPv4 { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        // The longest run of zeros, of at least two, is left out.
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(groups[...]) }
        return "\(text(groups[..<best.lowerBound]))::\(text(groups[best.upperBound...]))"
    }
}

/// A range of addresses in CIDR notation.
struct IPPrefix: Hashable, Sendable, CustomStringConvertible {
    let address: IPAddress
    let length: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]),
            length >= 0, length <= address.bytes.count * 8, String(length) == parts[1]
        else { return nil }
        self.init(address: address, length: length)
    }

    init(address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count
            && IPPrefix(address: other, length: length).masked.address == masked.address
    }

    func contains(_ other: IPPrefix) -> Bool { other.length >= length && contains(other.address) }

    var masked: IPPrefix {
        let bytes = address.bytes.enumerated().map { index, byte in
            let bits = min(max(length - index * 8, 0), 8)
            return bits == 8 ? byte : byte & ~(UInt8(0xFF) >> UInt8(bits))
        }
        return IPPrefix(address: IPAddress(bytes: bytes), length: length)
    }

    var description: String { "\(address)/\(length)" }
}

/// A URL as Go's `url.ParseRequestURI` takes it: absolute, or an absolute path.
struct URLText: Hashable, Sendable {
    let text: String
    let scheme: String
    /// Host and port, as written.
    let host: String
    let path: String
    let query: String

    init?(_ text: String) {
        self.text = text
        guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return nil
        }
        var rest = text[...]
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        } else {
            query = ""
        }
        if rest.hasPrefix("/") {
            scheme = ""
        } else {
            guard let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) else { return nil }
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
            guard rest.hasPrefix("/") else { return nil }
        }
        if rest.hasPrefix("//"), !scheme.isEmpty {
            rest = rest.dropFirst(2)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            var authority = rest[..<slash]
            if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
            guard Self.isHost(authority) else { return nil }
            host = String(authority)
            rest = rest[slash...]
        } else {
            host = ""
        }
        guard let decoded = Self.percentDecoded(rest) else { return nil }
        path = decoded
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (48...57).contains($0)
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private static func isHost(_ text: Substring) -> Bool {
        if text.unicodeScalars.contains(where: { " <>\"{}|\\^`".unicodeScalars.contains($0) }) { return false }
        var port = text[...]
        if text.hasPrefix("[") {
            guard let end = text.lastIndex(of: "]") else { return false }
            port = text[text.index(after: end)...]
        } else {
            port = text.lastIndex(of: ":").map { text[$0...] } ?? ""
        }
        return port.isEmpty || (port.first == ":" && port.dropFirst().utf8.allSatisfy { (48...57).contains($0) })
    }

    static func percentDecoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var position = 0
        while position < source.count {
            if source[position] == UInt8(ascii: "%") {
                guard position + 2 < source.count,
                    let byte = UInt8(String(decoding: source[position + 1...position + 2], as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(byte)
                position += 3
            } else {
                bytes.append(source[position])
                position += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    var hostname: String {
        if host.hasPrefix("["), let end = host.lastIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return host.lastIndex(of: ":").map { String(host[..<$0]) } ?? host
    }

    var port: String {
        let tail = host.hasPrefix("[") ? host.lastIndex(of: "]").map { host[$0...] } ?? host[...] : host[...]
        return tail.lastIndex(of: ":").map { String(tail[tail.index(after: $0)...]) } ?? ""
    }

    /// The values of the query by key.
    var queryValues: [String: [String]] {
        var result: [String: [String]] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.map { $0 == "+" ? " " : $0 } }.map { Self.percentDecoded(String($0)) ?? "" }
            result[parts[0], default: []].append(parts.count > 1 ? parts[1] : "")
        }
        return result
    }
}

/// A length of time in Go's notation, such as `1h30m` or `-1.5s`.
struct GoDuration: Hashable, Sendable {
    let nanoseconds: Int64

    init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    init?(parsing text: String) {
        var rest = text[...]
        var sign: Double = 1
        if let first = rest.first, first == "-" || first == "+" {
            if first == "-" { sign = -1 }
            rest.removeFirst()
        }
        if rest == "0" {
            nanoseconds = 0
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        let units: [(String, Int64)] = [
            ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
            ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ]
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard number.contains(where: \.isNumber),
                let value = Double(number.hasPrefix(".") ? "0\(number)" : String(number))
            else { return nil }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !$0.isNumber && $0 != "." }
            guard let unit = units.first(where: { $0.0 == name }) else { return nil }
            rest = rest.dropFirst(name.count)
            let whole = Int64(number.prefix { $0 != "." })
            let part: Int64
            if let whole, !number.contains(".") {
                let (product, overflows) = whole.multipliedReportingOverflow(by: unit.1)
                if overflows { return nil }
                part = product
            } else {
                let scaled = value * Double(unit.1)
                guard scaled < 9.2e18 else { return nil }
                part = Int64(scaled)
            }
            let (sum, overflows) = total.addingReportingOverflow(part)
            if overflows { return nil }
            total = sum
        }
        nanoseconds = sign < 0 ? -total : total
    }
}
