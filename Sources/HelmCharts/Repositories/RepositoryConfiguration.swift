import HTTPTransport
import KubeCore

/// Repositories that have names: Helm's `repositories.yaml`.
public struct RepositoryConfiguration: Sendable {
    /// A repository that has a name.
    struct Named: Sendable {
        var name: String
        var url: String
        private let entry: JSONValue

        init?(_ json: JSONValue) {
            guard let name = json["name"]?.stringValue, let url = json["url"]?.stringValue else { return nil }
            self.name = name
            self.url = url
            entry = json
        }

        /// Lays the repository's settings under those of the command line.
        func apply(to settings: inout RepositorySettings) {
            if settings.credentials == nil, let username = entry["username"]?.stringValue, !username.isEmpty {
                settings.credentials = .basic(username: username, password: entry["password"]?.stringValue ?? "")
            }
            func file(_ key: String) -> TLSSettings.Source? {
                entry[key]?.stringValue.flatMap { $0.isEmpty ? nil : .file($0) }
            }
            settings.tls.certificateAuthorities = settings.tls.certificateAuthorities ?? file("caFile")
            settings.tls.clientCertificate = settings.tls.clientCertificate ?? file("certFile")
            settings.tls.clientKey = settings.tls.clientKey ?? file("keyFile")
            if entry["insecure_skip_tls_verify"]?.boolValue == true { settings.tls.acceptsAnyCertificate = true }
            if entry["pass_credentials_all"]?.boolValue == true { settings.passesCredentialsToAll = true }
        }
    }

    private let repositories: [Named]

    /// Reads the file's content.
    ///
    /// - Throws: ``RepositoryError`` of kind `invalidReference`, which shows nothing of the content.
    public init(_ bytes: [UInt8]) throws(RepositoryError) {
        do {
            repositories = (try YAML.value(in: bytes)["repositories"]?.arrayValue ?? []).compactMap { Named($0) }
        } catch {
            throw RepositoryError(.invalidReference, "the configuration of repositories is no YAML")
        }
    }

    func repository(_ name: String) -> Named? { repositories.first { $0.name == name } }
}
