/// Words within identifiers, as Go's `xstrings` tells them apart: `HTTPServer`, `http_server` and `http-server` are the
/// same two.
struct WordCase {
    private enum Kind {
        case none, number, upper, alphabet, connector, punctuation, other
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var kind = Kind.none
    private var word: ArraySlice<Unicode.Scalar> = []
    private let connector: Unicode.Scalar
    private var result = String.UnicodeScalarView()

    /// Lower-case words joined by a connector.
    static func delimited(_ text: String, by connector: Unicode.Scalar) -> String {
        var words = WordCase(scalars: Array(text.unicodeScalars), connector: connector)
        words.run()
        return String(words.result)
    }

    private init(scalars: [Unicode.Scalar], connector: Unicode.Scalar) {
        self.scalars = scalars
        self.connector = connector
    }

    private var hasMore: Bool { position < scalars.count }

    private static func isConnector(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || scalar == "_" || scalar.properties.isWhitespace
    }

    private static func isUpper(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .uppercaseLetter
    }

    private static func isAlphabet(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: break
        default: return false
        }
        switch scalar.value {
        case 0x4E00...0x9FCC, 0x3400...0x4D85, 0x20000...0x2B81D: return false
        default: return true
        }
    }

    private static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while position < scalars.count, condition(scalars[position]) { position += 1 }
    }

    private mutating func nextWord() {
        guard hasMore else {
            kind = .none
            word = []
            return
        }
        let start = position
        let first = scalars[position]
        position += 1
        if Self.isConnector(first) {
            kind = .connector
            skip(while: Self.isConnector)
        } else if Self.isPunctuation(first) {
            kind = .punctuation
            skip(while: Self.isPunctuation)
        } else if Self.isUpper(first) {
            kind = .upper
            if hasMore, Self.isUpper(scalars[position]) {
                skip(while: Self.isUpper)
                // The last capital of "HTTPStatus" begins the next word.
                if hasMore, Self.isAlphabet(scalars[position]) { position -= 1 }
            } else {
                skip { Self.isAlphabet($0) && !Self.isUpper($0) }
            }
        } else if Self.isAlphabet(first) {
            kind = .alphabet
            skip { Self.isAlphabet($0) && !Self.isUpper($0) }
        } else if Self.isNumber(first) {
            kind = .number
            skip(while: Self.isNumber)
        } else {
            kind = .other
            skip { !Self.isConnector($0) && !Self.isAlphabet($0) && !Self.isNumber($0) && !Self.isPunctuation($0) }
        }
        word = scalars[start..<position]
    }

    private mutating func write(_ word: ArraySlice<Unicode.Scalar>, _ kind: Kind) {
        guard kind == .upper || kind == .connector else {
            result.append(contentsOf: word)
            return
        }
        for scalar in word {
            if Self.isConnector(scalar) {
                result.append(connector)
            } else {
                result.append(Self.isUpper(scalar) ? StringFunctions.lower(scalar) : scalar)
            }
        }
    }

    private mutating func connect(unless kinds: Kind...) {
        if !kinds.contains(kind) { result.append(connector) }
    }

    private mutating func run() {
        nextWord()
        while hasMore {
            if kind != .connector { write(word, kind) }
            let (previous, last) = (kind, word)
            nextWord()
            switch previous {
            case .number:
                while kind == .alphabet || kind == .number {
                    write(word, kind)
                    nextWord()
                }
                connect(unless: .none, .punctuation, .connector)
            case .connector: write(last, previous)
            case .punctuation: break
            default:
                if kind != .number {
                    connect(unless: .connector, .punctuation)
                    break
                }
                if !hasMore { break }
                let number = word
                nextWord()
                // A number belongs to the word before it, unless lower-case letters follow it.
                if kind != .alphabet {
                    write(number, .number)
                    connect(unless: .connector, .punctuation)
                    break
                }
                result.append(connector)
                write(number, .number)
                while kind == .alphabet || kind == .number {
                    write(word, kind)
                    nextWord()
                }
                connect(unless: .none, .connector, .punctuation)
            }
        }
        write(word, kind)
    }

    /// Words with capitals; connectors between two words go, all but one of several stay.
    static func pascal(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let start = scalars.firstIndex(where: { !isConnector($0) }) else {
            // Go's function writes the last of nothing but connectors twice.
            return text + (scalars.last.map { String($0) } ?? "")
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars[..<start])
        var current = StringFunctions.upper(scalars[start])
        var isFirstUpper = isUpper(scalars[start])
        for scalar in scalars[(start + 1)...] {
            let previous = current
            current = scalar
            if isConnector(current), isConnector(previous) {
                result.append(previous)
                continue
            }
            if isConnector(previous) {
                isFirstUpper = isUpper(current)
                current = StringFunctions.upper(current)
            } else {
                if isFirstUpper {
                    if isUpper(current) { current = StringFunctions.lower(current) } else { isFirstUpper = false }
                }
                result.append(previous)
            }
        }
        result.append(current)
        return String(result)
    }
}
