import KubeCore
import Synchronization

/// A list in plain JSON, put together from the bytes that the store keeps, in pieces: a list of a hundred megabytes is
/// never whole in memory.
final class ListBody: Sendable {
    private let objects: [StoredObject]
    private let head: [UInt8]
    private let prefix: [UInt8]
    private let resource: ServedResource
    private let position = Mutex(0)

    /// How many bytes a piece has, about.
    private static let pieceSize = 256 * 1024

    /// A list of these objects.
    init(_ objects: [StoredObject], metadata: JSONObject, _ resource: ServedResource) {
        self.objects = objects
        self.resource = resource
        let value: JSONValue = [
            "kind": .string(resource.listKind), "apiVersion": .string(resource.type.apiVersion),
            "metadata": .object(metadata),
        ]
        var bytes = value.serializedBytes()
        bytes.removeLast()
        head = bytes + Array(",\"items\":[".utf8)
        prefix = Self.typePrefix(resource.type.groupVersionKind)
    }

    /// Whether it is worth its while to send it in pieces.
    var isLarge: Bool { objects.reduce(0) { $0 + $1.weight } > 2 * Self.pieceSize }

    /// All of it.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        while let piece = next() { bytes += piece }
        return bytes
    }

    /// The next piece; nil at the end.
    func next() -> [UInt8]? {
        position.withLock { position in
            guard position <= objects.count else { return nil }
            var piece: [UInt8] = []
            piece.reserveCapacity(Self.pieceSize + Self.pieceSize / 4)
            if position == 0 { piece += head }
            while position < objects.count, piece.count < Self.pieceSize {
                if position > 0 { piece.append(UInt8(ascii: ",")) }
                append(objects[position], to: &piece)
                position += 1
            }
            if position == objects.count {
                piece += "]}\n".utf8
                position += 1
            }
            return piece
        }
    }

    /// Items of built-in lists say their type only through the list.
    private func append(_ object: StoredObject, to piece: inout [UInt8]) {
        let content = APIServer.bytesOf(object, resource)
        if !resource.isCustom, content.count > prefix.count, content.starts(with: prefix) {
            piece.append(UInt8(ascii: "{"))
            piece += content[prefix.count...]
        } else {
            piece += content
        }
    }

    /// What the bytes of a stored object begin with, up to the first member that is not its type.
    private static func typePrefix(_ kind: GroupVersionKind) -> [UInt8] {
        let value: JSONValue = ["kind": .string(kind.kind), "apiVersion": .string(kind.apiVersion)]
        var bytes = value.serializedBytes()
        bytes[bytes.count - 1] = UInt8(ascii: ",")
        return bytes
    }
}
