import Synchronization

/// Expressions parsed once: the same few are evaluated for every request.
final class ExpressionCache: Sendable {
    private static let limit = 2_000
    private let nodes = Mutex<[String: Result<CELNode, CELFault>]>([:])

    /// The parsed expression, or what is wrong with it.
    func node(of source: String) -> Result<CELNode, CELFault> {
        if let known = nodes.withLock({ $0[source] }) { return known }
        let parsed: Result<CELNode, CELFault>
        do throws(CELFault) {
            parsed = .success(try CELParser.parse(source))
        } catch {
            parsed = .failure(error)
        }
        nodes.withLock { nodes in
            if nodes.count >= Self.limit { nodes.removeAll() }
            nodes[source] = parsed
        }
        return parsed
    }
}
