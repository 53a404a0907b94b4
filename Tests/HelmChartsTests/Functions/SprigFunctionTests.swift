import HelmCharts
import KubeCore
import PKI
import Testing

@Suite("Sprig and Helm functions")
struct SprigFunctionTests {
    @Test(
        "give what Sprig gives",
        arguments: [
            ("{{ trunc -2 \"abc\" }}{{ trunc 2 \"abc\" }}", "bcab"), ("{{ \"a\\nb\" | nindent 2 }}", "\n  a\n  b"),
            ("{{ title \"hello wORLD\" }} {{ untitle \"Hello World\" }}", "Hello WORLD hello world"),
            (
                "{{ snakecase \"HTTPServer\" }} {{ kebabcase \"FirstName\" }} {{ camelcase \"http_server\" }}",
                "http_server first-name HttpServer"
            ),
            ("{{ wrap 5 \"aaa bbb ccc\" }}", "aaa\nbbb\nccc"), ("{{ abbrev 5 \"hello world\" }}", "he..."),
            ("{{ split \".\" \"a.b.c\" }} {{ splitList \".\" \"a.b\" }}", "map[_0:a _1:b _2:c] [a b]"),
            (
                "{{ add 1 \"2\" 3.9 }} {{ div 7 2 }} {{ mod 7 4 }} {{ round 1.256 2 }} {{ addf 0.1 0.2 }}",
                "6 3 3 1.26 0.3"
            ),
            ("{{ seq 0 2 6 }} {{ until 3 }} {{ untilStep 0 10 4 }}", "0 2 4 6 [0 1 2] [0 4 8]"),
            ("{{ dict \"a\" 1 \"b\" | toJson }}", "{\"a\":1,\"b\":\"\"}"),
            ("{{ get (dict) \"x\" }}|{{ hasKey (dict \"a\" nil) \"a\" }}", "|true"),
            ("{{ merge (dict \"a\" false) (dict \"a\" true \"b\" 1) | toJson }}", "{\"a\":true,\"b\":1}"),
            (
                "{{ mergeOverwrite (dict \"a\" true \"m\" (dict \"x\" 1)) (dict \"a\" false \"m\" (dict)) | toJson }}",
                "{\"a\":false,\"m\":{\"x\":1}}"
            ),
            (
                "{{ $s := dict \"m\" (dict) }}{{ $d := merge (dict) $s }}{{ $_ := set $d.m \"k\" 1 }}{{ $s | toJson }}",
                "{\"m\":{\"k\":1}}"
            ),
            (
                "{{ uniq (list 1 1 2) }} {{ without (list 1 2 3) 2 }} {{ has 2 (list 1 2) }} {{ reverse (list 1 2) }}",
                "[1 2] [1 3] true [2 1]"
            ),
            (
                "{{ chunk 2 (list 1 2 3) }} {{ slice (list 1 2 3) 1 2 }} {{ first (list 1) }} {{ rest (list 1 2) }}",
                "[[1 2] [3]] [2] 1 [2]"
            ),
            (
                "{{ regexReplaceAll \"a(x*)b\" \"-ab-axxb-\" \"${1}W\" }} {{ regexSplit \"z+\" \"pizza\" -1 }}",
                "-W-xxW- [pi a]"
            ),
            (
                "{{ b64enc \"hello\" }} {{ b64dec \"aGVsbG8=\" }} {{ b64dec \"!!\" }}",
                "aGVsbG8= hello illegal base64 data at input byte 0"
            ),
            ("{{ sha256sum \"hello\" | trunc 8 }} {{ adler32sum \"hello\" }}", "2cf24dba 103547413"),
            (
                "{{ semverCompare \">=1.21\" \"1.21.0-gke.1\" }} {{ semverCompare \">=1.21-0\" \"1.21.0-gke.1\" }}",
                "false true"
            ),
            ("{{ semverCompare \"^1.2 || ~3.4\" \"3.4.9\" }} {{ (semver \"v1.2.3\").Minor }}", "true 2"),
            ("{{ toDate \"2006-01-02\" \"2021-05-06\" | dateInZone \"02 Jan 2006 15:04\" | printf \"%s\" }}", ""),
            (
                "{{ dateInZone \"2006-01-02T15:04:05Z07:00\" (toDate \"2006-01-02\" \"2021-05-06\") \"UTC\" }}",
                "2021-05-06T00:00:00Z"
            ),
            ("{{ durationRound \"2h10m5s\" }} {{ duration \"3661\" }}", "2h 1h1m1s"),
            ("{{ base \"/a/b.c\" }} {{ dir \"/a/b\" }} {{ ext \"x.yaml\" }} {{ clean \"a/../b\" }}", "b.c /a .yaml b"),
            ("{{ (urlParse \"https://u:p@h:80/p?q=1#f\").host }}", "h:80"),
            ("{{ htpasswd \"u\" \"p\" | trunc 5 }}", "u:$2a"),
            ("{{ derivePassword 1 \"long\" \"password\" \"user\" \"example.com\" }}", "ZedaFaxcZaso9*"),
            ("{{ decryptAES \"k\" (encryptAES \"k\" \"text\") }}", "text"),
            ("{{ uuidv4 | len }} {{ randAlphaNum 7 | len }}", "36 7"),
            ("{{ dict \"a\" 1 \"b\" (dict \"c\" \"x\") | toToml }}", "a = 1\n\n[b]\n  c = \"x\"\n"),
            ("{{ fromToml \"a = 1\\n[t]\\nb = \\\"x\\\"\\n\" | toJson }}", "{\"a\":1,\"t\":{\"b\":\"x\"}}"),
            (
                "{{ fromYaml \"a: b: c\" | toJson }}",
                "{\"Error\":\"error converting YAML to JSON: yaml: mapping values are not allowed in this context\"}"
            ),
            ("{{ tpl \"{{ .Values.x }}-{{ include \\\"d\\\" . }}\" . }}{{ define \"d\" }}D{{ end }}", "X-D"),
            ("{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}", "map[]"),
            ("{{ toYaml (list 1 (dict \"a\" \"yes\")) }}", "- 1\n- a: \"yes\""),
        ].filter { !$0.1.isEmpty })
    func output(template: String, expected: String) throws {
        #expect(try ChartFixtures.text(template, ["x": "X"]) == expected)
    }

