/// Searching and splitting of byte strings.
enum Bytes {
    /// The text of bytes, every byte that belongs to no character replaced by U+FFFD, as Go decodes strings.
    static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let (scalar, width) = GoQuoting.decode(bytes, position)
            if scalar == nil {
                GoQuoting.append(0xFFFD, to: &result)
            } else {
                result += bytes[position..<(position + width)]
            }
            position += width
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Where a pattern begins at or after a position.
    static func find(_ pattern: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first else { return start <= text.count ? start : nil }
        var position = start
        let last = text.count - pattern.count
        while position <= last {
            if text[position] == first {
                var offset = 1
                while offset < pattern.count, text[position + offset] == pattern[offset] { offset += 1 }
                if offset == pattern.count { return position }
            }
            position += 1
        }
        return nil
    }

    /// Where a pattern's last occurrence begins.
    static func findLast(_ pattern: [UInt8], in text: [UInt8]) -> Int? {
        var position = text.count - pattern.count
        while position >= 0 {
            if text[position..<(position + pattern.count)].elementsEqual(pattern) { return position }
            position -= 1
        }
        return nil
    }

    /// Go's `strings.Split` (or `SplitN` with a limit): every part; characters for an empty separator.
    static func split(_ text: [UInt8], separator: [UInt8], limit: Int = -1) -> [ArraySlice<UInt8>] {
        if limit == 0 { return [] }
        if separator.isEmpty {
            var parts: [ArraySlice<UInt8>] = []
            var position = 0
            while position < text.count {
                if limit > 0, parts.count == limit - 1 {
                    parts.append(text[position...])
                    break
                }
                let (_, width) = GoQuoting.decode(text, position)
                parts.append(text[position..<(position + width)])
                position += width
            }
            return parts
        }
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        while limit < 0 || parts.count < limit - 1, let found = find(separator, in: text, from: start) {
            parts.append(text[start..<found])
            start = found + separator.count
        }
        parts.append(text[start...])
        return parts
    }

    /// Go's `strings.Replace` of all occurrences.
    static func replace(_ text: [UInt8], _ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        if old.isEmpty {
            var result = new
            var position = 0
            while position < text.count {
                let (_, width) = GoQuoting.decode(text, position)
                result += text[position..<(position + width)]
                result += new
                position += width
            }
            return result
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var start = 0
        while let found = find(old, in: text, from: start) {
            result += text[start..<found]
            result += new
            start = found + old.count
        }
        result += text[start...]
        return result
    }
}

extension Bytes {
    /// How many characters Go counts: a byte that belongs to none counts as one.
    static func runeCount(_ bytes: [UInt8]) -> Int {
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.count }
        var count = 0
        var position = 0
        while position < bytes.count {
            position += GoQuoting.decode(bytes, position).1
            count += 1
        }
        return count
    }
}
