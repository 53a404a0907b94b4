import KubeCore

/// One webhook of a configuration.
struct Webhook: Sendable {
    /// The configuration that it is in.
    var configuration: String
    /// Its own settings.
    var settings: JSONValue

    /// What tells it from all others.
    var key: String { "\(configuration)/\(name)" }
    var name: String { settings.text("name") }
    var ignoresFailures: Bool { settings.text("failurePolicy") == "Ignore" }
    var isReinvocable: Bool { settings.text("reinvocationPolicy") == "IfNeeded" }

    /// The webhooks of configurations, in the order in which they are called.
    static func all(_ configurations: [KubeObject]) -> [Webhook] {
        configurations.sorted { $0.name.utf8Less(than: $1.name) }.flatMap { configuration in
            configuration.value.list("webhooks").map { Webhook(configuration: configuration.name, settings: $0) }
        }
    }

    /// The service that it is; nil if it is at a URL.
    var service: WebhookCall.Service? {
        settings[path: "clientConfig", "service"].map {
            WebhookCall.Service(
                namespace: $0.text("namespace"), name: $0.text("name"), port: $0["port"]?.intValue ?? 443)
        }
    }

    private var timeoutSeconds: Int64 { settings["timeoutSeconds"]?.integerValue ?? 10 }

    /// Where it is called.
    var url: String {
        let client = settings["clientConfig"] ?? [:]
        var url = client.text("url")
        if let service {
            let path = client[path: "service", "path"]?.stringValue ?? ""
            url = "https://\(service.name).\(service.namespace).svc:\(service.port)\(path.isEmpty ? "/" : path)"
        }
        return url + (url.contains("?") ? "&" : "?") + "timeout=\(timeoutSeconds)s"
    }

    /// The call with this body.
    ///
    /// - Throws: that the certificates to trust cannot be read.
    func call(_ body: [UInt8]) throws(WebhookFailure) -> WebhookCall {
        let bundle = settings[path: "clientConfig", "caBundle"]?.stringValue ?? ""
        guard case .success(let authorities) = Base64.decode(bundle) else {
            throw WebhookFailure("the caBundle is no base64")
        }
        return WebhookCall(
            url: url, service: service, certificateAuthorities: authorities, body: body,
            timeout: .seconds(timeoutSeconds), answerLimit: AdmissionReview.answerLimit)
    }
}

/// A webhook that is to be called, with the request in the version that its rules name.
struct WebhookInvocation: Sendable {
    var webhook: Webhook
    var request: AdmissionRequest
    var original: AdmissionRequest
}

/// Calls webhooks.
struct WebhookDispatcher: Sendable {
    var caller: any WebhookCaller
    /// A new unique identifier.
    var newIdentifier: @Sendable () -> String

    /// What became of a call.
    enum Outcome: Sendable {
        case allowed(patch: JSONPatch?, warnings: [String])
        case refused(Status)
        /// The webhook could not be asked, or has not answered properly.
        case failed(Status)
    }

    /// Calls one webhook.
    func call(_ invocation: WebhookInvocation, mayPatch: Bool) async -> Outcome {
        let webhook = invocation.webhook
        func failure(_ reason: String) -> Outcome {
            .failed(.internalError("failed calling webhook \"\(webhook.name)\": \(reason)"))
        }
        if invocation.request.isDryRun,
            !["None", "NoneOnDryRun"].contains(webhook.settings.text("sideEffects"))
        {
            return .refused(.badRequest("admission webhook \"\(webhook.name)\" does not support dry run"))
        }
        guard let review = AdmissionReview(webhook: webhook.settings, uid: newIdentifier()) else {
            return failure(
                "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, "
                    + "v1beta1)")
        }
        let answer: WebhookAnswer
        do throws(WebhookFailure) {
            let call = try webhook.call(review.body(of: invocation.request, original: invocation.original))
            answer = try await caller.call(call)
        } catch {
            return failure("failed to call webhook: Post \"\(webhook.url)\": \(error.reason)")
        }
        guard (200..<300).contains(answer.status) else {
            return failure("failed to call webhook: \(Self.explanation(answer))")
        }
        do throws(AdmissionReview.Malformed) {
            let verdict = try review.verdict(answer.body, mayPatch: mayPatch)
            guard verdict.isAllowed else {
                return .refused(.denied(by: webhook.name, verdict.status))
            }
            do throws(JSONPatch.Failure) {
                return .allowed(
                    patch: try verdict.patch.map { value throws(JSONPatch.Failure) in
                        try JSONPatch(value)
                    }, warnings: verdict.warnings)
            } catch {
                return failure("received undecodable patch in webhook response: \(error.description)")
            }
        } catch {
            return failure("received invalid webhook response: \(error.reason)")
        }
    }

    /// What a client of the real server makes of an HTTP failure.
    private static func explanation(_ answer: WebhookAnswer) -> String {
        switch answer.status {
        case 401: return "Unauthorized"
        case 403: return "forbidden"
        case 404: return "the server could not find the requested resource"
        case 405: return "the server does not allow this method on the requested resource"
        case 429: return "the server has received too many requests and has asked us to try again later"
        case 503: return "the server is currently unable to handle the request"
        case 504:
            return
                "the server was unable to return a response in the time allotted, but may still be processing the request"
        default:
            let text = String(decoding: answer.body.prefix(2048), as: UTF8.self)
            return "an error on the server (\(JSONValue.string(text).serialized())) has prevented the request from "
                + "succeeding"
        }
    }
}
