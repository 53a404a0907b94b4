import KubeCore

/// Builds a chart from its files, as Helm's loader does.
enum ChartLoader {
    /// How deeply charts may carry charts.
    private static let maximumDepth = 16

    static func load(files: [ChartFile], depth: Int = 0) throws(ChartError) -> ChartContents {
        guard depth < maximumDepth else { throw ChartError("charts are nested more than \(maximumDepth) deep") }
        let files = files.map { file in
            ChartFile(
                path: file.path,
                bytes: file.bytes.starts(with: byteOrderMark) ? Array(file.bytes.dropFirst(3)) : file.bytes)
        }
        var metadata = try metadata(files)
        var values = JSONValue.object(JSONObject())
        var schema: [UInt8]?
        var templates: [ChartFile] = []
        var others: [ChartFile] = []
        var children: [(name: String, files: [ChartFile])] = []
        for file in files {
            switch file.path {
            case "Chart.yaml": continue
            case "Chart.lock", "requirements.lock":
                if file.path == "requirements.lock" { others.append(file) }
                try ChartDocument.checkLock(file)
            case "values.yaml": values = try Self.values(file)
            case "values.schema.json": schema = file.bytes
            case "requirements.yaml":
                others.append(file)
                if metadata.apiVersion == "v1" {
                    do {
                        let requirements = try YAML.value(in: file.bytes)
                        metadata.dependencies = requirements["dependencies"]?.arrayValue.map {
                            $0.map { ChartDependency($0) }
                        }
                    } catch {
                        throw ChartError(
                            "cannot load requirements.yaml: error converting YAML to JSON: \(error.goDescription)")
                    }
                }
            default:
                if file.path.hasPrefix("templates/") {
                    templates.append(file)
                } else if file.path.hasPrefix("charts/") {
                    let rest = file.path.dropFirst("charts/".count)
                    if rest.hasSuffix(".prov") {
                        others.append(file)
                        continue
                    }
                    let name = rest.prefix { $0 != "/" }
                    let inner = ChartFile(path: String(rest.dropFirst(name.count + 1)), bytes: file.bytes)
                    if let index = children.lastIndex(where: { $0.name == name }) {
                        children[index].files.append(inner)
                    } else {
                        children.append((String(name), [inner]))
                    }
                } else {
                    others.append(file)
                }
            }
        }
        try validate(metadata)
        var dependencies: [ChartContents] = []
        for child in children {
            if child.name.hasPrefix("_") || child.name.hasPrefix(".") { continue }
            do {
                if child.name.hasSuffix(".tgz"), child.files[0].path.isEmpty {
                    let files = try ChartArchive.files(in: child.files[0].bytes)
                    dependencies.append(try load(files: files, depth: depth + 1))
                } else {
                    let files = child.files.filter { !$0.path.isEmpty }
                    dependencies.append(try load(files: files, depth: depth + 1))
                }
            } catch {
                throw ChartError("error unpacking subchart \(child.name) in \(metadata.name): \(error.message)")
            }
        }
        return ChartContents(
            metadata: metadata, values: values, schema: schema, templates: templates, files: others,
            dependencies: dependencies, digest: digest(of: files))
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func metadata(_ files: [ChartFile]) throws(ChartError) -> ChartMetadata {
        guard let file = files.first(where: { $0.path == "Chart.yaml" }) else {
            throw ChartError("Chart.yaml file is missing")
        }
        let document: JSONValue
        do {
            document = try YAML.value(in: file.bytes)
        } catch {
            throw ChartError("cannot load Chart.yaml: error converting YAML to JSON: \(error.goDescription)")
        }
        if let problem = ChartDocument.problem(in: document) {
            throw ChartError("cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: \(problem)")
        }
        var metadata = ChartMetadata(document)
        if metadata.apiVersion.isEmpty { metadata.apiVersion = "v1" }
        return metadata
    }

    private static func validate(_ metadata: ChartMetadata) throws(ChartError) {
        if metadata.name.isEmpty { throw ChartError("validation: chart.metadata.name is required") }
        if metadata.name.contains("/") || metadata.name == "." || metadata.name == ".." {
            throw ChartError("validation: chart.metadata.name \(GoQuoting.quote(metadata.name)) is invalid")
        }
        if metadata.version.isEmpty { throw ChartError("validation: chart.metadata.version is required") }
        if SemanticVersion(metadata.version) == nil {
            throw ChartError("validation: chart.metadata.version \(GoQuoting.quote(metadata.version)) is invalid")
        }
        if !["", "application", "library"].contains(metadata.type) {
            throw ChartError("validation: chart.metadata.type must be application or library")
        }
        var names: Set<String> = []
        for dependency in metadata.dependencies ?? [] {
            let name = dependency.alias.isEmpty ? dependency.name : dependency.alias
            guard names.insert(name).inserted else {
                throw ChartError(
                    "validation: more than one dependency with name or alias \(GoQuoting.quote(name))")
            }
        }
    }

    /// The documents of `values.yaml`, later ones merged over earlier ones.
    static func values(_ file: ChartFile) throws(ChartError) -> JSONValue {
        do {
            return try ValuesDocument.merged(file.bytes)
        } catch {
            throw ChartError("cannot load \(file.path): \(error.message)")
        }
    }

    private static func digest(of files: [ChartFile]) -> String {
        var canonical: [UInt8] = []
        for file in files.sorted(by: { $0.path.isLessByBytes(than: $1.path) }) {
            canonical += "\(file.path.utf8.count):\(file.path)\(file.bytes.count):".utf8
            canonical += SHA256.digest(file.bytes)
        }
        return SHA256.hexadecimal(canonical)
    }
}

/// Values files: one or several YAML documents that are maps.
enum ValuesDocument {
    /// All documents of a file in one map; maps merge, everything else is replaced.
    static func merged(_ bytes: [UInt8]) throws(ChartError) -> JSONValue {
        var result = JSONValue.object(JSONObject())
        // JSON is read as JSON, which is faster and knows surrogate pairs; what only looks like it is left to YAML.
        if let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{"),
            let json = try? JSONValue(parsing: bytes), json.objectValue != nil
        {
            return json
        }
        for document in try split(bytes) {
            do {
                switch try YAML.value(in: document) {
                case .null: continue
                case .object(let object): merge(&result, .object(object))
                case let other:
                    let type = other.isNumber ? "number" : other.boolValue != nil ? "bool" : other.typeName
                    throw ChartError(
                        "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: "
                            + "cannot unmarshal \(type) into Go value of type map[string]interface {}")
                }
            } catch let error as YAMLError {
                throw ChartError(
                    "cannot unmarshal yaml document: error converting YAML to JSON: \(error.goDescription)")
            } catch let error as ChartError {
                throw error
            } catch {
                throw ChartError("cannot unmarshal yaml document: \(error)")
            }
        }
        return result
    }

    static func merge(_ target: inout JSONValue, _ source: JSONValue) {
        guard case .object(var object) = target, case .object(let other) = source else {
            target = source
            return
        }
        target = .null
        for (key, value) in other {
            if var existing = object[key], existing.objectValue != nil, value.objectValue != nil {
                merge(&existing, value)
                object[key] = existing
            } else {
                object[key] = value
            }
        }
        target = .object(object)
    }

    /// Splits a stream at lines that begin with `---`, after which only a comment may stand.
    private static func split(_ bytes: [UInt8]) throws(ChartError) -> [[UInt8]] {
        var documents: [[UInt8]] = []
        var current: [UInt8] = []
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        // After the last line's end there is no further line.
        if bytes.last == 0x0A || bytes.isEmpty { lines.removeLast() }
        for line in lines {
            if line.starts(with: [0x2D, 0x2D, 0x2D]) {
                let rest = String(decoding: line.dropFirst(3), as: UTF8.self).trimmingSpace()
                guard rest.isEmpty || rest.hasPrefix("#") else {
                    throw ChartError("error reading yaml document: invalid Yaml document separator: \(rest)")
                }
                if !current.isEmpty {
                    documents.append(current)
                    current = []
                    continue
                }
            }
            // Every line has its end, the last one too even where the file lacks it.
            current += line
            current.append(0x0A)
        }
        if !current.isEmpty { documents.append(current) }
        return documents
    }
}
