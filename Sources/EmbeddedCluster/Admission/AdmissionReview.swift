import KubeCore

/// The conversation with a webhook: `admission.k8s.io/v1` (or `v1beta1`) AdmissionReview.
struct AdmissionReview {
    /// The versions that the server speaks.
    private static let versions = ["v1", "v1beta1"]
    /// The most bytes that a webhook may answer.
    static let answerLimit = 3 << 20
    /// The most warnings that a webhook may give, and the most bytes of each.
    private static let warningLimits = (count: 32, bytes: 4096)

    private var version: String
    private var uid: String

    /// The conversation in the first version that both sides speak; nil if there is none.
    init?(webhook: JSONValue, uid: String) {
        let offered = webhook["admissionReviewVersions"]?.stringArrayValue ?? []
        guard let version = offered.first(where: { Self.versions.contains($0) }) else { return nil }
        self.version = version
        self.uid = uid
    }

    /// The review to be sent.
    func body(of request: AdmissionRequest, original: AdmissionRequest) -> [UInt8] {
        var members = request.value(original: original)
        members["uid"] = .string(uid)
        members["object"] = request.object?.value ?? .null
        members["oldObject"] = request.oldObject?.value ?? .null
        let review: JSONValue = [
            "kind": "AdmissionReview", "apiVersion": .string("admission.k8s.io/\(version)"),
            "request": .object(members),
        ]
        return review.serializedBytes()
    }

    /// What a webhook has decided.
    struct Verdict {
        var isAllowed: Bool
        var patch: JSONValue?
        var status: JSONValue?
        var warnings: [String]
    }

    /// Why an answer is none.
    struct Malformed: Error {
        var reason: String
    }

    /// Reads an answer.
    func verdict(_ body: [UInt8], mayPatch: Bool) throws(Malformed) -> Verdict {
        guard body.count <= Self.answerLimit, let review = try? JSONValue(parsing: body) else {
            throw Malformed(reason: "the answer is no JSON")
        }
        guard let response = review["response"], !response.isNull else {
            throw Malformed(reason: "webhook response was absent")
        }
        if version == "v1" {
            guard response.text("uid") == uid else {
                throw Malformed(
                    reason:
                        "expected response.uid=\"\(uid)\", got \(JSONValue.string(response.text("uid")).serialized())"
                )
            }
            let (group, kind) = (review.text("apiVersion"), review.text("kind"))
            guard group == "admission.k8s.io/v1", kind == "AdmissionReview" else {
                throw Malformed(
                    reason: "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got "
                        + "\(group), Kind=\(kind)")
            }
            try checkPatch(response, mayPatch: mayPatch)
        }
        let warnings = (response["warnings"]?.stringArrayValue ?? []).prefix(Self.warningLimits.count).map {
            String(decoding: $0.utf8.prefix(Self.warningLimits.bytes), as: UTF8.self)
        }
        return Verdict(
            isAllowed: response["allowed"]?.boolValue ?? false,
            patch: mayPatch ? try Self.patch(response.text("patch")) : nil, status: response["status"],
            warnings: Array(warnings))
    }

    private func checkPatch(_ response: JSONValue, mayPatch: Bool) throws(Malformed) {
        let (hasPatch, type) = (!response.text("patch").isEmpty, response["patchType"]?.stringValue)
        guard mayPatch else {
            if hasPatch { throw Malformed(reason: "validating webhook may not return response.patch") }
            if type != nil { throw Malformed(reason: "validating webhook may not return response.patchType") }
            return
        }
        switch (hasPatch, type) {
        case (true, nil): throw Malformed(reason: "webhook returned response.patch but not response.patchType")
        case (false, _?): throw Malformed(reason: "webhook returned response.patchType but not response.patch")
        case (true, let type?) where type.isEmpty:
            throw Malformed(reason: "webhook returned invalid response.patchType of \"\"")
        case (true, let type?) where type != "JSONPatch":
            throw Malformed(reason: "unsupported patch type \"\(type)\"")
        default: return
        }
    }

    private static func patch(_ text: String) throws(Malformed) -> JSONValue? {
        guard !text.isEmpty else { return nil }
        guard case .success(let bytes) = Base64.decode(text), let value = try? JSONValue(parsing: bytes) else {
            throw Malformed(reason: "received undecodable patch in webhook response")
        }
        return value
    }
}

extension Status {
    /// A webhook has refused a request: its own status, made sure to be a failure.
    static func denied(by webhook: String, _ status: JSONValue?) -> Status {
        let prefix = "admission webhook \"\(webhook)\" denied the request"
        let (message, reason) = (status?.text("message") ?? "", status?.text("reason") ?? "")
        let explanation = !message.isEmpty ? ": \(message)" : !reason.isEmpty ? ": \(reason)" : " without explanation"
        var result = Status(
            code: max(Int(status?.number("code") ?? 0), 400), reason: Reason(rawValue: reason),
            message: prefix + explanation)
        guard let details = status?["details"] else { return result }
        func text(_ value: JSONValue, _ member: String) -> String? { value[member]?.stringValue }
        result.details = Details(
            name: text(details, "name"), group: text(details, "group"), kind: text(details, "kind"),
            uid: text(details, "uid"),
            causes: details.list("causes").map {
                Cause(reason: $0.text("reason"), message: $0.text("message"), field: $0.text("field"))
            }, retryAfterSeconds: details["retryAfterSeconds"]?.intValue)
        return result
    }

    /// The server failed, through no fault of the request.
    static func internalError(_ cause: String) -> Status {
        Status(
            code: 500, reason: .internalError, message: "Internal error occurred: \(cause)",
            details: Details(causes: [Cause(reason: "", message: cause)]))
    }
}
