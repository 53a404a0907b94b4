/// `.Files`: the chart's files that are neither templates nor charts.
final class ChartFilesObject: TemplateObject {
    private let files: [String: [UInt8]]

    init(_ files: [String: [UInt8]]) { self.files = files }

    convenience init(_ files: [ChartFile]) {
        self.init(Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { $1 }))
    }

    override var typeName: String { "engine.files" }
    override var kindName: String { "map" }
    override var isTrue: Bool { !files.isEmpty }
    override var elements: [(key: String, value: Value)]? {
        sorted.map { ($0.key, Self.bytes($0.value)) }
    }
    override var text: String { GoFormat.text(encoded) }
    override var encoded: Value { .map(MapObject(files.mapValues { Self.bytes($0) })) }

    private var sorted: [(key: String, value: [UInt8])] {
        files.sorted { $0.key.isLessByBytes(than: $1.key) }.map { ($0.key, $0.value) }
    }

    private static func bytes(_ bytes: [UInt8]) -> Value {
        .list(bytes.map { .integer(Int64($0), .uint8) }, .bytes)
    }

    override func field(_ name: String) -> Value? { files[name].map { Self.bytes($0) } }

    override func parameters(ofMethod name: String) -> [ParameterType]? {
        switch name {
        case "Get", "GetBytes", "Glob", "Lines": [.string]
        case "AsConfig", "AsSecrets": []
        default: nil
        }
    }

    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value {
        switch method {
        case "Get": return .text(files[arguments.string(0)] ?? [])
        case "GetBytes": return Self.bytes(files[arguments.string(0)] ?? [])
        case "Glob":
            let pattern = GlobPattern(arguments.string(0))
            return .object(ChartFilesObject(files.filter { pattern.matches($0.key) }))
        case "Lines":
            guard var bytes = files[arguments.string(0)] else { return .list([], .string) }
            if bytes.isEmpty { throw GoError("runtime error: index out of range [-1]") }
            if bytes.last == 0x0A { bytes.removeLast() }
            return .list(Bytes.split(bytes, separator: [0x0A]).map { .text($0) }, .string)
        default:
            var members: [String: Value] = [:]
            for (path, bytes) in sorted {
                let base = path.split(separator: "/").last.map(String.init) ?? path
                members[base] = method == "AsConfig" ? .text(bytes) : .text(Base64.encode(bytes))
            }
            var text = YAMLEncoding.bytes(.map(MapObject(members))) ?? []
            if text.last == 0x0A { text.removeLast() }
            return .text(text)
        }
    }
}

/// A glob as `gobwas/glob` reads it with `/` for separator: `*`, `**`, `?`, `[a-z]`, `[!a]`, `{a,b}` and `\`.
struct GlobPattern {
    private indirect enum Element {
        case character(Unicode.Scalar)
        case any, anyRun, anything
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
        case alternatives([[Element]])
    }

    private var elements: [Element] = []

    init(_ pattern: String) {
        var rest = Array(pattern.unicodeScalars)[...]
        var isValid = true
        elements = Self.parse(&rest, isNested: false, &isValid)
        // Helm takes everything where the pattern is none.
        if !isValid { elements = [.anything] }
    }

    private static func parse(_ rest: inout ArraySlice<Unicode.Scalar>, isNested: Bool, _ isValid: inout Bool)
        -> [Element]
    {
        var elements: [Element] = []
        while let scalar = rest.first {
            if isNested, scalar == "," || scalar == "}" { break }
            rest = rest.dropFirst()
            switch scalar {
            case "\\":
                if let next = rest.popFirst() { elements.append(.character(next)) }
            case "?": elements.append(.any)
            case "*":
                if rest.first == "*" {
                    while rest.first == "*" { rest = rest.dropFirst() }
                    elements.append(.anything)
                } else {
                    elements.append(.anyRun)
                }
            case "[":
                var isNegated = false
                if rest.first == "!" {
                    isNegated = true
                    rest = rest.dropFirst()
                }
                var ranges: [ClosedRange<Unicode.Scalar>] = []
                while let low = rest.first, low != "]" {
                    rest = rest.dropFirst()
                    if rest.first == "-", let high = rest.dropFirst().first, high != "]", low <= high {
                        ranges.append(low...high)
                        rest = rest.dropFirst(2)
                    } else {
                        ranges.append(low...low)
                    }
                }
                if rest.isEmpty { isValid = false }
                rest = rest.dropFirst()
                elements.append(.set(ranges, isNegated: isNegated))
            case "{":
                var alternatives: [[Element]] = []
                while true {
                    alternatives.append(parse(&rest, isNested: true, &isValid))
                    if rest.popFirst() != "," { break }
                }
                elements.append(.alternatives(alternatives))
            default: elements.append(.character(scalar))
            }
        }
        return elements
    }

    /// Whether the whole text matches.
    func matches(_ text: String) -> Bool {
        Self.ends(elements[...], Array(text.unicodeScalars), [0]).contains(text.unicodeScalars.count)
    }

    /// The positions that matching can have reached after all elements, from a set of positions: no backtracking.
    private static func ends(_ elements: ArraySlice<Element>, _ text: [Unicode.Scalar], _ starts: Set<Int>) -> Set<Int>
    {
        var positions = starts
        for element in elements {
            var next: Set<Int> = []
            switch element {
            case .character(let scalar):
                for position in positions where position < text.count && text[position] == scalar {
                    next.insert(position + 1)
                }
            case .any:
                for position in positions where position < text.count && text[position] != "/" {
                    next.insert(position + 1)
                }
            case .set(let ranges, let isNegated):
                for position in positions where position < text.count {
                    if ranges.contains(where: { $0.contains(text[position]) }) != isNegated {
                        next.insert(position + 1)
                    }
                }
            case .anyRun, .anything:
                let crosses = if case .anything = element { true } else { false }
                for start in positions {
                    var position = start
                    while next.insert(position).inserted, position < text.count, crosses || text[position] != "/" {
                        position += 1
                    }
                }
            case .alternatives(let alternatives):
                for alternative in alternatives { next.formUnion(ends(alternative[...], text, positions)) }
            }
            positions = next
            if positions.isEmpty { return [] }
        }
        return positions
    }
}
