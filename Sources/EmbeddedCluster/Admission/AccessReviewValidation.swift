import KubeCore

/// What is wrong with a question about access (`authorization.k8s.io/v1`).
enum AccessReviewValidation {
    /// What invalid reviews are called; the real server names no kind.
    static let kind = GroupKind(group: "authorization.k8s.io", kind: "")

    static func errors(_ review: KubeObject) -> [FieldError] {
        let spec = review.specification
        let (resource, other) = (spec["resourceAttributes"], spec["nonResourceAttributes"])
        var errors: [FieldError] = []
        func printed(_ value: JSONValue, _ key: String) -> JSONValue { .string(value.text(key)) }
        if resource != nil, let other {
            errors.append(
                .invalid(
                    "spec.nonResourceAttributes", ["Path": printed(other, "path"), "Verb": printed(other, "verb")],
                    "cannot be specified in combination with resourceAttributes"))
        }
        if resource == nil, other == nil {
            errors.append(
                .invalid(
                    "spec.resourceAttributes", nil,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
        }
        errors += selectorErrors(resource)
        if review.kind != "SelfSubjectAccessReview", spec.text("user").isEmpty, spec.lacks("groups") {
            errors.append(.invalid("spec.user", "", "at least one of user or group must be specified"))
        }
        return errors + metadataErrors(review) + (review.kind == "LocalSubjectAccessReview" ? localErrors(review) : [])
    }

    private static func selectorErrors(_ resource: JSONValue?) -> [FieldError] {
        ["fieldSelector", "labelSelector"].flatMap { member -> [FieldError] in
            guard let selector = resource?[member] else { return [] }
            let path = "spec.resourceAttributes.\(member)"
            let raw = selector.text("rawSelector")
            switch (raw.isEmpty, selector.lacks("requirements")) {
            case (false, false):
                return [
                    .invalid("\(path).rawSelector", .string(raw), "may not specified at the same time as requirements")
                ]
            case (true, true):
                return [
                    .required(
                        "\(path).requirements", "when \(path) is specified, requirements or rawSelector is required")
                ]
            default: return []
            }
        }
    }

    private static func metadataErrors(_ review: KubeObject) -> [FieldError] {
        let isLocal = review.kind == "LocalSubjectAccessReview"
        var rest = review.metadata
        rest["managedFields"] = nil
        if isLocal { rest["namespace"] = nil }
        guard rest.contains(where: { !$0.value.isNull && $0.value != "" && $0.value != [:] && $0.value != [] }) else {
            return []
        }
        return [
            .invalid(
                "metadata", .object(review.metadata), isLocal ? "must be empty except for namespace" : "must be empty")
        ]
    }

    private static func localErrors(_ review: KubeObject) -> [FieldError] {
        var errors: [FieldError] = []
        if let resource = review[path: "spec", "resourceAttributes"],
            resource.text("namespace") != review.namespace ?? ""
        {
            errors.append(
                .invalid(
                    "spec.resourceAttributes.namespace", .string(resource.text("namespace")),
                    "must match metadata.namespace"))
        }
        if let other = review[path: "spec", "nonResourceAttributes"] {
            errors.append(
                .invalid(
                    "spec.nonResourceAttributes",
                    ["Path": .string(other.text("path")), "Verb": .string(other.text("verb"))],
                    "disallowed on this kind of request"))
        }
        return errors
    }
}
