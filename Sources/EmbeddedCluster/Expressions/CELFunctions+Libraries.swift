import KubeCore

extension CELFunctions {
    // MARK: URLs, addresses and quantities

    static func network(
        _ name: String, _ isMember: Bool, _ values: [CELValue]
    ) throws(CELEvaluationError) -> CELValue? {
        switch (name, values.first) {
        case ("isURL", .string(let text)?): return .bool(URLText(text) != nil)
        case ("url", .string(let text)?):
            guard let url = URLText(text) else {
                throw CELEvaluationError(
                    "URL parse error during conversion from string: parse \"\(text)\": invalid URI for request")
            }
            return .url(url)
        case ("getScheme", .url(let url)?): return .string(url.scheme)
        case ("getHost", .url(let url)?): return .string(url.host)
        case ("getHostname", .url(let url)?): return .string(url.hostname)
        case ("getPort", .url(let url)?): return .string(url.port)
        case ("getEscapedPath", .url(let url)?): return .string(url.path)
        case ("getQuery", .url(let url)?):
            var entries: [CELValue: CELValue] = [:]
            for (key, list) in url.queryValues { entries[.string(key)] = .list(list.map { .string($0) }) }
            return .map(entries)
        case ("isIP", .string(let text)?): return .bool(IPAddress(text) != nil)
        case ("ip", .string(let text)?): return .ip(try address(text))
        case ("ip", .cidr(let prefix)?): return .ip(prefix.address)
        case ("ip.isCanonical", .string(let text)?): return .bool(try address(text).description == text)
        case ("isCIDR", .string(let text)?): return .bool(IPPrefix(text) != nil)
        case ("cidr", .string(let text)?): return .cidr(try prefix(text))
        default: break
        }
        guard isMember else { return try quantity(name, values) }
        switch (name, values[0]) {
        case ("family", .ip(let address)): return .int(address.isIPv4 ? 4 : 6)
        case ("isUnspecified", .ip(let address)): return .bool(address.isUnspecified)
        case ("isLoopback", .ip(let address)): return .bool(address.isLoopback)
        case ("isLinkLocalMulticast", .ip(let address)): return .bool(address.isLinkLocalMulticast)
        case ("isLinkLocalUnicast", .ip(let address)): return .bool(address.isLinkLocalUnicast)
        case ("isGlobalUnicast", .ip(let address)): return .bool(address.isGlobalUnicast)
        case ("masked", .cidr(let prefix)): return .cidr(prefix.masked)
        case ("prefixLength", .cidr(let prefix)): return .int(Int64(prefix.length))
        case ("containsIP", .cidr(let range)):
            switch values[1] {
            case .ip(let other): return .bool(range.contains(other))
            case .string(let text): return .bool(range.contains(try address(text)))
            default: throw .noOverload
            }
        case ("containsCIDR", .cidr(let range)):
            switch values[1] {
            case .cidr(let other): return .bool(range.contains(other))
            case .string(let text): return .bool(range.contains(try prefix(text)))
            default: throw .noOverload
            }
        default: return try quantity(name, values)
        }
    }

