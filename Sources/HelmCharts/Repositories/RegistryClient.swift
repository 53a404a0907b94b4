import Foundation
import HTTPTransport
import KubeCore
import Synchronization

/// Speaks with an OCI registry: the distribution specification's reading half, with token authentication.
final class RegistryClient: Sendable {
    private let download: Download
    private let settings: RepositorySettings
    private let registry: RepositoryURL
    private let registryName: String
    /// `Authorization` by repository, as the registry last accepted it.
    private let authorizations = Mutex<[String: String]>([:])

    init(
        registry: String, exchange: any HTTPExchange, settings: RepositorySettings, clock: any Clock<Duration>
    ) throws(RepositoryError) {
        // Docker Hub's registry answers under another name than its images have.
        let host = registry == "docker.io" || registry == "index.docker.io" ? "registry-1.docker.io" : registry
        let isPlain = settings.usesPlainHTTP || Self.isLoopback(host)
        guard let url = RepositoryURL("\(isPlain ? "http" : "https")://\(host)/") else {
            throw RepositoryError(.invalidReference, "oci://\(registry): the registry is not a host")
        }
        self.registry = url
        registryName = registry
        self.settings = settings
        download = Download(exchange: exchange, settings: settings, clock: clock)
    }

    private static func isLoopback(_ registry: String) -> Bool {
        guard let host = RepositoryURL("http://\(registry)/")?.origin.host else { return false }
        return host == "localhost" || host == "[::1]" || host == "::1" || host.hasPrefix("127.")
    }

    // MARK: Requests

    /// The largest manifest: 4 MiB, as the specification lets registries have it.
    static let maximumManifestBytes = 4 << 20
    private static let maximumTagPages = 1000

    /// Every tag of a repository, in the registry's order.
    func tags(of repository: String) async throws(RepositoryError) -> [String] {
        var tags: [String] = []
        var next: RepositoryURL? = registry.resolving("/v2/\(repository)/tags/list?n=1000")
        for _ in 0..<Self.maximumTagPages {
            guard let url = next else { return tags }
            let answer = try await get(url, repository, accept: "application/json", maximumBytes: 16 << 20)
            guard answer.response.status == 200 else { throw failure(answer) }
            guard let document = try? JSONValue(parsing: answer.response.body), case .object = document else {
                throw RepositoryError(.badManifest, "\(url.display): the list of tags is not a JSON object")
            }
            tags += (document["tags"]?.arrayValue ?? []).compactMap(\.stringValue)
            next = answer.response.headers["Link"].flatMap { Self.next($0, url) }
            if let next, next.origin != registry.origin {
                throw RepositoryError(.redirect, "\(url.display): the next page of tags is at another host")
            }
        }
        throw RepositoryError(
            .tooLarge, "oci://\(registryName)/\(repository): it has more than \(Self.maximumTagPages) pages of tags")
    }

    /// `Link: </v2/…?n=…&last=…>; rel="next"` (RFC 8288).
    private static func next(_ field: String, _ url: RepositoryURL) -> RepositoryURL? {
        guard let open = field.firstIndex(of: "<"), let close = field.firstIndex(of: ">"), open < close,
            field[close...].contains("next")
        else { return nil }
        return url.resolving(String(field[field.index(after: open)..<close]))
    }

    /// A manifest, by tag or by digest, and its digest.
    func manifest(
        _ repository: String, _ reference: String
    ) async throws(RepositoryError) -> (bytes: [UInt8], mediaType: String, digest: String) {
        let url = try self.url("/v2/\(repository)/manifests/\(reference)")
        let answer = try await get(
            url, repository, accept: RegistryManifest.acceptedTypes.joined(separator: ", "),
            maximumBytes: Self.maximumManifestBytes)
        guard answer.response.status == 200 else { throw failure(answer) }
        let bytes = answer.response.body
        let digest = "sha256:" + SHA256.hexadecimal(bytes)
        // What the registry says of itself is held against what came, where it speaks of the same algorithm.
        let said = reference.hasPrefix("sha256:") ? reference : answer.response.headers["Docker-Content-Digest"]
        if let said, said.hasPrefix("sha256:"), said != digest {
            throw RepositoryError(.digestMismatch, "\(url.display): the manifest has the digest \(digest), not \(said)")
        }
        return (bytes, answer.response.headers["Content-Type"] ?? "", digest)
    }

    /// A blob, which has the digest that it was asked for by.
    func blob(
        _ repository: String, _ digest: String, size: Int?, maximumBytes: Int
    ) async throws(RepositoryError) -> [UInt8] {
        let url = try self.url("/v2/\(repository)/blobs/\(digest)")
        if let size, size > maximumBytes {
            throw RepositoryError(
                .tooLarge, "\(url.display): it has \(size) bytes, more than the \(maximumBytes) allowed")
        }
        let answer = try await get(
            url, repository, accept: "*/*", maximumBytes: min(maximumBytes, size ?? maximumBytes))
        guard answer.response.status == 200 else { throw failure(answer) }
        let found = "sha256:" + SHA256.hexadecimal(answer.response.body)
        guard found == digest else {
            throw RepositoryError(.digestMismatch, "\(url.display): the layer has the digest \(found)")
        }
        return answer.response.body
    }

