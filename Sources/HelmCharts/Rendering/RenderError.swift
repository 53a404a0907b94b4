/// Why a chart could not be rendered, in Helm's words.
public struct RenderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The message as Helm prints it.
    public var message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}

/// The layout Helm gives template errors.
enum HelmErrorText {
    private static let failureStart = "HELM_ERR_START"
    private static let failureEnd = "HELM_ERR_END"

    /// Marks the message of `fail` and `required`, which is shown alone wherever it surfaces.
    static func marked(_ message: String) -> String { failureStart + message + failureEnd }

    /// A parse error: the place and the last part of the message.
    static func parse(_ file: String, _ error: GoError) -> String {
        let parts = error.text.components(separatedBy: ": ")
        guard parts.count > 1 else { return "parse error in (\(file)): \(error.text)" }
        return "parse error at (\(parts[1])): \(parts[parts.count - 1])"
    }

    /// An execution error: the marked message, or a block per template where only templates are on the way.
    static func execution(_ error: GoError) -> String {
        guard error.isExecution else { return error.text }
        let text = Array(error.text.utf8)
        let separator = Array(": ".utf8)
        guard let first = Bytes.find(separator, in: text, from: 0),
            let second = Bytes.find(separator, in: text, from: first + 2)
        else { return error.text }
        let location = String(decoding: text[(first + 2)..<second], as: UTF8.self)
        if let start = Bytes.find(Array(failureStart.utf8), in: text, from: second),
            let end = Bytes.findLast(Array(failureEnd.utf8), in: text), end > start
        {
            let message = String(decoding: text[(start + failureStart.utf8.count)..<end], as: UTF8.self)
            return "execution error at (\(location)): \(message)"
        }
        // One link that is no template's own error leaves the whole as it is; look before laying out a long chain.
        var link = error.wrapped
        while let step = link {
            guard step.text.utf8.starts(with: "template: ".utf8) else { return error.text }
            link = step.wrapped
        }
        var blocks: [Block] = []
        var current: GoError? = error
        while let step = current {
            guard let block = block(step.text) else { return error.text }
            if blocks.last != block { blocks.append(block) }
            current = step.wrapped
        }
        return blocks.map(\.text).joined().trimmingSpace()
    }

    private struct Block: Equatable {
        var location = ""
        var function = ""
        var message = ""

        var text: String {
            (location.isEmpty ? "" : location + "\n  ") + (function.isEmpty ? "" : function + "\n    ")
                + (message.isEmpty ? "" : message + "\n")
        }
    }

    private static func block(_ text: String) -> Block? {
        let prefix = "template: "
        guard text.hasPrefix(prefix) else { return nil }
        let rest = Array(text.utf8.dropFirst(prefix.utf8.count))
        func string(_ slice: ArraySlice<UInt8>) -> String { String(decoding: slice, as: UTF8.self) }
        func message(_ slice: ArraySlice<UInt8>) -> String {
            let bytes = Array(slice)
            let cut = Bytes.find(Array(" template:".utf8), in: bytes, from: 0) ?? bytes.count
            return string(bytes[..<cut])
        }
        if rest.starts(with: Array("no template ".utf8)) { return Block(location: text) }
        if let executing = Bytes.find(Array(": executing \"".utf8), in: rest, from: 0) {
            let nameStart = executing + 13
            guard let nameEnd = rest[nameStart...].firstIndex(of: UInt8(ascii: "\"")),
                let at = Bytes.find(Array(" at <".utf8), in: rest, from: nameEnd),
                let end = Bytes.find(Array(">: ".utf8), in: rest, from: at)
            else { return nil }
            return Block(
                location: string(rest[..<executing]),
                function: "executing \"\(string(rest[nameStart..<nameEnd]))\" at <\(string(rest[(at + 5)..<end]))>:",
                message: message(rest[(end + 3)...]))
        }
        guard let last = Bytes.findLast(Array(": ".utf8), in: rest) else { return nil }
        return Block(location: string(rest[..<last]), message: message(rest[(last + 2)...]))
    }
}
