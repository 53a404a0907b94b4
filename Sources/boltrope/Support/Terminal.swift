#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is printed for people: colours and live lines only where a person looks.
struct Terminal: Sendable {
    /// Whether standard output is a terminal whose user wants colours (https://no-color.org).
    let isInteractive: Bool

    init() {
        isInteractive =
            isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
            && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    /// The text in a style, or as it is where no person looks.
    func styled(_ text: String, _ style: Style) -> String {
        isInteractive ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Prints a line, and at once: output that sits in a buffer is no progress.
    func line(_ text: String = "") {
        print(isInteractive ? "\r\u{1B}[K\(text)" : text)
        fflush(nil)
    }

    /// Replaces the current line on a terminal; prints nothing elsewhere, where it would only be noise.
    func progress(_ text: String) {
        guard isInteractive else { return }
        print("\r\u{1B}[K\(text)", terminator: "")
        fflush(nil)
    }

    /// Columns padded to the widest cell of each, two spaces apart, as kubectl prints them.
    static func table(_ rows: [[String]]) -> [String] {
        let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 3) }
            }
            return line
        }
    }
}
