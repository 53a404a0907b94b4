import Foundation
import HTTPTransport
import KubeCore
import Logging
import Synchronization

/// What a request carries to say who we are and whom we trust.
struct Identity: Sendable {
    var headers: HTTPHeaders
    var tls: TLSSettings
    /// Which run of the exec plugin it comes from, if any.
    var execRun: Int?
}

/// Makes identities from a configuration: files are read again when they change, exec plugins run again when their
/// credentials expire or the server refuses them.
final class CredentialProvider: Sendable {
    private struct Files {
        var byPath: [String: WatchedFile] = [:]
    }

    private let configuration: ClientConfiguration
    private let logger: Logger
    private let files = Mutex(Files())
    private let exec: ExecCredentials?

    init(_ configuration: ClientConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        exec = configuration.authentication.exec.map { ExecCredentials($0, configuration) }
    }

    /// The identity for a request that is sent now.
    func current() async throws(KubeClientError) -> Identity {
        let authentication = configuration.authentication
        let trust = configuration.trust
        var headers = HTTPHeaders()
        var execRun: Int?
        var tls = TLSSettings(serverName: trust.serverName, acceptsAnyCertificate: trust.acceptsAnyCertificate)
        tls.certificateAuthorities = try trust.certificateAuthority.map { source throws(KubeClientError) in
            .data(try bytes(source))
        }
        tls.clientCertificate = try authentication.clientCertificate.map { source throws(KubeClientError) in
            .data(try bytes(source))
        }
        tls.clientKey = try authentication.clientKey.map { source throws(KubeClientError) in .data(try bytes(source)) }
        if let token = authentication.token {
            headers["Authorization"] = "Bearer \(Self.trimmed(try bytes(token)))"
        } else if let username = authentication.username {
            let pair = Data("\(username):\(authentication.password ?? "")".utf8).base64EncodedString()
            headers["Authorization"] = "Basic \(pair)"
        } else if let exec {
            let credentials = try await exec.current()
            execRun = credentials.run
            if let token = credentials.token { headers["Authorization"] = "Bearer \(token)" }
            if let certificate = credentials.clientCertificate, let key = credentials.clientKey {
                tls.clientCertificate = .data(certificate)
                tls.clientKey = .data(key)
            }
        }
        if let user = authentication.impersonatedUser {
            headers["Impersonate-User"] = user
            for group in authentication.impersonatedGroups { headers.add("Impersonate-Group", group) }
            headers["Impersonate-Uid"] = authentication.impersonatedUID
            for (key, values) in authentication.impersonatedExtra.sorted(by: { $0.key < $1.key }) {
                // Keys may hold what a field's name may not.
                for value in values { headers.add("Impersonate-Extra-\(QueryEncoding.encode(key))", value) }
            }
        }
        return Identity(headers: headers, tls: tls, execRun: execRun)
    }

    /// The server refused an identity with 401; whether the next one is worth a try.
    func refuse(_ identity: Identity) async -> Bool {
        if let exec, let run = identity.execRun { exec.refuse(run) }
        guard let next = try? await current() else { return false }
        return next.headers != identity.headers || next.tls != identity.tls
    }

    private func bytes(_ source: CredentialSource) throws(KubeClientError) -> [UInt8] {
        switch source {
        case .data(let bytes): return bytes
        case .file(let path):
            let (result, lastKnown) = files.withLock { files -> (Result<[UInt8], KubeClientError>, [UInt8]?) in
                var file = files.byPath[path] ?? WatchedFile(path: path)
                defer { files.byPath[path] = file }
                do throws(KubeClientError) {
                    return (.success(try file.read()), nil)
                } catch {
                    return (.failure(error), file.lastKnown)
                }
            }
            if case .failure(let error) = result, let lastKnown {
                // A file in the midst of being replaced; what it held a moment ago is likely still good.
                logger.warning("a credential file cannot be read again", metadata: ["error": "\(error)"])
                return lastKnown
            }
            return try result.get()
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
