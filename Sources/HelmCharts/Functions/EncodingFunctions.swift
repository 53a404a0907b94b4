import KubeCore
import PKI

/// Sprig's encodings and digests.
enum EncodingFunctions {
    static let all: [TemplateFunction] = [
        TemplateFunction("b64enc", [.string]) { _, arguments in .text(Base64.encode(arguments.bytes(0))) },
        TemplateFunction("b64dec", [.string]) { _, arguments in
            do throws(GoError) {
                return .text(try Base64.decode(arguments.bytes(0)))
            } catch {
                return .string(error.text)
            }
        },
        TemplateFunction("b32enc", [.string]) { _, arguments in .text(Base64.encode32(arguments.bytes(0))) },
        TemplateFunction("b32dec", [.string]) { _, arguments in
            do throws(GoError) {
                return .text(try Base64.decode32(arguments.bytes(0)))
            } catch {
                return .string(error.text)
            }
        },
        TemplateFunction("sha1sum", [.string]) { _, arguments in digest(.sha1, arguments) },
        TemplateFunction("sha256sum", [.string]) { _, arguments in digest(.sha256, arguments) },
        TemplateFunction("sha512sum", [.string]) { _, arguments in digest(.sha512, arguments) },
        TemplateFunction("adler32sum", [.string]) { _, arguments in
            var (low, high): (UInt32, UInt32) = (1, 0)
            for byte in arguments.bytes(0) {
                low = (low + UInt32(byte)) % 65_521
                high = (high + low) % 65_521
            }
            return .string(String(high << 16 | low))
        },
        TemplateFunction("urlParse", [.string]) { _, arguments throws(GoError) in
            .map(try URLParts(arguments.string(0)).templateValue)
        },
        TemplateFunction("urlJoin", [.map]) { _, arguments in
            .string(URLParts(arguments[0].mapObject ?? MapObject()).text)
        },
        TemplateFunction("uuidv4") { execution, _ in
            var bytes = (0..<2).flatMap { _ in withNumber(execution.environment.random()) }
            bytes[6] = bytes[6] & 0x0F | 0x40
            bytes[8] = bytes[8] & 0x3F | 0x80
            let text = Hexadecimal.text(bytes)
            let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
                String(decoding: Array(text.utf8)[range], as: UTF8.self)
            }
            return .string(parts.joined(separator: "-"))
        },
        TemplateFunction("randBytes", [.int]) { execution, arguments throws(GoError) in
            let count = arguments.int(0)
            guard count >= 0 else { throw GoError("runtime error: makeslice: len out of range") }
            try execution.charge(count)
            var bytes: [UInt8] = []
            while bytes.count < count { bytes += withNumber(execution.environment.random()) }
            return .text(Base64.encode(Array(bytes.prefix(count))))
        },
    ]

    private static func withNumber(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }

    private static func digest(_ algorithm: Digest.Algorithm, _ arguments: Arguments) -> Value {
        .string(Hexadecimal.text(Digest.digest(arguments.bytes(0), algorithm)))
    }
}

/// Lower-case hexadecimal.
enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// A URL in the parts that `urlParse` gives.
struct URLParts {
    var scheme = ""
    var userinfo = ""
    var host = ""
    var hostname = ""
    var path = ""
    var opaque = ""
    var query = ""
    var fragment = ""

    init(_ text: String) throws(GoError) {
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw GoError(
                "unable to parse url: parse \(GoQuoting.quote(text)): net/url: invalid control character in URL")
        }
        var rest = Substring(text)
        if let hash = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: hash)...])
            rest = rest[..<hash]
        }
        if let colon = rest.firstIndex(of: ":"),
            rest[..<colon].first?.isLetter == true,
            rest[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if !rest.hasPrefix("/"), !scheme.isEmpty {
            opaque = String(rest)
            return
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let authority = rest.prefix { $0 != "/" }
            rest = rest.dropFirst(authority.count)
            host = String(authority)
            if let at = authority.lastIndex(of: "@") {
                userinfo = String(authority[..<at])
                host = String(authority[authority.index(after: at)...])
            }
            hostname = host
            if host.hasPrefix("["), let close = host.firstIndex(of: "]") {
                hostname = String(host[host.index(after: host.startIndex)..<close])
            } else if let colon = host.lastIndex(of: ":") {
                hostname = String(host[..<colon])
            }
        }
        path = Self.unescaped(String(rest))
    }

    init(_ map: MapObject) {
        func text(_ key: String) -> String { map.members[key]?.stringText ?? "" }
        (scheme, userinfo, host) = (text("scheme"), text("userinfo"), text("host"))
        (path, opaque, query, fragment) = (text("path"), text("opaque"), text("query"), text("fragment"))
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("%") else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(position + 1)...(position + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    var templateValue: MapObject {
        MapObject([
            "scheme": .string(scheme), "userinfo": .string(userinfo), "host": .string(host),
            "hostname": .string(hostname), "path": .string(path), "opaque": .string(opaque), "query": .string(query),
            "fragment": .string(fragment),
        ])
    }

    var text: String {
        var text = scheme.isEmpty ? "" : scheme + ":"
        if !opaque.isEmpty {
            text += opaque
        } else {
            if !scheme.isEmpty || !host.isEmpty || !userinfo.isEmpty {
                if !host.isEmpty || !path.isEmpty || !userinfo.isEmpty { text += "//" }
                if !userinfo.isEmpty { text += userinfo + "@" }
                text += host
            }
            if !path.isEmpty, !path.hasPrefix("/"), !host.isEmpty { text += "/" }
            text += path
        }
        if !query.isEmpty { text += "?" + query }
        if !fragment.isEmpty { text += "#" + fragment }
        return text
    }
}
