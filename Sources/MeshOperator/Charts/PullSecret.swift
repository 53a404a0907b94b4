import Foundation
import HTTPTransport
import HelmCharts
import KubeCore

/// What a source of charts asks for, as a Secret holds it. It never prints.
struct PullSecret: Sendable {
    private let data: [String: [UInt8]]
    private let name: String
    /// The digest of all of it, so that a changed Secret is noticed.
    let digest: String

    private init(name: String, data: [String: [UInt8]]) {
        self.name = name
        self.data = data
        var hashed: [UInt8] = []
        for (key, value) in data.sorted(by: { $0.key < $1.key }) {
            hashed += Array("\(key)\0\(value.count)\0".utf8) + value
        }
        digest = SHA256.hexadecimal(hashed)
    }

    /// Reads a Secret.
    ///
    /// - Throws: ``ChartProblem`` where it is not there; whatever reading throws.
    static func read(
        _ name: String?, namespace: String, _ read: (String) async throws -> KubeObject?
    ) async throws -> PullSecret {
        guard let name else { return PullSecret(name: "", data: [:]) }
        guard let object = try await read(name) else {
            throw ChartProblem(
                "spec.charts.pullSecretRef.name: there is no Secret \(name) in namespace \(namespace)",
                isTransient: true)
        }
        var data: [String: [UInt8]] = [:]
        if case .object(let members) = object["data"] {
            for (key, value) in members {
                data[key] = value.stringValue.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
            }
        }
        return PullSecret(name: name, data: data)
    }

    /// Lays what it holds into settings.
    ///
    /// - Throws: ``RepositoryError`` for content that cannot be read, of which it shows nothing.
    func apply(to settings: inout RepositorySettings, source: String) throws(RepositoryError) {
        guard !data.isEmpty else {
            guard name.isEmpty else {
                throw RepositoryError(.invalidReference, "pullSecretRef.name: Secret \(name) is empty")
            }
            return
        }
        settings.tls = TLSSettings(
            certificateAuthorities: data["ca.crt"].map { .data($0) },
            clientCertificate: data["tls.crt"].map { .data($0) },
            clientKey: data["tls.key"].map { .data($0) })
        if let username = text("username") {
            settings.credentials = .basic(username: username, password: text("password") ?? "")
        } else if let token = text("token") ?? text("bearerToken") {
            settings.credentials = .bearer(token)
        }
        guard let document = data[".dockerconfigjson"] ?? data[".dockercfg"] else {
            guard settings.credentials != nil || data["ca.crt"] != nil || data["tls.crt"] != nil else {
                throw RepositoryError(
                    .invalidReference,
                    "pullSecretRef.name: Secret \(name) has none of .dockerconfigjson, username, token, ca.crt and tls.crt"
                )
            }
            return
        }
        let registries = try RegistryCredentials(dockerConfiguration: document)
        settings.registryCredentials = registries
        // A repository over HTTP may stand on a registry's host, with the same account.
        if settings.credentials == nil, let host = Self.host(of: source),
            case .basic(let username, let password) = registries.entry(registry: host, repository: "")
        {
            settings.credentials = .basic(username: username, password: password)
        }
    }

    private static func host(of source: String) -> String? {
        guard source.hasPrefix("http"), let separator = source.firstRange(of: "://") else { return nil }
        return String(source[separator.upperBound...].prefix { $0 != "/" })
    }

    /// A value without the newline that editors leave at its end.
    private func text(_ key: String) -> String? {
        guard var bytes = data[key] else { return nil }
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
