import KubeCore

/// A repository's `index.yaml`, whose entries are read when they are asked for.
///
/// An index may have tens of thousands of entries, of which one chart's are wanted. In the layout that
/// `helm repo index` writes (block style, names at two spaces below `entries:`) the section of each chart is found by its
/// lines alone, and only that section is parsed; any other layout, and JSON, is parsed whole.
public struct RepositoryIndex: Sendable {
    private enum Content: Sendable {
        /// The sections of charts, by name, in the text.
        case sections([String: Range<Int>], [UInt8])
        case parsed(JSONObject)
    }

    private let content: Content

    /// Reads an index.
    ///
    /// - Parameter source: what messages call it.
    /// - Throws: ``RepositoryError`` of kind `badIndex`.
    public init(_ bytes: [UInt8], source: String) throws(RepositoryError) {
        guard bytes.contains(where: { $0 > 0x20 }) else {
            throw RepositoryError(.badIndex, "\(source): index.yaml file is empty")
        }
        if let sections = IndexLayout.sections(in: bytes) {
            content = .sections(sections, bytes)
        } else {
            content = .parsed(try Self.parse(bytes, source))
        }
    }

    private static func parse(_ bytes: [UInt8], _ source: String) throws(RepositoryError) -> JSONObject {
        let document: JSONValue
        do {
            // JSON is YAML too, but its own parser is faster by far.
            if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let json = try? JSONValue(parsing: bytes) {
                document = json
            } else {
                document = try YAML.value(in: bytes, options: YAML.Options(maximumBytes: Int.max))
            }
        } catch {
            throw RepositoryError(.badIndex, "\(source): the index cannot be read: \(error)")
        }
        guard case .object(let members) = document else {
            throw RepositoryError(.badIndex, "\(source): the index is not an object: this is no chart repository")
        }
        guard let version = members["apiVersion"]?.stringValue, !version.isEmpty else {
            throw RepositoryError(.badIndex, "\(source): no API version specified: this is no chart repository's index")
        }
        guard case .object(let entries) = members["entries"] ?? .object([:]) else {
            throw RepositoryError(.badIndex, "\(source): the index's entries are not an object")
        }
        return entries
    }

    /// The names of the charts, in order.
    public var names: [String] {
        switch content {
        case .sections(let sections, _): sections.keys.sorted()
        case .parsed(let entries): entries.map(\.key).sorted()
        }
    }

    /// The versions of a chart, the highest first; nil if there is no chart of that name. Entries that are no charts are
    /// left out, as Helm leaves them out.
    public func entries(of name: String, source: String) throws(RepositoryError) -> [ChartEntry]? {
        let list: JSONValue
        switch content {
        case .parsed(let entries):
            guard let found = entries[name] else { return nil }
            list = found
        case .sections(let sections, let bytes):
            guard let range = sections[name] else { return nil }
            if let section = try? YAML.value(in: Array(bytes[range])), let found = section[name] {
                list = found
            } else {
                // What is no document by itself, such as a section with another's aliases, may be one within the whole.
                list = try Self.parse(bytes, source)[name] ?? .null
            }
        }
        return VersionSelection.sorted((list.arrayValue ?? []).compactMap { ChartEntry($0) })
    }
}

/// Finds the charts' sections in an index of the layout that Helm writes.
private enum IndexLayout {
    /// The lines of each chart, its name's line first; nil for any other layout, and where a name repeats.
    static func sections(in bytes: [UInt8]) -> [String: Range<Int>]? {
        var sections: [String: Range<Int>] = [:]
        var hasVersion = false
        var isInEntries = false
        var current: (name: String, start: Int)?
        var isRegular = true
        func close(at end: Int) {
            guard let open = current else { return }
            if sections.updateValue(open.start..<end, forKey: open.name) != nil { isRegular = false }
            current = nil
        }
        bytes.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count, isRegular {
                var end = start
                while end < text.count, text[end] != 0x0A { end += 1 }
                defer { start = end + 1 }
                var indentation = start
                while indentation < end, text[indentation] == 0x20 { indentation += 1 }
                let depth = indentation - start
                // Empty lines belong to nothing, deep ones to whatever is open: where nothing is, names stand elsewhere.
                if indentation == end { continue }
                if depth > 2 {
                    if isInEntries, current == nil { isRegular = false }
                    continue
                }
                let line = text[indentation..<end]
                if line.first == UInt8(ascii: "#") { continue }
                switch depth {
                case 0:
                    close(at: start)
                    isInEntries = false
                    guard let (key, value) = keyAndValue(line) else {
                        isRegular = start == 0 && line.elementsEqual("---".utf8)
                        continue
                    }
                    if key == "entries" {
                        guard value.isEmpty else { return isRegular = false }
                        isInEntries = true
                    } else if key == "apiVersion" {
                        hasVersion = !value.isEmpty
                    } else {
                        isRegular = isWithinLine(value)
                    }
                case 2 where isInEntries:
                    if line.first == UInt8(ascii: "-"), current != nil { continue }
                    guard let (key, value) = keyAndValue(line), value.isEmpty || value.elementsEqual("[]".utf8) else {
                        return isRegular = false
                    }
                    close(at: start)
                    current = (key, start)
                case 2: continue
                default: isRegular = false
                }
            }
            close(at: text.count)
        }
        return isRegular && hasVersion ? sections : nil
    }

    /// Whether a value ends with its line, or is a block below it.
    private static func isWithinLine(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return value.count > 1 && last == first
        case UInt8(ascii: "{"): return last == UInt8(ascii: "}")
        case UInt8(ascii: "["): return last == UInt8(ascii: "]")
        default: return !"|>&*!%@`".utf8.contains(first)
        }
    }

    /// A plain or simply quoted key of letters, digits and `-._`, and what follows its colon.
    private static func keyAndValue(
        _ line: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (key: String, value: Slice<UnsafeBufferPointer<UInt8>>)? {
        var rest = line
        while let last = rest.last, last == 0x20 || last == 0x0D { rest.removeLast() }
        let quote = rest.first.flatMap { $0 == 0x22 || $0 == 0x27 ? $0 : nil }
        if quote != nil { rest.removeFirst() }
        let key = rest.prefix { byte in
            byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
        rest = rest.dropFirst(key.count)
        if let quote {
            guard rest.first == quote else { return nil }
            rest.removeFirst()
        }
        guard !key.isEmpty, rest.first == 0x3A else { return nil }
        rest.removeFirst()
        guard rest.isEmpty || rest.first == 0x20 else { return nil }
        return (String(decoding: key, as: UTF8.self), rest.drop { $0 == 0x20 })
    }
}
