import ArgumentParser
import EmbeddedCluster
import Foundation

/// A kubeconfig that is to be written for one user: `USER=FILE`.
struct UserKubeconfig: ExpressibleByArgument {
    var user: String
    var file: String

    init?(argument: String) {
        // A user's name may hold an equals sign; a file's seldom does.
        guard let separator = argument.lastIndex(of: "="), separator != argument.startIndex else { return nil }
        user = String(argument[..<separator])
        file = String(argument[argument.index(after: separator)...])
        if file.isEmpty { return nil }
    }

    /// Writes the file.
    func write(for cluster: EmbeddedCluster) throws {
        guard let text = cluster.kubeconfig(impersonating: user) else { return }
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    }
}

/// How the embedded cluster decides what users may do; the values of kube-apiserver's flag.
enum AuthorizationMode: String, ExpressibleByArgument, CaseIterable {
    /// Everybody may do everything.
    case alwaysAllow = "AlwaysAllow"
    /// What roles and their bindings grant.
    case rbac = "RBAC"
}
