import KubeCore

/// Finds the members of a JSON text that strict decoding complains about: those that occur twice in one object, which
/// parsing hides, and those that the kind does not know.
enum StrictDecoding {
    /// The complaints, in the order in which a decoder meets the members.
    ///
    /// - Parameter unknown: the paths of the members that the kind does not know.
    static func find(in bytes: [UInt8], unknown: [String] = []) -> [String] {
        // A body in another format loses its order when it is read.
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else {
            return [repeatedKey(inYAML: bytes)].compactMap(\.self)
                + unknown.sorted { $0.utf8Less(than: $1) }.map { "unknown field \"\($0)\"" }
        }
        var scanner = Scanner(bytes: bytes, unknown: Set(unknown))
        scanner.value(path: "")
        var known: Set<String> = []
        return scanner.found.filter { known.insert($0).inserted }
    }

    /// The complaint about a key that a YAML text repeats in one mapping; nil if there is none, or if it is no YAML.
    static func repeatedKey(inYAML bytes: [UInt8]) -> String? {
        do throws(YAMLError) {
            _ = try YAML.value(in: bytes, options: YAML.Options(duplicateKeys: .refuse))
            return nil
        } catch {
            guard error.problem.hasSuffix("already set in map") else { return nil }
            return "yaml: unmarshal errors:\n  line \(error.goLine): \(error.problem)"
        }
    }

    /// Walks a text that is known to be valid JSON.
    private struct Scanner {
        let bytes: [UInt8]
        let unknown: Set<String>
        var position = 0
        var depth = 0
        var found: [String] = []

        mutating func value(path: String) {
            skipSpace()
            guard position < bytes.count, depth < 1_000 else { return position = bytes.count }
            depth += 1
            defer { depth -= 1 }
            switch bytes[position] {
            case UInt8(ascii: "{"): object(path)
            case UInt8(ascii: "["): array(path)
            case UInt8(ascii: "\""): _ = string()
            default:
                while position < bytes.count, !Self.ends.contains(bytes[position]) { position += 1 }
            }
        }

        private static let ends = Set(",]} \t\r\n".utf8)

        private mutating func object(_ path: String) {
            position += 1
            var seen: Set<String> = []
            while next(until: UInt8(ascii: "}")) {
                let key = string()
                let child = path.isEmpty ? key : "\(path).\(key)"
                let isRepeated = !seen.insert(key).inserted
                let isUnknown = !unknown.isEmpty && unknown.contains(child)
                if isUnknown {
                    if !isRepeated { found.append("unknown field \"\(child)\"") }
                } else if isRepeated {
                    found.append("duplicate field \"\(child)\"")
                }
                skipSpace()
                position += 1  // the colon
                let before = found.count
                value(path: child)
                // What is in an unknown field is skipped unread.
                if isUnknown { found.removeLast(found.count - before) }
            }
        }

        private mutating func array(_ path: String) {
            position += 1
            var index = 0
            while next(until: UInt8(ascii: "]")) {
                value(path: "\(path)[\(index)]")
                index += 1
            }
        }

        /// Goes to the next element, past a comma; false at the end, past the bracket.
        private mutating func next(until end: UInt8) -> Bool {
            skipSpace()
            if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position += 1
                skipSpace()
            }
            guard position < bytes.count else { return false }
            guard bytes[position] != end else {
                position += 1
                return false
            }
            return true
        }

        private mutating func string() -> String {
            let start = position
            position += 1
            var isEscaped = false
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                if bytes[position] == UInt8(ascii: "\\") {
                    isEscaped = true
                    position += 1
                }
                position += 1
            }
            let end = min(position, bytes.count)
            position = min(position + 1, bytes.count)
            guard isEscaped else { return String(decoding: bytes[min(start + 1, end)..<end], as: UTF8.self) }
            return (try? JSONValue(parsing: bytes[start..<position]))?.stringValue ?? ""
        }

        private mutating func skipSpace() {
            while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
        }
    }
}
