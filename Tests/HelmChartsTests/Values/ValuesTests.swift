import HelmCharts
import KubeCore
import Testing

@Suite("Values")
struct ValuesTests {
    private func rendered(_ files: [String: String], _ values: JSONValue) throws -> [String: String] {
        let chart = try ChartFixtures.chart(files)
        return Dictionary(
            uniqueKeysWithValues: try ChartFixtures.render(chart, values).files.map { ($0.path, $0.text) })
    }

    @Test(
        "user values over defaults: maps merge, the rest replaces, null deletes",
        arguments: [
            ("a: {x: 1, w: 2}\nl: [1]", ["a": ["x": 9], "l": [3]], "{\"a\":{\"w\":2,\"x\":9},\"l\":[3]}"),
            ("a: {x: 1}\nb: 1", ["a": ["x": .null], "b": .null], "{\"a\":{}}"),
            ("a: null\nb: {x: null, w: 1}", [:], "{\"b\":{\"w\":1}}"),
            ("b: {x: 1}", ["b": ["new": .null]], "{\"b\":{\"new\":null,\"x\":1}}"),
            ("a: {x: 1}", ["a": "s"], "{\"a\":\"s\"}"), ("a: 1\n---\nb: 2\n", [:], "{\"a\":1,\"b\":2}"),
        ] as [(String, JSONValue, String)])
    func coalescing(defaults: String, values: JSONValue, expected: String) throws {
        let files = try rendered(["values.yaml": defaults, "templates/a.yaml": "{{ .Values | toJson }}"], values)
        #expect(files["t/templates/a.yaml"] == expected)
    }

    private static let subchart = [
        "charts/s/Chart.yaml": "apiVersion: v2\nname: s\nversion: 0.1.0\n",
        "charts/s/values.yaml": "v: own\nexports: {data: {imp: 1}}\n",
        "charts/s/templates/b.yaml": "{{ .Values.v }} {{ .Values.global | toJson }}",
    ]

    @Test("subcharts see their part of the values and the globals")
    func subcharts() throws {
        let files = try rendered(Self.subchart, ["s": ["v": "given"], "global": ["g": 1]])
        #expect(files["t/charts/s/templates/b.yaml"] == "given {\"g\":1}")
    }

    @Test("conditions and tags switch dependencies, aliases rename them, import-values copies up")
    func dependencies() throws {
        func metadata(_ extra: String) -> [String: String] {
            let text = ChartFixtures.metadata + "dependencies:\n- name: s\n  version: \">=0.1.0\"\n" + extra
            return Self.subchart.merging([
                "Chart.yaml": text, "templates/a.yaml": "{{ .Values.imp }}",
            ]) { $1 }
        }
        #expect(try rendered(metadata("  condition: s.enabled\n"), ["s": ["enabled": false]]).count == 1)
        #expect(try rendered(metadata("  condition: s.enabled\n"), [:]).count == 2)
        #expect(try rendered(metadata("  tags: [x]\n"), ["tags": ["x": false]]).count == 1)
        #expect(try rendered(metadata("  alias: other\n"), [:])["t/charts/other/templates/b.yaml"] != nil)
        #expect(try rendered(metadata("  import-values: [data]\n"), [:])["t/templates/a.yaml"] == "1")
    }

    @Test(
        "--set expressions",
        arguments: [
            ("a=3", "{\"a\":3} int64"), ("a=1.5", "{\"a\":\"1.5\"} string"), ("a=012", "{\"a\":\"012\"} string"),
            ("a=TRUE", "{\"a\":true} bool"), ("a.b\\.c=1\\,2", "{\"a\":{\"b.c\":\"1,2\"}} map"),
            ("a={x,2,true}", "{\"a\":[\"x\",2,true]} slice"), ("a[1].k=v", "{\"a\":[null,{\"k\":\"v\"}]} slice"),
            ("a={}", "{\"a\":[\"\"]} slice"), ("a=", "{\"a\":\"\"} string"),
        ])
    func setExpressions(expression: String, expected: String) throws {
        let chart = try ChartFixtures.chart(["templates/a.yaml": "{{ .Values | toJson }} {{ kindOf .Values.a }}"])
        var values = ChartValues()
        try values.set(expression)
        let rendered = try ChartRenderer().render(chart, values: values, release: Release(name: "r", namespace: "n"))
        #expect(rendered.files.first?.text == expected)
    }

    @Test("mistakes in --set are told as Helm tells them")
    func setErrors() {
        var values = ChartValues()
        let error = #expect(throws: ChartError.self) { try values.set("a") }
        #expect(error?.message == "failed parsing --set data: key \"a\" has no value")
        #expect(throws: ChartError.self) { try values.set("a[99999999]=1") }
        #expect(throws: ChartError.self) { try values.set("a={x") }
    }

    @Test("schemas are enforced with the messages of Helm's validator")
    func schema() throws {
        let schema = """
            {"$schema":"http://json-schema.org/draft-07/schema#","required":["a"],"additionalProperties":false,
             "properties":{"a":{"type":"integer","minimum":1},"b":{"enum":["x","y"]},"c":{"$ref":"#/definitions/s"}},
             "definitions":{"s":{"type":"array","items":{"type":"string"}}}}
            """
        let chart = try ChartFixtures.chart(["values.schema.json": schema, "templates/a.yaml": "ok"])
        #expect(throws: Never.self) { try ChartFixtures.render(chart, ["a": 1, "b": "x", "c": ["s"]]) }
        let error = #expect(throws: RenderError.self) {
            try ChartFixtures.render(chart, ["a": 0, "b": "z", "c": [1], "zz": 1])
        }
        #expect(
            error?.message
                == "values don't meet the specifications of the schema(s) in the following chart(s):\nt:\n"
                + "- at '/a': minimum: got 0, want 1\n- at '/b': value must be one of 'x', 'y'\n"
                + "- at '/c/0': got number, want string\n- at '': additional properties 'zz' not allowed\n")
        #expect(throws: RenderError.self) { try ChartFixtures.render(chart, [:]) }
    }
}
