/// Header fields in the order they were added; names compare without regard to case (RFC 9110, section 5.1).
public struct HTTPHeaders: Sendable, Hashable {
    /// A header field.
    public struct Field: Sendable, Hashable {
        /// The name as it is sent.
        public var name: String
        /// The value without surrounding white space.
        public var value: String

        /// A field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        func isNamed(_ other: String) -> Bool {
            name.utf8.count == other.utf8.count
                && zip(name.utf8, other.utf8).allSatisfy { $0 == $1 || $0.lowercasedASCII == $1.lowercasedASCII }
        }
    }

    /// The fields in order.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// These fields in order.
    public init(_ fields: [Field]) { self.fields = fields }

    /// The value of the first field of this name. Setting replaces every field of this name; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { $0.isNamed(name) }?.value }
        set {
            guard let newValue else {
                fields.removeAll { $0.isNamed(name) }
                return
            }
            guard let position = fields.firstIndex(where: { $0.isNamed(name) }) else {
                add(name, newValue)
                return
            }
            fields[position].value = newValue
            let rest = fields[(position + 1)...].filter { !$0.isNamed(name) }
            fields.replaceSubrange((position + 1)..., with: rest)
        }
    }

    /// Every value of this name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { $0.isNamed(name) }.map(\.value)
    }

    /// Adds a field, keeping others of its name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral, Sequence {
    /// These fields in order.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// Visits the fields in order.
    public func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }
}

extension UInt8 {
    var lowercasedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