    private static func address(_ text: String) throws(CELEvaluationError) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw CELEvaluationError(
                "IP Address \"\(text)\" parse error during conversion from string: unable to parse IP")
        }
        return address
    }

    private static func prefix(_ text: String) throws(CELEvaluationError) -> IPPrefix {
        guard let prefix = IPPrefix(text) else {
            throw CELEvaluationError(
                "network address parse error during conversion from string: invalid CIDR \"\(text)\"")
        }
        return prefix
    }

    private static func quantity(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        switch (name, values.first) {
        case ("isQuantity", .string(let text)?): return .bool(Quantity(text) != nil)
        case ("quantity", .string(let text)?):
            guard let quantity = Quantity(text) else {
                throw CELEvaluationError(
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
            }
            return .quantity(quantity)
        default: break
        }
        guard case .quantity(let own)? = values.first else { return nil }
        switch (name, values.dropFirst().first) {
        case ("sign", nil): return .int(own.nanos == 0 ? 0 : own.nanos < 0 ? -1 : 1)
        case ("isInteger", nil): return .bool(own.nanos % 1_000_000_000 == 0)
        case ("asInteger", nil):
            guard own.nanos % 1_000_000_000 == 0, let number = Int64(exactly: own.nanos / 1_000_000_000) else {
                throw CELEvaluationError("cannot convert value to integer")
            }
            return .int(number)
        case ("asApproximateFloat", nil): return .double(own.doubleValue)
        case ("isGreaterThan", .quantity(let other)?): return .bool(own > other)
        case ("isLessThan", .quantity(let other)?): return .bool(own < other)
        case ("compareTo", .quantity(let other)?): return .int(own < other ? -1 : own > other ? 1 : 0)
        case ("add", .quantity(let other)?): return try quantity(own.nanos + other.nanos)
        case ("sub", .quantity(let other)?): return try quantity(own.nanos - other.nanos)
        case ("add", .int(let number)?): return try quantity(own.nanos + Int128(number) * 1_000_000_000)
        case ("sub", .int(let number)?): return try quantity(own.nanos - Int128(number) * 1_000_000_000)
        default: return nil
        }
    }

    private static func quantity(_ nanos: Int128) throws(CELEvaluationError) -> CELValue {
        guard let quantity = Quantity("\(nanos)n") else { throw .noOverload }
        return .quantity(quantity)
    }

    // MARK: Times

    static func time(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        if case .duration(let duration)? = values.first {
            switch name {
            case "getHours": return .int(duration.nanoseconds / 3_600_000_000_000)
            case "getMinutes": return .int(duration.nanoseconds / 60_000_000_000)
            case "getSeconds": return .int(duration.nanoseconds / 1_000_000_000)
            case "getMilliseconds": return .int(duration.nanoseconds / 1_000_000)
            default: return nil
            }
        }
        guard case .timestamp(let time)? = values.first else { return nil }
        var zone: Int64 = 0
        if case .string(let name)? = values.dropFirst().first { zone = try offset(name) }
        let local = Timestamp(seconds: time.seconds + zone, nanoseconds: time.nanoseconds)
        let parts = local.description.split { "-T:Z".contains($0) }.compactMap { Int64($0) }
        guard parts.count == 6 else { throw .noOverload }
        let days = (local.seconds - (parts[3] * 3600 + parts[4] * 60 + parts[5])) / 86_400
        switch name {
        case "getFullYear": return .int(parts[0])
        case "getMonth": return .int(parts[1] - 1)
        case "getDate": return .int(parts[2])
        case "getDayOfMonth": return .int(parts[2] - 1)
        case "getDayOfWeek": return .int(((days + 4) % 7 + 7) % 7)
        case "getDayOfYear":
            let year = String(parts[0])
            let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
            guard let start = Timestamp("\(padded)-01-01T00:00:00Z") else { throw .noOverload }
            return .int(days - start.seconds / 86_400)
        case "getHours": return .int(parts[3])
        case "getMinutes": return .int(parts[4])
        case "getSeconds": return .int(parts[5])
        case "getMilliseconds": return .int(Int64(local.nanoseconds) / 1_000_000)
        default: return nil
        }
    }

    /// Seconds east of Greenwich of `UTC` or `+01:00`. Named zones need a database that a server need not have.
    private static func offset(_ name: String) throws(CELEvaluationError) -> Int64 {
        if name == "UTC" || name.isEmpty { return 0 }
        let sign: Int64 = name.hasPrefix("-") ? -1 : 1
        let parts = name.drop { $0 == "+" || $0 == "-" }.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 2, parts[0] < 24, parts[1] < 60 else {
            throw CELEvaluationError("unknown time zone \(name)")
        }
        return sign * (parts[0] * 3600 + parts[1] * 60)
    }
}
