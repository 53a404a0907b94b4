import HTTPTransport
import Logging
import Synchronization

/// Passes on what the server warns of (`Warning: 299`, KEP-1693): deprecated versions, unknown fields. Each text once,
/// as a controller would repeat it with every reconcile.
final class WarningLog: Sendable {
    /// How many texts are remembered before all are forgotten.
    private static let limit = 256

    private let known = Mutex<Set<String>>([])

    func log(_ headers: HTTPHeaders, _ request: APIRequest, _ logger: Logger) {
        for value in headers.values(of: "Warning") {
            guard let text = Self.text(value) else { continue }
            let isNew = known.withLock { known in
                if known.count >= Self.limit { known.removeAll() }
                return known.insert(text).inserted
            }
            guard isNew else { continue }
            logger.notice(
                "the API server warns: \(text)",
                metadata: ["verb": "\(request.verb.rawValue)", "subject": "\(request.subject)"])
        }
    }

    /// The text of `299 agent "text"`; nil for other codes and forms.
    static func text(_ value: String) -> String? {
        guard value.hasPrefix("299 "), let open = value.firstIndex(of: "\"") else { return nil }
        var text = ""
        var isEscaped = false
        for character in value[value.index(after: open)...] {
            if isEscaped || (character != "\\" && character != "\"") {
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                return text
            }
        }
        return nil
    }
}
