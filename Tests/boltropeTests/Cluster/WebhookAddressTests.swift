import EmbeddedCluster
import HTTPTransport
import Testing

@testable import boltrope

@Suite("Webhook addresses")
struct WebhookAddressTests {
    @Test("An address names a service with its port, and where it is served")
    func parsing() throws {
        let address = try #require(WebhookAddress(argument: "mesh/hook:443=127.0.0.1:9443"))
        #expect(address.service == WebhookCall.Service(namespace: "mesh", name: "hook", port: 443))
        #expect(address.address == "127.0.0.1:9443")
        for malformed in [
            "mesh/hook=127.0.0.1:1", "hook:443=127.0.0.1:1", "mesh/hook:443", "mesh/hook:0=a:1", "a/b:1=c",
        ] {
            #expect(WebhookAddress(argument: malformed) == nil, "\(malformed)")
        }
    }

    @Test("A call of a service goes to its address and verifies the service's name")
    func mapping() async throws {
        let exchange = RecordingExchange()
        let caller = HTTPWebhookCaller(
            [try #require(WebhookAddress(argument: "mesh/hook:443=127.0.0.1:9443"))], exchange: exchange)
        let service = WebhookCall.Service(namespace: "mesh", name: "hook", port: 443)
        #expect(caller.reaches(service))
        #expect(!caller.reaches(WebhookCall.Service(namespace: "mesh", name: "hook", port: 444)))
        let answer = try await caller.call(
            WebhookCall(
                url: "https://hook.mesh.svc:443/inject?timeout=10s", service: service,
                certificateAuthorities: Array("PEM".utf8), body: [1], timeout: .seconds(10), answerLimit: 5))
        #expect(answer == WebhookAnswer(status: 200, body: [2]))
        let sent = try #require(exchange.sent.first)
        #expect(sent.url == "https://127.0.0.1:9443/inject?timeout=10s")
        #expect(sent.tls.serverName == "hook.mesh.svc")
        #expect(sent.tls.certificateAuthorities == .data(Array("PEM".utf8)))
        #expect(sent.timeouts.whole == .seconds(10))
        #expect(sent.maximumBodySize == 5)
    }

    @Test("A kubeconfig for a user is asked for by the user's name and a file")
    func users() throws {
        let account = try #require(UserKubeconfig(argument: "system:serviceaccount:ns:name=/tmp/file"))
        #expect(account.user == "system:serviceaccount:ns:name")
        #expect(account.file == "/tmp/file")
        #expect(UserKubeconfig(argument: "jane") == nil)
        #expect(UserKubeconfig(argument: "jane=") == nil)
    }
}