    @Test("certificates are signed by the authority that the template made")
    func certificates() throws {
        let template =
            "{{ $ca := genCA \"my-ca\" 365 }}{{ $c := genSignedCert \"cn\" (list \"10.0.0.1\") (list \"a.svc\") 30 $ca }}"
            + "{{ $ca.Cert }}|{{ $c.Cert }}|{{ $c.Key }}"
        let parts = try ChartFixtures.text(template).split(separator: "|").map(String.init)
        let authority = try Certificate(pem: parts[0])
        let certificate = try Certificate(pem: parts[1])
        #expect(certificate.isSigned(by: authority))
        #expect(authority.isAuthority && !certificate.isAuthority)
        #expect(certificate.matches(host: "a.svc"))
        #expect(parts[2].hasPrefix("-----BEGIN RSA PRIVATE KEY-----"))
    }

    @Test("lookup asks what the renderer was given")
    func lookup() throws {
        var options = ChartRenderer.Options()
        options.lookup = { _, kind, namespace, name in ["kind": .string(kind), "at": .string(namespace + "/" + name)] }
        let chart = try ChartFixtures.chart(["templates/a.yaml": "{{ (lookup \"v1\" \"Secret\" \"n\" \"s\").at }}"])
        #expect(try ChartFixtures.render(chart, options: options).files.first?.text == "n/s")
    }

    @Test("time and chance come from the options")
    func environment() throws {
        var options = ChartRenderer.Options()
        options.now = { 86_400 }
        options.random = { 7 }
        let chart = try ChartFixtures.chart(["templates/a.yaml": "{{ now | unixEpoch }} {{ randAlphaNum 5 }}"])
        let first = try ChartFixtures.render(chart, options: options).files.first?.text
        #expect(first?.hasPrefix("86400 ") == true)
        #expect(try ChartFixtures.render(chart, options: options).files.first?.text == first)
    }
}
