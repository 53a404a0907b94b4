extension RenderedChart {
    /// The objects as they come in the templates, these in the order of their paths: hooks among them, nothing sorted.
    ///
    /// - Throws: ``RenderError`` if a file is not YAML.
    package func manifestsInFileOrder() throws(RenderError) -> [Manifest] {
        var manifests: [Manifest] = []
        for file in files where !file.path.hasSuffix(".txt") {
            for document in ManifestDocuments.split(Array(file.text.utf8)) {
                let manifest = try Manifest.parse(document, source: file.path)
                if !manifest.object.isNull { manifests.append(manifest) }
            }
        }
        return manifests
    }
}
