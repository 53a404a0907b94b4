import ArgumentParser
import EmbeddedCluster
import HTTPTransport

/// Where a webhook service of the cluster is really served: `NAMESPACE/NAME:PORT=HOST:PORT`.
struct WebhookAddress: ExpressibleByArgument, Hashable {
    var service: WebhookCall.Service
    /// The host with its port.
    var address: String

    init?(argument: String) {
        let sides = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2 else { return nil }
        let path = sides[0].split(separator: "/").map(String.init)
        guard path.count == 2, let colon = path[1].lastIndex(of: ":"),
            let port = Int(path[1][path[1].index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        let name = String(path[1][..<colon])
        guard !name.isEmpty, sides[1].contains(":") else { return nil }
        service = WebhookCall.Service(namespace: path[0], name: name, port: port)
        address = sides[1]
    }
}

/// Calls webhooks over the network.
struct HTTPWebhookCaller: WebhookCaller {
    /// Where the services of the cluster are.
    var addresses: [WebhookCall.Service: String]
    /// What requests go through.
    var exchange: any HTTPExchange

    init(_ addresses: [WebhookAddress], exchange: any HTTPExchange) {
        // Of a service that is named twice, the last address counts, as with other flags.
        self.addresses = Dictionary(addresses.map { ($0.service, $0.address) }) { _, last in last }
        self.exchange = exchange
    }

    func reaches(_ service: WebhookCall.Service) -> Bool { addresses[service] != nil }

    func call(_ call: WebhookCall) async throws(WebhookFailure) -> WebhookAnswer {
        var request = HTTPRequest(
            method: "POST", url: call.url,
            headers: ["Content-Type": "application/json", "Accept": "application/json"], body: call.body,
            timeouts: HTTPTimeouts(connect: call.timeout, whole: call.timeout), maximumBodySize: call.answerLimit,
            proxy: .none)
        if !call.certificateAuthorities.isEmpty {
            request.tls.certificateAuthorities = .data(call.certificateAuthorities)
        }
        if let service = call.service {
            guard let address = addresses[service] else {
                throw WebhookFailure("no endpoints available for service \"\(service.name)\"")
            }
            // The certificate is the service's, wherever it is served.
            request.tls.serverName = "\(service.name).\(service.namespace).svc"
            request.url = Self.moved(call.url, to: address)
        }
        do {
            let response = try await exchange.send(request)
            return WebhookAnswer(status: response.status, body: response.body)
        } catch {
            throw WebhookFailure(Self.reason(error))
        }
    }

    /// A URL with another host and port.
    static func moved(_ url: String, to address: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let path = url[scheme.upperBound...].firstIndex(of: "/") ?? url.endIndex
        return "\(url[..<scheme.upperBound])\(address)\(url[path...])"
    }

    private static func reason(_ error: HTTPTransportError) -> String {
        switch error.kind {
        case .timeout: "context deadline exceeded"
        case .tls: "tls: failed to verify certificate: \(error.reason)"
        default: error.reason
        }
    }
}
