import KubeCore

/// A manifest of a registry, as far as charts need it (OCI image specification; Helm's media types).
enum RegistryManifest {
    /// A part that a manifest points to.
    struct Descriptor: Sendable, Hashable {
        var mediaType: String
        var digest: String
        var size: Int?
        var artifactType: String?

        init?(_ json: JSONValue?) {
            guard let digest = json?["digest"]?.stringValue, digest.hasPrefix("sha256:"),
                ContentCache.isDigest(digest.dropFirst("sha256:".count))
            else { return nil }
            self.digest = digest
            mediaType = json?["mediaType"]?.stringValue ?? ""
            if case .integer(let size) = json?["size"] { self.size = Int(size) }
            artifactType = json?["artifactType"]?.stringValue
        }
    }

    /// The archive of a chart.
    case chart(layer: Descriptor)
    /// Manifests of which one may be a chart's, those that say so first.
    case index([Descriptor])

    static let configType = "application/vnd.cncf.helm.config.v1+json"
    static let layerTypes = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"]
    static let indexTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
    static let acceptedTypes =
        ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"]
        + indexTypes

    /// Reads a manifest.
    ///
    /// - Throws: ``RepositoryError`` of kind `badManifest`, or `notAChart` where it is that of something else.
    init(_ bytes: [UInt8], mediaType: String, source: String) throws(RepositoryError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw RepositoryError(.badManifest, "\(source): the manifest is not JSON: \(error)")
        }
        let type = document["mediaType"]?.stringValue ?? String(mediaType.prefix { $0 != ";" })
        if Self.indexTypes.contains(type) || (document["manifests"] != nil && document["layers"] == nil) {
            let all = (document["manifests"]?.arrayValue ?? []).compactMap { Descriptor($0) }
            let (charts, others) = (
                all.filter { $0.artifactType == Self.configType }, all.filter { $0.artifactType != Self.configType }
            )
            self = .index(charts + others)
            return
        }
        let config = document["config"]?["mediaType"]?.stringValue
        guard config == Self.configType else {
            throw RepositoryError(
                .notAChart,
                "\(source): this is no Helm chart, its configuration is \(config ?? "missing"), not \(Self.configType)")
        }
        let layers = (document["layers"]?.arrayValue ?? []).compactMap { Descriptor($0) }
        guard let layer = layers.first(where: { Self.layerTypes.contains($0.mediaType) }) else {
            throw RepositoryError(
                .badManifest, "\(source): the manifest does not contain a layer with mediatype \(Self.layerTypes[0])")
        }
        self = .chart(layer: layer)
    }
}
