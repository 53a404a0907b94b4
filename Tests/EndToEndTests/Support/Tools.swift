import Foundation

/// Where the programs are that the end-to-end tests drive.
enum Tools {
    /// The checkout that holds this file.
    static let checkout: URL = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The built command, beside the test bundle; `BOLTROPE_BINARY` names another.
    static let boltrope: URL = {
        if let path = ProcessInfo.processInfo.environment["BOLTROPE_BINARY"] { return URL(fileURLWithPath: path) }
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent("boltrope")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return checkout.appendingPathComponent(".build/debug/boltrope")
    }()

    /// The kubectl that `Hack/setup` installs; `KUBECTL` names another.
    static let kubectl: URL = {
        if let path = ProcessInfo.processInfo.environment["KUBECTL"] { return URL(fileURLWithPath: path) }
        return checkout.appendingPathComponent(".tools/bin/kubectl")
    }()
}
