import KubeCore

/// Makes requests: valid ones, and from those ones that are wrong somewhere.
enum RequestGenerator {
    static func request(using generator: inout SeededGenerator) -> SentRequest {
        var request = SentRequest()
        let sample = generator.pick(RequestCorpus.samples)
        let item = "\(sample.collection)/\(sample.name)"
        var object = sample.object
        if generator.below(4) > 0 {
            JSONMutation.mutate(&object, donors: RequestCorpus.objects, using: &generator)
        }
        var path = item
        var query = generator.below(3) > 0 ? [] : parameters(RequestWords.anyParameters, using: &generator)
        switch generator.below(16) {
        case 0...3:
            (request.method, path) = ("POST", sample.collection)
            setBody(object, of: sample, in: &request, using: &generator)
        case 4...5:
            request.method = "PUT"
            if generator.once(in: 3) { path += "/" + generator.pick(RequestWords.subresources) }
            setBody(object, of: sample, in: &request, using: &generator)
        case 6...7:
            request.method = "PATCH"
            if generator.once(in: 4) { path += "/" + generator.pick(RequestWords.subresources) }
            setPatch(object, of: sample, in: &request, using: &generator)
        case 8...9:
            request.method = "PATCH"
            request.headers.append(("Content-Type", "application/apply-patch+yaml"))
            query.append("fieldManager=" + generator.pick(["a", "b", "c"]))
            if generator.once(in: 2) { query.append("force=true") }
            setText(object, in: &request, isYAML: generator.once(in: 3), using: &generator)
        case 10:
            request.method = "DELETE"
            if generator.once(in: 5) { path = sample.collection }
            var options = generator.pick(RequestWords.deleteOptions)
            if generator.once(in: 2) { JSONMutation.mutate(&options, using: &generator) }
            if generator.once(in: 2) { setText(options, in: &request, isYAML: false, using: &generator) }
        case 11...12:
            path = sample.collection
            query += parameters(RequestWords.listParameters, using: &generator)
        case 13:
            (path, query) = (sample.collection, query + ["watch=1"])
            query += parameters(RequestWords.watchParameters, using: &generator)
        case 14:
            path = generator.pick(RequestWords.otherPaths)
            if generator.once(in: 3) { request.method = generator.pick(RequestWords.methods) }
        default:
            path = item + "/" + generator.pick(RequestWords.subresources)
            request.method = generator.pick(RequestWords.methods)
            if request.method != "GET" { setBody(object, of: sample, in: &request, using: &generator) }
        }
        finish(&request, path, query, using: &generator)
        return request
    }

    /// Adds headers, joins the target, and spoils one thing or another.
    private static func finish(
        _ request: inout SentRequest, _ path: String, _ query: [String], using generator: inout SeededGenerator
    ) {
        if generator.below(3) == 0 { request.headers.append(("Accept", generator.pick(RequestWords.accepts))) }
        if generator.once(in: 4) { request.headers.append(("User-Agent", generator.pick(RequestWords.agents))) }
        if generator.once(in: 12) { request.headers.append(generator.pick(RequestWords.credentials)) }
        request.target = Array((query.isEmpty ? path : path + "?" + query.joined(separator: "&")).utf8)
        if generator.once(in: 8) { ByteMutation.mutate(&request.target, using: &generator) }
        if generator.once(in: 8), !request.headers.isEmpty {
            let index = generator.below(request.headers.count)
            var bytes = Array(request.headers[index].value.utf8)
            ByteMutation.mutate(&bytes, using: &generator)
            request.headers[index].value = String(decoding: bytes, as: UTF8.self)
        }
        if generator.once(in: 40) { request.method = generator.pick(RequestWords.methods) }
        if generator.once(in: 8) { ByteMutation.mutate(&request.body, using: &generator) }
    }

    private static func parameters(_ list: [String], using generator: inout SeededGenerator) -> [String] {
        (0..<generator.below(4)).map { _ in generator.pick(list) }
    }

    /// A body of a create or an update, in one of the formats.
    private static func setBody(
        _ object: JSONValue, of sample: RequestCorpus.Sample, in request: inout SentRequest,
        using generator: inout SeededGenerator
    ) {
        switch generator.below(8) {
        case 0:
            request.headers.append(("Content-Type", "application/vnd.kubernetes.protobuf"))
            request.body = WireMessage.body(of: sample.object, using: &generator)
        case 1:
            request.headers.append(("Content-Type", "application/yaml"))
            setText(object, in: &request, isYAML: true, using: &generator)
        default:
            if generator.once(in: 3) {
                request.headers.append(("Content-Type", generator.pick(RequestWords.contentTypes)))
            }
            setText(object, in: &request, isYAML: false, using: &generator)
        }
    }

    private static func setText(
        _ value: JSONValue, in request: inout SentRequest, isYAML: Bool, using generator: inout SeededGenerator
    ) {
        request.body = isYAML ? YAML.bytes(of: value) : value.serializedBytes()
        if generator.once(in: 8) { ByteMutation.mutate(&request.body, using: &generator) }
    }

    /// A patch that is no apply: part of a changed object, or operations on places that there may be.
    private static func setPatch(
        _ object: JSONValue, of sample: RequestCorpus.Sample, in request: inout SentRequest,
        using generator: inout SeededGenerator
    ) {
        let type = generator.pick(["json-patch", "merge-patch", "strategic-merge-patch"])
        request.headers.append(("Content-Type", "application/\(type)+json"))
        guard type == "json-patch" else {
            let parts = ["spec", "metadata", "data", "status"].compactMap { name in
                object[name].map { (name, $0) }
            }
            let part = JSONValue.object(
                JSONObject(generator.once(in: 3) || parts.isEmpty ? [] : [generator.pick(parts)]))
            return setText(generator.once(in: 4) ? object : part, in: &request, isYAML: false, using: &generator)
        }
        let operations = (0...generator.below(4)).map { _ -> JSONValue in
            var operation: JSONObject = [
                "op": .string(generator.pick(["add", "remove", "replace", "move", "copy", "test"])),
                "path": .string(pointer(into: sample.object, using: &generator)),
            ]
            if generator.below(4) > 0 { operation["value"] = generator.pick(RequestCorpus.objects)["metadata"] }
            if generator.once(in: 2) { operation["from"] = .string(pointer(into: sample.object, using: &generator)) }
            return .object(operation)
        }
        var patch = JSONValue.array(operations)
        if generator.once(in: 3) { JSONMutation.mutate(&patch, using: &generator) }
        setText(patch, in: &request, isYAML: false, using: &generator)
    }

    /// A JSON pointer (RFC 6901) to a place in a value, or near one.
    private static func pointer(into value: JSONValue, using generator: inout SeededGenerator) -> String {
        var (pointer, place) = ("", value)
        while generator.below(5) > 0 {
            switch place {
            case .object(let object) where !object.isEmpty:
                let key = generator.pick(object.keys)
                pointer += "/" + key
                place = object[key] ?? .null
            case .array(let elements) where !elements.isEmpty:
                let index = generator.below(elements.count)
                pointer += "/\(index)"
                place = elements[index]
            default:
                return pointer + generator.pick(["", "/-", "/x", "/0", "/99999999999999999999", "/~", "/-1", "//"])
            }
        }
        return pointer
    }
}
