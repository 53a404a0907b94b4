import HelmCharts
import KubeCore
import Testing

@Suite("Template language")
struct TemplateLanguageTests {
    @Test(
        "prints what Go's text/template prints",
        arguments: [
            ("a  {{- 1 -}}  b", "a1b"), ("a\n{{- /* c */ -}}\n b", "ab"), ("{{ `raw \"\\n` }}", "raw \"\\n"),
            ("{{ \"a\\tb\\u00e9\" }}", "a\tbé"),
            ("{{ 0x1F }} {{ 017 }} {{ 1_000 }} {{ 'a' }} {{ 1e3 }}", "31 15 1000 97 1000"),
            ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
            ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"),
            ("{{ range $i, $e := list \"a\" \"b\" }}{{ $i }}{{ $e }}{{ end }}", "0a1b"),
            ("{{ range 3 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ . }}{{ end }}", "02"),
            ("{{ range list 1 2 3 }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}", "1"),
            ("{{ range list }}x{{ else }}none{{ end }}", "none"),
            ("{{ with $x := .Values.m }}{{ $x.k }}{{ .k }}{{ else }}no{{ end }}", "vv"),
            ("{{ with .Values.no }}x{{ else with .Values.m }}{{ .k }}{{ end }}", "v"),
            ("{{ if .Values.no }}a{{ else if .Values.m }}b{{ else }}c{{ end }}", "b"),
            ("{{ define \"d\" }}[{{ . }}]{{ end }}{{ template \"d\" 1 }}{{ include \"d\" 2 }}", "[1][2]"),
            ("{{ block \"b\" 5 }}<{{ . }}>{{ end }}", "<5>"), ("{{ (.Values.no).a.b }}|", "|"),
            ("{{ and 1 0 2 }}{{ or 0 \"\" \"x\" }}{{ not 1 }}", "0xfalse"),
            ("{{ \"x\" | printf \"%s-%s\" \"a\" }}", "a-x"),
            ("{{ .Values.list }} {{ .Values.m }} {{ .Values.big }}", "[1 a <nil>] map[k:v] 1e+06"),
            (
                "{{ printf \"%5d|%-5d|%05d|%x|%q|%.2f|%T\" 42 42 42 255 \"a\" 1.5 .Values.m }}",
                "   42|42   |00042|ff|\"a\"|1.50|map[string]interface {}"
            ),
            (
                "{{ printf \"%d %s\" \"x\" 1 }}{{ printf \"%s\" }}{{ printf \"a\" 1 }}",
                "%!d(string=x) %!s(int=1)%!s(MISSING)a%!(EXTRA int=1)"
            ),
        ])
    func output(template: String, expected: String) throws {
        let values: JSONValue = ["m": ["k": "v"], "list": [1, "a", .null], "big": 1_000_000]
        #expect(try ChartFixtures.text(template, values) == expected)
    }

    @Test(
        "reports mistakes with Helm's words and places",
        arguments: [
            ("a\n{{ nosuch 1 }}", "parse error at (t/templates/case.yaml:2): function \"nosuch\" not defined"),
            ("{{ $x }}", "parse error at (t/templates/case.yaml:1): undefined variable \"$x\""),
            ("{{ .Values. }}", "parse error at (t/templates/case.yaml:1): unexpected <.> in operand"),
            ("x{{ end }}", "parse error at (t/templates/case.yaml:1): unexpected {{end}}"),
            ("{{/* x }}", "parse error at (t/templates/case.yaml:1): unclosed comment"),
            (
                "{{ .Values.a.b }}",
                "t/templates/case.yaml:1:10\n  executing \"t/templates/case.yaml\" at <.Values.a.b>:\n"
                    + "    nil pointer evaluating interface {}.b"
            ),
            (
                "{{ eq .Values.n 3 }}",
                "template: t/templates/case.yaml:1:3: executing \"t/templates/case.yaml\" at <eq .Values.n 3>: "
                    + "error calling eq: incompatible types for comparison: float64 and int"
            ),
            ("{{ if true }}{{ fail \"no\" }}{{ end }}", "execution error at (t/templates/case.yaml:1:16): no"),
            ("{{ required \"need x\" .Values.x }}", "execution error at (t/templates/case.yaml:1:3): need x"),
        ])
    func failures(template: String, expected: String) {
        #expect(ChartFixtures.failure(template, ["n": 3]) == expected)
    }

    @Test("values that templates set are seen by templates that run later: Z to A, deepest first")
    func sharedContext() throws {
        let chart = try ChartFixtures.chart([
            "templates/z.yaml": "{{ $_ := set .Values \"seen\" \"yes\" }}", "templates/a.yaml": "{{ .Values.seen }}",
        ])
        #expect(try ChartFixtures.render(chart).files.first?.text == "yes")
    }

    @Test("templates that include themselves are stopped, however little they print")
    func recursion() {
        let message = ChartFixtures.failure("{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}")
        #expect(
            message?.contains("rendering template has a nested reference name: r: unable to execute template") == true)
        #expect(ChartFixtures.failure("{{ tpl .Values.t . }}", ["t": "{{ tpl .Values.t . }}"]) != nil)
        #expect(ChartFixtures.failure("{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}") != nil)
    }

    @Test("a blank text within tpl prints nothing, not the text around it")
    func blankText() throws {
        #expect(try ChartFixtures.text("{{ tpl .Values.t . }}", ["t": "a{{ tpl \"\" . }}b"]) == "ab")
    }

    @Test("output and work are bounded")
    func limits() throws {
        var options = ChartRenderer.Options()
        options.maximumOutputBytes = 1000
        options.maximumSteps = 20_000
        for template in [
            "{{ repeat 2000 \"x\" }}", "{{ range until 100 }}xxxxxxxxxxxxxxxxxxxx{{ end }}",
            "{{ range until 100000 }}{{ end }}", "{{ indent 100000000000 \"x\" }}",
        ] {
            let chart = try ChartFixtures.chart(["templates/case.yaml": template])
            #expect(throws: RenderError.self, "\(template)") { try ChartFixtures.render(chart, options: options) }
        }
    }

    @Test("a cancelled task stops rendering")
    func cancellation() async throws {
        let chart = try ChartFixtures.chart([
            "templates/case.yaml": "{{ range until 5000 }}{{ range until 5000 }}{{ end }}{{ end }}"
        ])
        let task = Task { () -> String? in
            withUnsafeCurrentTask { $0?.cancel() }
            do {
                _ = try ChartFixtures.render(chart)
                return nil
            } catch let error as RenderError {
                return error.message
            }
        }
        #expect(try await task.value?.contains("cancelled") == true)
    }

    @Test("random text never crashes the parser")
    func parserFuzz() {
        var generator = Randomness(state: 11)
        let pieces = [
            "{{", "}}", "{{-", "-}}", "if", "else", "end", "range", "with", "define", "\"a\"", "`", "(", ")", "|",
            ".a", "$x", ":=", "=", ",", " ", "\n", "1", "'", "/*", "*/", "template", "block", "nil", "é", "break", "\"",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 1..<25, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            _ = ChartFixtures.failure(text.joined())
        }
    }
}

/// A small repeatable source of randomness.
struct Randomness: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
