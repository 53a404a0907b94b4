import Testing

@testable import HelmCharts

@Suite("What registries are told and tell")
struct RegistryVocabularyTests {
    @Test(
        "references are taken apart",
        arguments: [
            ("oci://r.io/a/b", "r.io", "a/b", nil, nil), ("oci://R.io:5000/a", "r.io:5000", "a", nil, nil),
            ("oci://r.io/a/b:1.0.0+x", "r.io", "a/b", "1.0.0+x", nil),
            ("oci://[::1]:5000/a", "[::1]:5000", "a", nil, nil),
            (
                "oci://r.io/a:1@sha256:\(String(repeating: "ab", count: 32))", "r.io", "a", "1",
                "sha256:\(String(repeating: "ab", count: 32))"
            ),
        ] as [(String, String, String, String?, String?)])
    func reference(_ text: String, registry: String, repository: String, tag: String?, digest: String?) throws {
        let reference = try RegistryReference(text)
        #expect(reference.registry == registry)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
        #expect(reference.digest == digest)
    }

    @Test(
        "what is no reference is refused, without the password in it",
        arguments: [
            "oci://", "oci://r.io", "oci://r.io/", "oci://r.io/A", "oci://r.io/a//b", "oci://r.io/a:b c", "r.io/a",
            "oci://r.io/a@sha256:12", "oci://me:secret@r.io/a", "oci://r.io/../a",
        ])
    func badReference(_ text: String) {
        #expect {
            try RegistryReference(text)
        } throws: { error in
            (error as? RepositoryError)?.kind == .invalidReference && !"\(error)".contains("secret")
        }
    }

    @Test("build metadata stands behind an underscore in tags")
    func tags() {
        #expect(RegistryReference.tag(forVersion: "1.0.0+a.1") == "1.0.0_a.1")
        #expect(RegistryReference.version(forTag: "1.0.0_a.1") == "1.0.0+a.1")
    }

    @Test("challenges are read with quotes, commas and several of them")
    func challenges() {
        let found = RegistryChallenge.challenges(in: [
            #"Basic realm="a, \"b\"", Bearer realm="https://t.io/token?x=1",service=s, scope="repository:a:pull,push""#,
            "Negotiate", "",
        ])
        #expect(found.map(\.scheme) == ["basic", "bearer", "negotiate"])
        #expect(found[0].parameters == ["realm": #"a, "b""#])
        #expect(
            found[1].parameters == [
                "realm": "https://t.io/token?x=1", "service": "s", "scope": "repository:a:pull,push",
            ])
    }

    @Test(
        "of several credentials the most specific counts, as the kubelet has it",
        arguments: [
            ("r.io", "a/b/c", "path"), ("r.io", "a/bc", "host"), ("r.io", "z", "host"), ("r.io:5000", "z", "port"),
            ("x.r.io", "z", "star"), ("y.x.r.io", "z", nil), ("registry-1.docker.io", "z", "hub"),
            ("other.io", "z", nil),
            ("r.io:5001", "z", nil),
        ] as [(String, String, String?)])
    func credentials(registry: String, repository: String, user: String?) throws {
        let credentials = try RegistryCredentials(
            dockerConfiguration: Array(
                #"""
                {"auths": {
                  "r.io": {"username": "host", "password": "p"}, "r.io/a/b": {"username": "path", "password": "p"},
                  "r.io:5000": {"auth": "cG9ydDpwOnE="}, "*.r.io": {"username": "star", "password": "p"},
                  "https://index.docker.io/v1/": {"username": "hub", "password": "p"}, "empty.io": {}}}
                """#.utf8))
        var found: String?
        if case .basic(let username, _) = credentials.entry(registry: registry, repository: repository) {
            found = username
        }
        #expect(found == user)
    }

    @Test("a password may hold colons, and tokens are told from passwords; none of it prints")
    func secrets() throws {
        let credentials = try RegistryCredentials(
            dockerConfiguration: Array(
                #"{"auths": {"a": {"auth": "dTpwOnE="}, "b": {"identitytoken": "i"}, "c": {"registrytoken": "r"}}}"#
                    .utf8))
        #expect(credentials.entry(registry: "a", repository: "x") == .basic(username: "u", password: "p:q"))
        #expect(credentials.entry(registry: "b", repository: "x") == .identityToken("i"))
        #expect(credentials.entry(registry: "c", repository: "x") == .registryToken("r"))
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!dumped.contains("p:q") && !"\(credentials)".contains("p:q"))
        #expect(throws: RepositoryError.self) { try RegistryCredentials(dockerConfiguration: Array("pa55".utf8)) }
    }

    @Test(
        "URLs of an index are those of the repository's folder",
        arguments: [
            ("https://h/charts", "a.tgz", "https://h/charts/a.tgz"),
            ("https://h/charts/", "a/b.tgz", "https://h/charts/a/b.tgz"),
            ("https://h/charts", "/a.tgz", "https://h/a.tgz"),
            ("https://h/charts", "https://o/a.tgz", "https://o/a.tgz"),
            ("https://h/c?sig=1", "a.tgz", "https://h/c/a.tgz?sig=1"),
            ("https://h/c?sig=1", "https://o/a.tgz", "https://o/a.tgz"),
            ("https://u:p@h/c", "a.tgz", "https://h/c/a.tgz"), ("https://h/c", "../a.tgz", "https://h/a.tgz"),
            ("https://h/c", "ftp://o/a.tgz", nil), ("https://h/c", "file:///etc/passwd", nil),
        ] as [(String, String, String?)])
    func urls(base: String, reference: String, expected: String?) throws {
        #expect(try #require(RepositoryURL(base)).file(reference)?.text == expected)
    }
}
