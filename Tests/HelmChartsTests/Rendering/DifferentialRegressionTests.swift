import HelmCharts
import KubeCore
import Testing

/// What `Hack/fuzz-helm` found: a case for each class of fault, with the real Helm's answer.
@Suite("What the real Helm prints, where it surprises") struct DifferentialRegressionTests {
    @Test(
        "values and formats print as Go prints them",
        arguments: [
            (#"{{ printf "%12.2x" true }}"#, "%!x(bool=        true)"),
            (#"{{ printf "%05d" "ab" }}"#, "%!d(string=000ab)"),
            (#"{{ printf "%+o" 2.5 }}"#, "%!o(float64=+2.5)"),
            (#"{{ printf "%x %X %b" 0.1 -2.5 3.0 }}"#, "0x1.999999999999ap-04 -0X1.4P+01 6755399441055744p-51"),
            (#"{{ printf "%U" -4 }}"#, "U+FFFFFFFFFFFFFFFC"),
            (#"{{ printf "%#v" (list 1 "a" nil) }}"#, #"[]interface {}{1, "a", interface {}(nil)}"#),
            (#"{{ printf "%[x]d %[9]d" 1 }}"#, "%!d(BADINDEX) %!d(BADINDEX)"),
            (#"{{ printf "%." 1 }}"#, "%!.(int=1)"),
            (#"{{ printf "%9999999999d" 1 }}"#, "%!(NOVERB)%!(EXTRA int=1)"),
            (#"{{ rest (list 1) | toJson }}{{ rest list | toJson }}"#, "[]null"),
            (#"{{ mulf "0x10" 2 }} {{ float64 "1_000" }}"#, "0 0"),
            (#"{{ html .Values.none }}"#, "&lt;no value&gt;"),
            (
                #"{{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion | quote }}"#,
                #"v1.32.0 "{v1.32.0 v1.32.0 1 32}""#
            ),
            (#"{{ dict "a" 1e6 | toToml }}"#, "a = 1e+06\n"),
            (#"{{ .Chart.Annotations | toJson }}"#, "null"),
        ])
    func values(template: String, expected: String) throws {
        #expect(try ChartFixtures.text(template) == expected)
    }

    @Test(
        "errors name what Go names",
        arguments: [
            ("{{ index list 0 }}", "error calling index: reflect: slice index out of range"),
            ("{{ index list 1 }}", "error calling index: index out of range: 1"),
            (#"{{ substr 7 5 "1e" }}"#, "runtime error: slice bounds out of range [7:2]"),
            (#"{{ call "x" }}"#, #"non-function "x" of type string"#),
            (#"{{ semver "" }}"#, "invalid semantic version"),
            (#"{{ semver "1.2.3-01" }}"#, "version segment starts with 0"),
            (#"{{ semverCompare "abc" "1.2.3" }}"#, #"improper constraint: "abc""#),
            (#"{{ mustToDate "2006-01-02" "2021-13-01" }}"#, #"parsing time "2021-13-01": month out of range"#),
            (#"{{ mustToDate "January" "9" }}"#, #"as "January": cannot parse "9" as "January""#),
            (#"{{ mustRegexMatch "x{1,2}{3}" "" }}"#, "invalid nested repetition operator: `{1,2}{3}`"),
            (#"{{ derivePassword (int 1) "long" "a" "b" "c" }}"#, "expected uint32; got int"),
            (#"{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}"#, #"multiple definition of template "a""#),
        ])
    func errors(template: String, expected: String) {
        #expect(ChartFixtures.failure(template)?.contains(expected) == true)
    }

    @Test(
        "version ranges hold what Masterminds' hold",
        arguments: [
            (">=1.2.3-alpha <2", "1.3.0-beta", true), ("<=*", "1.2.0", false), ("1.0 - 2.0", "1.5.0", true),
            ("!=1.2", "1.2.9", false), ("^0.2", "0.2.9", true), ("~0", "0.9.0", true), ("*", "3.0.0", true),
        ])
    func ranges(range: String, version: String, expected: Bool) throws {
        let text = try ChartFixtures.text(
            "{{ semverCompare .Values.r .Values.v }}", ["r": .string(range), "v": .string(version)])
        #expect(text == "\(expected)")
    }

    @Test("a null default goes where the user's null meets it, and children keep theirs until then")
    func nullDefaults() throws {
        let chart = try ChartFixtures.chart([
            "values.yaml": "a: null\nb: 1\n", "templates/a.yaml": "{{ .Values | toJson }}",
        ])
        #expect(try ChartFixtures.render(chart, ["a": .null, "b": .null]).files.first?.text == "{}")
    }

    @Test(
        "documents are read to their end before their meaning is looked at",
        arguments: [
            ("[a]: 1\nb: [", "did not find expected node content"),
            ("~: 1\n", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 1"),
            ("[a]: 1\n", #"invalid map key: []interface {}{"a"}"#),
        ])
    func documents(text: String, expected: String) throws {
        let shown = try ChartFixtures.text("{{ (fromYaml .Values.y).Error }}", ["y": .string(text)])
        #expect(shown.contains(expected), "\(shown)")
    }

    @Test("a value that contains itself is refused, and takes nothing down")
    func cycles() {
        for function in ["quote", "toString", #"printf "%v""#, "deepCopy | len", "toJson | len", "print"] {
            let template = #"{{ $m := dict }}{{ $_ := set $m "m" $m }}{{ $m | \#(function) }}"#
            let failure = ChartFixtures.failure(template)
            #expect(function.hasPrefix("toJson") || failure != nil, "\(function)")
        }
    }
}
