import KubeCore

/// A request to the API server as a value: the same whether it came over HTTP or was made in process.
public struct APIRequest: Sendable {
    /// The HTTP method, in upper case.
    public var method: String
    /// The path, percent-encoded as sent, without the query.
    public var path: String
    /// The query, decoded, in the order sent.
    public var query: [QueryItem]
    /// The header fields.
    public var headers: [Header]
    /// The body; empty if there is none.
    public var body: [UInt8]
    /// Who asks; nil lets the server authenticate by the `Authorization` header.
    public var user: User?

    /// One parameter of the query.
    public struct QueryItem: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value; empty if there is none.
        public var value: String
    }

    /// One header field.
    public struct Header: Sendable, Hashable {
        /// The name, in any case.
        public var name: String
        /// The value.
        public var value: String

        /// A header field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Who makes a request: `authentication.k8s.io/v1` UserInfo.
    public struct User: Sendable, Hashable {
        /// The user name.
        public var name: String
        /// The groups that the user is in.
        public var groups: [String]
        /// What tells apart users of the same name at different times; empty if nothing does.
        public var uid: String
        /// What else the authenticator knows.
        public var extra: [String: [String]]

        /// A user.
        public init(name: String, groups: [String] = [], uid: String = "", extra: [String: [String]] = [:]) {
            self.name = name
            self.groups = groups
            self.uid = uid
            self.extra = extra
        }

        /// Who anybody is who brings no credentials: the server trusts its loopback clients.
        public static let administrator = User(
            name: "system:admin", groups: ["system:masters", "system:authenticated"])
    }

    /// A request.
    ///
    /// - Parameter target: the path with its query, percent-encoded, such as `/api/v1/pods?limit=5`.
    public init(
        method: String, target: String, headers: [Header] = [], body: [UInt8] = [], user: User? = nil
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "/")
        query = parts.count > 1 ? Self.parse(query: parts[1]) : []
        self.headers = headers
        self.body = body
        self.user = user
    }

    /// The first header field of a name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// All values of a parameter.
    public func values(of parameter: String) -> [String] {
        query.compactMap { $0.name == parameter ? $0.value : nil }
    }

    /// The first value of a parameter; nil if it is missing or empty, which mean the same.
    public func value(of parameter: String) -> String? {
        query.first { $0.name == parameter && !$0.value.isEmpty }?.value
    }

    /// Whether a boolean parameter is set; Go's rules: present and neither `false` nor `0`.
    func flag(_ parameter: String) -> Bool {
        guard let value = query.first(where: { $0.name == parameter })?.value else { return false }
        return value.lowercased() != "false" && value != "0"
    }

    /// The name under which writes are recorded: the `fieldManager` parameter, or what the user agent begins with.
    var fieldManager: String {
        if let manager = value(of: "fieldManager") { return manager }
        let agent = header("User-Agent") ?? "unknown"
        return String(agent.prefix { $0 != "/" }.prefix(128))
    }

    private static func parse(query: Substring) -> [QueryItem] {
        query.split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // Go's rule: what cannot be decoded, or holds a semicolon, is as if it had not been sent.
            guard !pair.utf8.contains(UInt8(ascii: ";")),
                let name = String(strictlyDecoding: parts[0], plusIsSpace: true),
                let value = String(strictlyDecoding: parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else { return nil }
            return QueryItem(name: name, value: value)
        }
    }
}

extension String {
    /// Undoes percent-encoding; nil if an escape is malformed.
    init?(strictlyDecoding text: some StringProtocol, plusIsSpace: Bool = false) {
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool {
            index < bytes.count && Unicode.Scalar(bytes[index]).properties.isASCIIHexDigit
        }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
            guard isDigit(index + 1), isDigit(index + 2) else { return nil }
        }
        self.init(percentDecoding: text, plusIsSpace: plusIsSpace)
    }

    /// Undoes percent-encoding; malformed escapes stay as they are.
    init(percentDecoding text: some StringProtocol, plusIsSpace: Bool = false) {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            self = String(text)
            return
        }
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var position = 0
        while position < source.count {
            let byte = source[position]
            if byte == UInt8(ascii: "%"), position + 2 < source.count, let high = digit(source[position + 1]),
                let low = digit(source[position + 2])
            {
                bytes.append(high << 4 | low)
                position += 3
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? 0x20 : byte)
                position += 1
            }
        }
        self = String(decoding: bytes, as: UTF8.self)
    }
}
