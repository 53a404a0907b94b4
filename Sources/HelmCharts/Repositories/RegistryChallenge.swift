/// What a registry asks for: the `WWW-Authenticate` field (RFC 9110, section 11.6.1; distribution's token specification).
struct RegistryChallenge: Sendable, Hashable {
    /// `bearer` or `basic`, in small letters.
    var scheme: String
    /// The parameters; names in small letters.
    var parameters: [String: String]

    /// The challenges of a field's values, in order.
    static func challenges(in values: [String]) -> [RegistryChallenge] {
        values.flatMap { value in
            var scanner = Scanner(text: Array(value.utf8))
            return scanner.challenges()
        }
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0

        private var byte: UInt8? { position < text.count ? text[position] : nil }

        mutating func challenges() -> [RegistryChallenge] {
            var found: [RegistryChallenge] = []
            while true {
                skip(" \t,")
                guard let name = token() else { return found }
                skip(" \t")
                if byte == UInt8(ascii: "="), !found.isEmpty {
                    position += 1
                    skip(" \t")
                    guard let value = quoted() ?? token() else { return found }
                    found[found.count - 1].parameters[name.lowercased()] = value
                } else {
                    found.append(RegistryChallenge(scheme: name.lowercased(), parameters: [:]))
                }
            }
        }

        private mutating func skip(_ set: String) {
            while let byte, set.utf8.contains(byte) { position += 1 }
        }

        private mutating func token() -> String? {
            let start = position
            while let byte, byte > 0x20, byte < 0x7F, !"()<>@,;\\\"[]?={}".utf8.contains(byte) { position += 1 }
            return position > start ? String(decoding: text[start..<position], as: UTF8.self) : nil
        }

        private mutating func quoted() -> String? {
            guard byte == UInt8(ascii: "\"") else { return nil }
            position += 1
            var value: [UInt8] = []
            while let next = byte {
                position += 1
                if next == UInt8(ascii: "\"") { return String(decoding: value, as: UTF8.self) }
                if next == UInt8(ascii: "\\"), let escaped = byte {
                    value.append(escaped)
                    position += 1
                } else {
                    value.append(next)
                }
            }
            return nil
        }
    }
}
