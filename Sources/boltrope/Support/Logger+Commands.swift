import ArgumentParser
import Logging

extension Logger {
    /// A log on standard error that speaks only when something is wrong, for commands whose output is the answer.
    static func warnings(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }
}

/// How the operator logs.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json

    /// A factory of handlers that write to standard error, where Kubernetes collects them.
    func factory(_ level: Logger.Level) -> @Sendable (String) -> any LogHandler {
        let format = self
        return { label in
            var handler: any LogHandler =
                switch format {
                case .text: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler(label: label)
                }
            handler.logLevel = level
            return handler
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
