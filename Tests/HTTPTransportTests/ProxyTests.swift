import Testing

@testable import HTTPTransport

@Suite("The way out", .timeLimit(.minutes(1)))
struct ProxyTests {
    struct Choice: Sendable {
        var url: String
        var proxy: String?
        var environment: [String: String]

        init(_ url: String, _ proxy: String?, _ environment: [String: String]) {
            (self.url, self.proxy, self.environment) = (url, proxy, environment)
        }
    }

    static let choices = [
        Choice("https://example.com", "http://s:1", ["HTTPS_PROXY": "http://s:1", "HTTP_PROXY": "http://p:1"]),
        Choice("http://example.com", "http://p:1", ["HTTPS_PROXY": "http://s:1", "HTTP_PROXY": "http://p:1"]),
        Choice("https://example.com", nil, ["HTTP_PROXY": "http://p:1"]),
        Choice("https://example.com", "http://small:1", ["https_proxy": "http://small:1"]),
        Choice(
            "https://example.com", "http://big:1", ["https_proxy": "http://small:1", "HTTPS_PROXY": "http://big:1"]),
        Choice("https://example.com", "socks5://a:1", ["ALL_PROXY": "socks5://a:1"]),
        Choice("https://example.com", nil, ["HTTPS_PROXY": ""]),
        // In a CGI program anybody may have set it.
        Choice("http://example.com", nil, ["HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"]),
        Choice("https://localhost:6443", nil, ["HTTPS_PROXY": "http://s:1"]),
        Choice("https://127.1.2.3:6443", nil, ["HTTPS_PROXY": "http://s:1"]),
        Choice("https://[::1]:6443", nil, ["HTTPS_PROXY": "http://s:1"]),
        Choice("https://10.96.0.1", nil, ["HTTPS_PROXY": "http://s:1", "NO_PROXY": "a, 10.96.0.0/12"]),
        Choice("https://10.128.0.1", "http://s:1", ["HTTPS_PROXY": "http://s:1", "no_proxy": "10.96.0.0/12"]),
    ]

    @Test("The environment decides as it does for every other Kubernetes client", arguments: choices)
    func environment(choice: Choice) throws {
        let target = try #require(URLAuthority(choice.url))
        #expect(ProxySetting.environment.proxy(for: target) { choice.environment[$0] } == choice.proxy)
    }

    @Test("A setting goes before the environment")
    func setting() throws {
        let target = try #require(URLAuthority("https://127.0.0.1"))
        #expect(ProxySetting.none.proxy(for: target) { _ in "http://p" } == nil)
        #expect(ProxySetting.url("socks5://q").proxy(for: target) { _ in "*" } == "socks5://q")
    }

    @Test(
        "NO_PROXY exempts",
        arguments: [
            ("example.com", "https://example.com"), ("example.com", "https://a.b.EXAMPLE.com:8443"),
            (".example.com", "https://a.example.com"), ("*.example.com", "https://a.example.com"),
            ("example.com:8443", "https://example.com:8443"), ("*", "https://anything"),
            ("10.0.0.1", "https://10.0.0.1"), ("10.0.0.1:443", "https://10.0.0.1"), ("10.0.0.0/8", "https://10.9.8.7"),
            ("10.1.0.0/15", "https://10.1.255.1"), ("0.0.0.0/0", "https://1.2.3.4"), ("fd00::/8", "https://[fd12::1]"),
            ("::ffff", "https://[::ffff]"), ("[fd00::1]:6443", "https://[fd00::1]:6443"),
            (" a.example , b.example ", "https://b.example"), ("svc,.cluster.local", "https://kubernetes.default.svc"),
        ])
    func exempt(list: String, url: String) throws {
        #expect(ProxyExceptions(list).contains(try #require(URLAuthority(url))))
    }

    @Test(
        "NO_PROXY does not exempt",
        arguments: [
            ("", "https://example.com"), ("example.com", "https://badexample.com"),
            (".example.com", "https://example.com"), ("*.example.com", "https://example.com"),
            ("example.com:8443", "https://example.com"), ("10.0.0.1:80", "https://10.0.0.1"),
            ("10.1.0.0/16", "https://10.2.0.1"), ("10.0.0.0/33", "https://10.0.0.1"),
            ("10.0.0.0/8", "https://ten.example"),
            ("fd00::/8", "https://[fe80::1]"), ("0.0.0.0/0", "https://[fd00::1]"),
        ])
    func notExempt(list: String, url: String) throws {
        #expect(!ProxyExceptions(list).contains(try #require(URLAuthority(url))))
    }

    private func failure(_ url: String, through proxy: String) async -> HTTPTransportError? {
        do throws(HTTPTransportError) {
            _ = try await LibcurlTransport().send(HTTPRequest(url: url, proxy: .url(proxy)))
            return nil
        } catch {
            return error
        }
    }

    @Test("A proxy that fails is told apart from a server that fails, without its password")
    func failures() async throws {
        var server: SocketServer? = SocketServer { _ in }
        let port = server?.port ?? 0
        server = nil
        let refusing = SocketServer { connection in
            _ = connection.readRequest()
            connection.respond("407 Proxy Authentication Required")
        }
        for (proxy, words) in [
            ("http://user:secret@127.0.0.1:\(port)", "http://127.0.0.1:\(port)"),
            ("http://user:secret@no-such-proxy.invalid:3128", "no-such-proxy.invalid"),
            ("http://user:secret@127.0.0.1:\(refusing.port)", "407"),
        ] {
            let error = try #require(await failure("https://api.example/", through: proxy))
            #expect(error.kind == .proxy)
            #expect(error.isBeforeRequest)
            #expect(error.description.contains(words), "\(error)")
            #expect(!error.description.contains("secret"))
        }
    }
}
