import KubeCore

/// Checks values against the `values.schema.json` of a chart and of the charts in it.
enum SchemaValidation {
    static func check(_ chart: ChartTree, _ values: MapObject) throws(RenderError) {
        let problems = problems(chart, values)
        if !problems.isEmpty {
            throw RenderError(
                "values don't meet the specifications of the schema(s) in the following chart(s):\n" + problems)
        }
    }

    private static func problems(_ chart: ChartTree, _ values: MapObject) -> String {
        var text = ""
        if let bytes = chart.contents.schema {
            do {
                switch GoJSONSyntax.prefix(of: bytes) {
                case .failure(let error): return "\(chart.name):\n\(error.text)"
                case .success(let length):
                    guard bytes[length...].allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
                        return "\(chart.name):\ninvalid character after top-level value"
                    }
                }
                var validator = JSONSchemaValidator(root: try JSONValue(parsing: bytes))
                if let problem = validator.problem() { return "\(chart.name):\n\(problem)" }
                let lines = validator.validate(json(.map(values)))
                if !lines.isEmpty { text += "\(chart.name):\n- " + lines.joined(separator: "\n") + "\n" }
            } catch {
                text += "\(chart.name):\ncannot read values.schema.json: \(error)\n"
            }
        }
        for child in chart.children {
            if case .map(let table)? = values[child.name] { text += problems(child, table) }
        }
        return text
    }

    private static func json(_ value: Value) -> JSONValue {
        switch value {
        case .missing, .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value, _): return .integer(value)
        case .float(let value): return Int64(exactly: value).map { .integer($0) } ?? .double(value)
        case .string, .binary: return .string(value.stringText ?? "")
        case .list(let elements, _): return .array(elements.map { json($0) })
        case .map(let map):
            var object = JSONObject()
            for (key, member) in map.sorted { object[key] = json(member) }
            return .object(object)
        case .object(let object): return json(object.encoded)
        }
    }
}
