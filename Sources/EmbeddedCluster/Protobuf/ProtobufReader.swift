/// Why bytes are no protobuf message.
struct ProtobufError: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Reads the wire format (https://protobuf.dev/programming-guides/encoding), one field at a time.
struct ProtobufReader {
    /// A field's value as it stands on the wire.
    enum Value {
        case integer(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The next field, or nil at the end.
    mutating func next() throws(ProtobufError) -> (number: Int, value: Value)? {
        guard !bytes.isEmpty else { return nil }
        let key = try varint()
        guard let number = Int(exactly: key >> 3), number > 0 else { throw ProtobufError("invalid field number") }
        switch key & 7 {
        case 0: return (number, .integer(try varint()))
        case 1:
            var value: UInt64 = 0
            for (shift, byte) in try take(8).enumerated() { value |= UInt64(byte) << UInt64(8 * shift) }
            return (number, .fixed64(value))
        case 2:
            guard let length = Int(exactly: try varint()) else { throw ProtobufError("field \(number) is too long") }
            return (number, .bytes(try take(length)))
        case 5:
            var value: UInt32 = 0
            for (shift, byte) in try take(4).enumerated() { value |= UInt32(byte) << UInt32(8 * shift) }
            return (number, .fixed32(value))
        case let wire: throw ProtobufError("wire type \(wire) of field \(number) is not supported")
        }
    }

    private mutating func take(_ count: Int) throws(ProtobufError) -> ArraySlice<UInt8> {
        guard count <= bytes.count else { throw ProtobufError("unexpected end of the message") }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    private mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = bytes.popFirst() else { throw ProtobufError("unexpected end of the message") }
            if shift == 63, byte > 1 { throw ProtobufError("an integer is longer than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw ProtobufError("an integer is longer than 64 bits")
    }
}
