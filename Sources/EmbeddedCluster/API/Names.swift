/// The rules for names, in the words of apimachinery's validation.
package enum Names {
    /// What is wrong with a name.
    package static func errors(_ name: String, _ rule: NameRule, isPrefix: Bool) -> [String] {
        var name = name
        // A prefix is valid if something valid can follow it.
        if isPrefix, name.hasSuffix("-"), name.utf8.count > 1 { name = String(name.dropLast()) + "a" }
        switch rule {
        case .subdomain: return subdomainErrors(name)
        case .label: return labelErrors(name)
        case .serviceLabel: return serviceLabelErrors(name)
        case .pathSegment:
            if name == "." || name == ".." { return ["may not be '\(name)'"] }
            return ["/", "%"].filter { name.contains($0) }.map { "may not contain '\($0)'" }
        }
    }

    /// What is wrong with an RFC 1123 subdomain.
    package static func subdomainErrors(_ name: String) -> [String] {
        var errors: [String] = []
        if name.utf8.count > 253 { errors.append("must be no more than 253 characters") }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        if !labels.allSatisfy({ isLabel($0.utf8) }) {
            errors.append(
                """
                a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
                must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
                """)
        }
        return errors
    }

    /// What is wrong with an RFC 1123 label.
    package static func labelErrors(_ name: String) -> [String] {
        var errors: [String] = []
        if name.utf8.count > 63 { errors.append("must be no more than 63 characters") }
        if !isLabel(name[...].utf8) {
            if subdomainErrors(name).isEmpty {
                errors.append("must not contain dots")
            } else {
                errors.append(
                    """
                    a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for \
                    validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
                    """)
            }
        }
        return errors
    }

    /// What is wrong with the name of a service: an RFC 1123 label, of late.
    package static func serviceLabelErrors(_ name: String) -> [String] { labelErrors(name) }

    /// What is wrong with a label key or finalizer: a name, with a domain before it or not.
    package static func qualifiedNameErrors(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        var errors: [String] = []
        let name: Substring
        switch parts.count {
        case 1: name = parts[0]
        case 2:
            name = parts[1]
            if parts[0].isEmpty {
                errors.append("prefix part must be non-empty")
            } else {
                errors += subdomainErrors(String(parts[0])).map { "prefix part \($0)" }
            }
        default:
            return [
                """
                a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end \
                with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
                validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and \
                '/' (e.g. 'example.com/MyName')
                """
            ]
        }
        if name.isEmpty {
            errors.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            errors.append("name part must be no more than 63 bytes")
        }
        if !isQualifiedPart(name.utf8) {
            errors.append(
                """
                name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
                """)
        }
        return errors
    }

    /// What is wrong with the value of a label.
    package static func labelValueErrors(_ value: String) -> [String] {
        var errors: [String] = []
        if value.utf8.count > 63 { errors.append("must be no more than 63 bytes") }
        if !value.isEmpty, !isQualifiedPart(value[...].utf8) {
            errors.append(
                """
                a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
                must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', \
                regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
                """)
        }
        return errors
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isLabel(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isLowerAlphanumeric(first), isLowerAlphanumeric(last)
        else { return false }
        return bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == 0x2D }
    }

    private static func isQualifiedPart(_ bytes: Substring.UTF8View) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
    }

}
