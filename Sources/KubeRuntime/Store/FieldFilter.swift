/// Which parts of an object to keep, as a tree of member names. Arrays are transparent: a name below an array is looked
/// for in each of its elements.
struct FieldFilter: Sendable {
    /// What becomes of a member.
    enum Verdict: Sendable {
        case keep
        case drop
        case descend(FieldFilter)
    }

    private struct Entry: Sendable {
        let name: [UInt8]
        let verdict: Verdict
    }

    private var entries: [Entry] = []
    /// What becomes of members that are not named.
    private let keepsOthers: Bool

    private init(keepsOthers: Bool) { self.keepsOthers = keepsOthers }

    /// Everything but what no controller reads: who set which field, and the copy that client-side apply leaves behind.
    static let withoutBookkeeping: FieldFilter = {
        var filter = FieldFilter(keepsOthers: true)
        filter.insert(path: ["metadata", "managedFields"][...], keepsOthers: true, verdict: .drop)
        filter.insert(
            path: ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"][...],
            keepsOthers: true, verdict: .drop)
        return filter
    }()

    /// Type and metadata, without the same.
    static let metadata: FieldFilter = {
        var filter = only([["apiVersion"], ["kind"]])
        filter.entries += withoutBookkeeping.entries
        return filter
    }()

    /// Only these paths, of member names.
    static func only(_ paths: [[String]]) -> FieldFilter {
        var filter = FieldFilter(keepsOthers: false)
        for path in paths { filter.insert(path: path[...], keepsOthers: false, verdict: .keep) }
        return filter
    }

    private mutating func insert(path: ArraySlice<String>, keepsOthers: Bool, verdict: Verdict) {
        guard let first = path.first else { return }
        let name = Array(first.utf8)
        let position = entries.firstIndex { $0.name == name }
        guard path.count > 1 else {
            let entry = Entry(name: name, verdict: verdict)
            if let position { entries[position] = entry } else { entries.append(entry) }
            return
        }
        var child = FieldFilter(keepsOthers: keepsOthers)
        if let position {
            // A whole member that is kept already includes its parts.
            guard case .descend(let existing) = entries[position].verdict else { return }
            child = existing
        }
        child.insert(path: path.dropFirst(), keepsOthers: keepsOthers, verdict: verdict)
        let entry = Entry(name: name, verdict: .descend(child))
        if let position { entries[position] = entry } else { entries.append(entry) }
    }

    private func verdict(_ bytes: borrowing Span<UInt8>, _ key: Range<Int>) -> Verdict {
        for entry in entries where JSONScanner.equals(bytes, key, entry.name) { return entry.verdict }
        return keepsOthers ? .keep : .drop
    }

    /// Copies the parts to keep of one JSON value, in one pass, without the white space between the copied members.
    func copy(_ bytes: borrowing Span<UInt8>, into output: inout [UInt8]) throws(JSONScanner.Failure) {
        var scanner = JSONScanner()
        try copyValue(bytes, &scanner, &output, depth: 0)
        scanner.skipWhitespace(bytes)
        guard scanner.position == bytes.count else { throw scanner.failure("unexpected text after the value") }
    }

    private func copyValue(
        _ bytes: borrowing Span<UInt8>, _ scanner: inout JSONScanner, _ output: inout [UInt8], depth: Int
    ) throws(JSONScanner.Failure) {
        guard depth < JSONScanner.maximumDepth else { throw scanner.failure("nested too deeply") }
        switch try scanner.peek(bytes) {
        case UInt8(ascii: "{"): try copyObject(bytes, &scanner, &output, depth: depth)
        case UInt8(ascii: "["):
            output.append(UInt8(ascii: "["))
            var isMore = try scanner.open(bytes, closing: UInt8(ascii: "]"))
            while isMore {
                try copyValue(bytes, &scanner, &output, depth: depth + 1)
                isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "]"))
                if isMore { output.append(UInt8(ascii: ",")) }
            }
            output.append(UInt8(ascii: "]"))
        default:
            let start = scanner.position
            try scanner.skipValue(bytes)
            Self.append(bytes, start..<scanner.position, to: &output)
        }
    }

    private func copyObject(
        _ bytes: borrowing Span<UInt8>, _ scanner: inout JSONScanner, _ output: inout [UInt8], depth: Int
    ) throws(JSONScanner.Failure) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
        while isMore {
            scanner.skipWhitespace(bytes)
            let memberStart = scanner.position
            let key = try scanner.key(bytes)
            switch verdict(bytes, key) {
            case .drop: try scanner.skipValue(bytes)
            case .keep:
                try scanner.skipValue(bytes)
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                Self.append(bytes, memberStart..<scanner.position, to: &output)
            case .descend(let child):
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                Self.append(bytes, memberStart..<scanner.position, to: &output)
                try child.copyValue(bytes, &scanner, &output, depth: depth + 1)
            }
            isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func append(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) {
        bytes.extracting(range).withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }
}
