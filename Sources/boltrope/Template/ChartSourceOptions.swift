import ArgumentParser
import Foundation
import HTTPTransport
import HelmCharts
import KubeCore

/// Where a chart comes from, and as whom to ask for it: the flags of `helm template`, `helm pull` and their like.
struct ChartSourceOptions: ParsableArguments {
    @Option(help: "The URL of the repository that has the chart.") var repo: String?

    @Option(help: "The chart's version, or a range such as ^1.2; otherwise the newest.") var version: String?

    @Flag(help: "Let pre-releases count, as --version '>0.0.0-0' does.") var devel = false

    @Flag(help: "Fetch dependencies that charts/ lacks, for this rendering.") var dependencyUpdate = false

    @Option(help: "User name for the repository or registry.") var username: String?

    @Option(help: "Password for the repository or registry.") var password: String?

    @Flag(help: "Send credentials to whatever host the repository's index points to.") var passCredentials = false

    @Option(help: "Certificates to trust, in place of the system's.") var caFile: String?

    @Option(help: "Client certificate.") var certFile: String?

    @Option(help: "The client certificate's key.") var keyFile: String?

    @Flag(help: "Accept any server's certificate.") var insecureSkipTlsVerify = false

    @Flag(help: "Speak with the registry without TLS.") var plainHttp = false

    @Option(help: "Registry credentials; otherwise Helm's, or Docker's.") var registryConfig: String?

    @Option(help: "Repositories that have names; otherwise Helm's.") var repositoryConfig: String?

    @Option(help: "Directory in which charts are kept between runs.") var contentCache: String?

    @Option(help: .hidden) var repositoryCache: String?

    /// The chart that an argument means.
    func chart(_ argument: String) async throws -> Chart {
        var query = ChartLocator.Query(chart: argument)
        query.repository = repo ?? ""
        query.version = (version ?? "").trimmingCharacters(in: .whitespaces)
        query.allowsDevelopmentVersions = devel
        query.fetchesDependencies = dependencyUpdate
        return try await locator().chart(query).chart
    }

    /// The bytes of a file of values at a URL.
    func values(_ url: String) async throws -> [UInt8] { try await locator().values(from: url) }

    private func locator() throws -> ChartLocator {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? "/"
        let configurationHome =
            environment["HELM_CONFIG_HOME"] ?? (environment["XDG_CONFIG_HOME"] ?? home + "/.config") + "/helm"
        var settings = RepositorySettings()
        if let username, let password { settings.credentials = .basic(username: username, password: password) }
        settings.passesCredentialsToAll = passCredentials
        settings.usesPlainHTTP = plainHttp
        settings.tls = TLSSettings(
            certificateAuthorities: caFile.map { .file($0) }, clientCertificate: certFile.map { .file($0) },
            clientKey: keyFile.map { .file($0) }, acceptsAnyCertificate: insecureSkipTlsVerify)
        let registries = [
            registryConfig ?? environment["HELM_REGISTRY_CONFIG"] ?? configurationHome + "/registry/config.json",
            (environment["DOCKER_CONFIG"] ?? home + "/.docker") + "/config.json",
        ]
        if let content = registries.lazy.compactMap({ FileManager.default.contents(atPath: $0) }).first {
            settings.registryCredentials = try RegistryCredentials(dockerConfiguration: [UInt8](content))
        }
        let named =
            repositoryConfig ?? environment["HELM_REPOSITORY_CONFIG"] ?? configurationHome + "/repositories.yaml"
        let configuration = try FileManager.default.contents(atPath: named).map {
            try RepositoryConfiguration([UInt8]($0))
        }
        let cache = contentCache ?? (environment["XDG_CACHE_HOME"] ?? home + "/.cache") + "/boltrope/charts"
        return ChartLocator(
            exchange: LibcurlTransport(), settings: settings,
            // Without a cache, for example in a container that is read-only, everything is fetched anew.
            cache: try? ContentCache(directory: cache), configuration: configuration,
            now: { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) })
    }
}