    private func url(_ path: String) throws(RepositoryError) -> RepositoryURL {
        guard let url = registry.resolving(path) else {
            throw RepositoryError(.invalidReference, "oci://\(registryName): \(path) makes no URL")
        }
        return url
    }

    /// The registry's own words, where it has any (distribution specification, "Error codes").
    private func failure(_ answer: Download.Answer) -> RepositoryError {
        let document = try? JSONValue(parsing: answer.response.body)
        let error = document?["errors"]?[0]
        let words = [error?["code"]?.stringValue, error?["message"]?.stringValue].compactMap { $0 }.joined(
            separator: ", ")
        return RepositoryError(status: answer.response.status, answer.url, detail: String(words.prefix(200)))
    }

    // MARK: Authentication

    private func get(
        _ url: RepositoryURL, _ repository: String, accept: String, maximumBytes: Int
    ) async throws(RepositoryError) -> Download.Answer {
        var order = Download.Order(
            url: url, headers: ["Accept": accept], maximumBytes: maximumBytes, home: registry.origin)
        order.authorization = authorizations.withLock { $0[repository] } ?? unasked(repository)
        let first = try await download.perform(order)
        guard first.response.status == 401, first.url.origin == registry.origin else { return first }
        let challenges = RegistryChallenge.challenges(in: first.response.headers.values(of: "WWW-Authenticate"))
        guard let authorization = try await answer(challenges, repository), authorization != order.authorization else {
            return first
        }
        order.authorization = authorization
        let second = try await download.perform(order)
        if second.response.status != 401 { authorizations.withLock { $0[repository] = authorization } }
        return second
    }

    private func entry(_ repository: String) -> RegistryCredentials.Entry? {
        switch settings.credentials {
        case .basic(let username, let password): .basic(username: username, password: password)
        case .bearer(let token): .registryToken(token)
        case nil: settings.registryCredentials?.entry(registry: registryName, repository: repository)
        }
    }

    /// What can be sent without being asked.
    private func unasked(_ repository: String) -> String? {
        guard case .registryToken(let token) = entry(repository) else { return nil }
        return RepositorySettings.Credentials.bearer(token).authorization
    }

    private func answer(
        _ challenges: [RegistryChallenge], _ repository: String
    ) async throws(RepositoryError) -> String? {
        let entry = entry(repository)
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }), let realm = bearer.parameters["realm"] {
            return try await token(realm, bearer, repository, entry)
        }
        if challenges.contains(where: { $0.scheme == "basic" }), case .basic(let username, let password) = entry {
            return RepositorySettings.Credentials.basic(username: username, password: password).authorization
        }
        return nil
    }

    /// Asks the realm for a token: with a GET and basic authentication, or with a refresh token by OAuth 2.
    private func token(
        _ realm: String, _ challenge: RegistryChallenge, _ repository: String, _ entry: RegistryCredentials.Entry?
    ) async throws(RepositoryError) -> String? {
        guard let url = registry.resolving(realm) else {
            throw RepositoryError(.badManifest, "\(registry.display): its token service is no http or https URL")
        }
        guard url.origin.scheme == "https" || registry.origin.scheme == "http" else {
            throw RepositoryError(.redirect, "\(registry.display): its token service \(url.display) is without TLS")
        }
        var parameters: [(String, String)] = []
        if let service = challenge.parameters["service"] { parameters.append(("service", service)) }
        let scope = challenge.parameters["scope"] ?? "repository:\(repository):pull"
        var order = Download.Order(url: url, maximumBytes: 1 << 20, home: url.origin)
        if case .identityToken(let token) = entry {
            parameters += [
                ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "boltrope"), ("scope", scope),
            ]
            order.method = "POST"
            order.headers["Content-Type"] = "application/x-www-form-urlencoded"
            order.body = Array(Self.form(parameters).utf8)
        } else {
            parameters += scope.split(separator: " ").map { ("scope", String($0)) }
            let separator = url.text.contains("?") ? "&" : "?"
            guard let full = RepositoryURL(url.text + separator + Self.form(parameters)) else { return nil }
            order.url = full
            if case .basic(let username, let password) = entry {
                order.authorization =
                    RepositorySettings.Credentials.basic(username: username, password: password).authorization
            }
        }
        let answer = try await download.perform(order)
        guard answer.response.status == 200 else {
            throw RepositoryError(
                status: answer.response.status, answer.url, detail: "the token service of \(registryName) refused")
        }
        let document = try? JSONValue(parsing: answer.response.body)
        guard let token = (document?["token"] ?? document?["access_token"])?.stringValue, !token.isEmpty else {
            throw RepositoryError(.badManifest, "\(answer.url.display): the token service gave no token")
        }
        return RepositorySettings.Credentials.bearer(token).authorization
    }

    private static func form(_ parameters: [(String, String)]) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return parameters.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")"
        }.joined(separator: "&")
    }
}
