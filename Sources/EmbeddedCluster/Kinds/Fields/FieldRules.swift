import KubeCore

/// Rules for values that many kinds share, in the words of the API server's validation.
enum FieldRules {
    /// A number must not be negative.
    static func nonNegative(_ value: JSONValue?, _ field: String) -> [FieldError] {
        guard let number = value?.integerValue, number < 0 else { return [] }
        return [.invalid(field, value, "must be greater than or equal to 0")]
    }

    /// Members of an object must not be negative.
    static func nonNegative(_ object: JSONValue, _ members: [String], _ path: String) -> [FieldError] {
        members.flatMap { nonNegative(object[$0], "\(path).\($0)") }
    }

    /// A port number.
    static func port(_ value: JSONValue?, _ field: String) -> [FieldError] {
        let number = value?.integerValue ?? 0
        guard !(1...65535).contains(number) else { return [] }
        return [.invalid(field, .integer(number), "must be between 1 and 65535, inclusive")]
    }

    /// A port by number or name.
    static func portOrName(_ value: JSONValue?, _ field: String) -> [FieldError] {
        guard let name = value?.stringValue else { return port(value, field) }
        return portNameProblems(name).map { .invalid(field, .string(name), $0) }
    }

    /// What is wrong with the name of a port (RFC 6335, section 5.1).
    static func portNameProblems(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > 15 { problems.append("must be no more than 15 characters") }
        let isPlain = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        if !isPlain || name.isEmpty {
            problems.append("must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !name.utf8.contains(where: { (0x61...0x7A).contains($0) }) {
            problems.append("must contain at least one letter (a-z)")
        }
        if name.contains("--") { problems.append("must not contain consecutive hyphens") }
        if name.hasPrefix("-") || name.hasSuffix("-") {
            problems.append("must not begin or end with a hyphen")
        }
        return problems
    }

    /// A choice, which must be made if `required`.
    static func oneOf(
        _ value: JSONValue?, _ supported: [String], _ field: String, required: Bool = false, _ detail: String = ""
    ) -> [FieldError] {
        let text = value?.stringValue ?? ""
        if text.isEmpty { return required ? [.required(field, detail)] : [] }
        return supported.contains(text) ? [] : [.notSupported(field, value, supported)]
    }

    /// What is wrong with a percentage.
    static let percentProblem = """
        a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used \
        for validation is '[0-9]+%')
        """

    /// A count or a percentage that must not be negative.
    static func countOrPercent(_ value: JSONValue?, _ field: String) -> [FieldError] {
        guard let value else { return [] }
        guard let text = value.stringValue else { return nonNegative(value, field) }
        return percent(text) == nil ? [.invalid(field, value, percentProblem)] : []
    }

    /// A percentage must not be above a hundred.
    static func notAboveHundredPercent(_ value: JSONValue?, _ field: String) -> [FieldError] {
        guard let number = value?.stringValue.flatMap(percent), number > 100 else { return [] }
        return [.invalid(field, value, "must not be greater than 100%")]
    }

    /// The number before a percent sign.
    static func percent(_ text: String) -> Int? {
        guard text.hasSuffix("%"), text.utf8.count > 1, text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text.dropLast())
    }

    /// The number of a count or percentage, percentages by their number.
    static func amount(_ value: JSONValue?) -> Int {
        value?.intValue ?? value?.stringValue.flatMap(percent) ?? 0
    }

    /// A name must have been given and be valid.
    static func name(_ value: JSONValue?, _ field: String, _ problems: (String) -> [String]) -> [FieldError] {
        let text = value?.stringValue ?? ""
        guard !text.isEmpty else { return [.required(field)] }
        return problems(text).map { .invalid(field, .string(text), $0) }
    }

    /// A value must not change.
    static func immutable(_ new: JSONValue?, _ old: JSONValue?, _ field: String) -> [FieldError] {
        new == old ? [] : [.invalid(field, new, "field is immutable")]
    }

    /// A label selector in its structured form.
    static func selector(_ selector: JSONValue?, _ path: String) -> [FieldError] {
        guard let selector else { return [] }
        var errors = ObjectMetadata.labels(selector["matchLabels"]?.stringMapValue ?? [:], "\(path).matchLabels")
        for (index, expression) in selector.list("matchExpressions").enumerated() {
            let field = "\(path).matchExpressions[\(index)]"
            let values = expression.list("values")
            switch expression.text("operator") {
            case "In", "NotIn":
                if values.isEmpty {
                    errors.append(.required("\(field).values", "must be specified when `operator` is 'In' or 'NotIn'"))
                }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    errors.append(
                        .forbidden(
                            "\(field).values",
                            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
                }
            default:
                errors.append(
                    .invalid(
                        "\(field).operator", .string(expression.text("operator")), "not a valid selector operator"))
            }
            errors += Names.qualifiedNameErrors(expression.text("key")).map {
                .invalid("\(field).key", .string(expression.text("key")), $0)
            }
            for (position, value) in values.enumerated() {
                errors += Names.labelValueErrors(value.stringValue ?? "").map {
                    .invalid("\(field).values[\(position)]", value, $0)
                }
            }
        }
        return errors
    }

    /// Whether a selector selects everything.
    static func isEmpty(_ selector: JSONValue) -> Bool {
        selector.lacks("matchLabels") && selector.lacks("matchExpressions")
    }

    /// An IP address.
    static func address(_ value: JSONValue?, _ field: String) -> [FieldError] {
        let text = value?.stringValue ?? ""
        guard IPAddress(text) == nil else { return [] }
        return [
            .invalid(field, .string(text), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
        ]
    }

    /// An address of an endpoint, which must be one that other hosts can reach.
    static func endpointAddress(_ value: JSONValue?, _ field: String) -> [FieldError] {
        let text = value?.stringValue ?? ""
        guard let address = IPAddress(text) else { return FieldRules.address(value, field) }
        var problems: [String] = []
        if address.isUnspecified { problems.append("may not be unspecified (\(text))") }
        if address.isLoopback { problems.append("may not be in the loopback range (127.0.0.0/8, ::1/128)") }
        if address.isLinkLocalUnicast {
            problems.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
        }
        if address.isLinkLocalMulticast {
            problems.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
        }
        return problems.map { .invalid(field, .string(text), $0) }
    }

    /// A key of a config map or secret.
    static func configKey(_ key: String, _ field: String) -> [FieldError] {
        var problems: [String] = []
        if key.utf8.count > 253 { problems.append("must be no more than 253 characters") }
        let isPlain = key.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                || $0 == 0x5F || $0 == 0x2E
        }
        if !isPlain || key.isEmpty {
            problems.append(
                """
                a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or \
                'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
                """)
        }
        if key == "." || key == ".." {
            problems.append("must not be '\(key)'")
        } else if key.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems.map { .invalid(field, .string(key), $0) }
    }
}
