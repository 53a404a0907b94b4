import KubeCore

/// Bodies in protobuf: well-formed messages whose fields are random, and now and then ones that are not well formed.
enum WireMessage {
    private static let prefix: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    /// A body that says it is of the type of an object.
    static func body(of object: JSONValue, using generator: inout SeededGenerator) -> [UInt8] {
        let type =
            field(1, Array((object["apiVersion"]?.stringValue ?? "").utf8))
            + field(2, Array((object["kind"]?.stringValue ?? "").utf8))
        // Metadata is the first field of every kind; its first is the name.
        let name = Array((object["metadata"]?["name"]?.stringValue ?? "").utf8)
        let metadata = field(1, name) + (generator.once(in: 2) ? message(depth: 0, using: &generator) : [])
        var body = prefix + field(1, type) + field(2, field(1, metadata) + message(depth: 0, using: &generator))
        if generator.once(in: 4) { ByteMutation.mutate(&body, using: &generator) }
        return body
    }

    private static func message(depth: Int, using generator: inout SeededGenerator) -> [UInt8] {
        (0..<generator.below(5)).flatMap { _ -> [UInt8] in
            let number = generator.once(in: 20) ? generator.below(1 << 29) : 1 + generator.below(24)
            switch generator.below(6) {
            case 0: return varint(UInt64(number) << 3) + varint(generator.next() >> UInt64(generator.below(64)))
            case 1: return varint(UInt64(number) << 3 | 1) + (0..<8).map { _ in UInt8(generator.below(256)) }
            case 2: return varint(UInt64(number) << 3 | 5) + (0..<4).map { _ in UInt8(generator.below(256)) }
            case 3: return field(number, Array(generator.pick(["", "a", "one", "1", "app", "é", "\u{0}"]).utf8))
            default:
                let isDeep = generator.once(in: 200)
                var inner = depth < 6 ? message(depth: depth + 1, using: &generator) : []
                if isDeep { for _ in 0..<2_000 { inner = field(number, inner) } }
                return field(number, inner)
            }
        }
    }

    private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(UInt64(number) << 3 | 2) + varint(UInt64(content.count)) + content
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (value, bytes) = (value, [UInt8]())
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }
}
