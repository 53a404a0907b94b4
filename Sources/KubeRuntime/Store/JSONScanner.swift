/// Walks over JSON without building values: finds members, skips what nobody wants, copies what somebody does.
///
/// It checks structure (brackets, strings, separators), not the spelling of numbers and literals; whoever decodes a part
/// parses that part in full. The bytes are borrowed by each call, so that nothing is copied and nothing is unsafe.
struct JSONScanner {
    /// Why a text could not be walked over.
    struct Failure: Error, Equatable {
        let reason: String
        let offset: Int
    }

    /// As deep as any real object, and far from the end of the stack.
    static let maximumDepth = 512

    var position: Int

    init(at position: Int = 0) { self.position = position }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    mutating func skipWhitespace(_ bytes: borrowing Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// The next byte that is no white space, which stays unread.
    mutating func peek(_ bytes: borrowing Span<UInt8>) throws(Failure) -> UInt8 {
        skipWhitespace(bytes)
        guard position < bytes.count else { throw failure("unexpected end of JSON input") }
        return bytes[position]
    }

    mutating func expect(_ byte: UInt8, _ bytes: borrowing Span<UInt8>) throws(Failure) {
        guard try peek(bytes) == byte else {
            throw failure("expected '\(Character(Unicode.Scalar(byte)))'")
        }
        position += 1
    }

    /// Reads a string and returns where its raw text is, without the quotes.
    mutating func string(_ bytes: borrowing Span<UInt8>) throws(Failure) -> Range<Int> {
        try expect(Self.quote, bytes)
        let start = position
        let count = bytes.count
        var index = start
        while index < count {
            let byte = bytes[index]
            if byte == Self.quote {
                position = index + 1
                return start..<index
            }
            index += byte == Self.backslash ? 2 : 1
        }
        position = count
        throw failure("unterminated string")
    }

    /// Skips a value of any type.
    mutating func skipValue(_ bytes: borrowing Span<UInt8>) throws(Failure) {
        let first = try peek(bytes)
        switch first {
        case Self.quote: _ = try string(bytes)
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested(bytes)
        default: try skipScalar(bytes)
        }
    }

    private mutating func skipScalar(_ bytes: borrowing Span<UInt8>) throws(Failure) {
        let start = position
        scan: while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: break scan
            default: position += 1
            }
        }
        guard position > start else { throw failure("expected a value") }
    }

    /// Skips an object or array by counting brackets outside strings.
    private mutating func skipNested(_ bytes: borrowing Span<UInt8>) throws(Failure) {
        var depth = 0
        let count = bytes.count
        while position < count {
            switch bytes[position] {
            case Self.quote:
                _ = try string(bytes)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= Self.maximumDepth else { throw failure("nested too deeply") }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 {
                    position += 1
                    return
                }
            default: break
            }
            position += 1
        }
        throw failure("unexpected end of JSON input")
    }

    /// Opens an object or array. False if it is empty, which closes it too.
    mutating func open(_ bytes: borrowing Span<UInt8>, closing: UInt8) throws(Failure) -> Bool {
        _ = try peek(bytes)
        position += 1
        guard try peek(bytes) == closing else { return true }
        position += 1
        return false
    }

    /// After a member or element: true if another follows, false if the object or array is closed.
    mutating func hasNext(_ bytes: borrowing Span<UInt8>, closing: UInt8) throws(Failure) -> Bool {
        let byte = try peek(bytes)
        position += 1
        if byte == UInt8(ascii: ",") { return true }
        guard byte == closing else {
            position -= 1
            throw failure("expected ',' or '\(Character(Unicode.Scalar(closing)))'")
        }
        return false
    }

    /// Reads a member's key and the colon; the value is next.
    mutating func key(_ bytes: borrowing Span<UInt8>) throws(Failure) -> Range<Int> {
        skipWhitespace(bytes)
        let key = try string(bytes)
        try expect(UInt8(ascii: ":"), bytes)
        skipWhitespace(bytes)
        return key
    }

    func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: position) }

    /// Whether the raw text in a range is this, byte for byte. Keys with escapes are equal to nothing.
    static func equals(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ text: [UInt8]) -> Bool {
        guard range.count == text.count else { return false }
        for offset in 0..<text.count where bytes[range.lowerBound + offset] != text[offset] { return false }
        return true
    }
}
