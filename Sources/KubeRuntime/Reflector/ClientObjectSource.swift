import HTTPTransport
import KubeClient
import KubeCore

/// A collection on an API server, as a reflector reads it.
public struct ClientObjectSource: ObjectSource {
    private let client: KubeClient
    private let type: ResourceType
    private let namespace: String?
    private let labels: LabelSelector?
    private let fields: FieldSelector?
    private let representation: Representation

    /// A collection.
    ///
    /// - Parameters:
    ///   - namespace: nil for cluster-scoped resources, or for all namespaces.
    ///   - labels: which objects, by label; nil for all.
    ///   - fields: which objects, by field; nil for all.
    ///   - representation: whole objects, or their metadata only.
    public init(
        client: KubeClient, type: ResourceType, namespace: String? = nil, labels: LabelSelector? = nil,
        fields: FieldSelector? = nil, representation: Representation = .whole
    ) {
        self.client = client
        self.type = type
        self.namespace = namespace
        self.labels = labels
        self.fields = fields
        self.representation = representation
    }

    /// Lists the collection, or a page of it.
    public func list(
        _ request: ListRequest, receive: (ArraySlice<UInt8>) throws -> Void
    ) async throws -> ListEnd {
        var options = options
        options.resourceVersion = request.resourceVersion.isEmpty ? nil : request.resourceVersion
        options.limit = request.limit == 0 ? nil : request.limit
        options.continueToken = request.continueToken.isEmpty ? nil : request.continueToken
        var splitter = ListSplitter()
        do {
            let body = try await client.listBytes(
                type, namespace: namespace, options: options, representation: representation)
            for try await piece in body { try splitter.feed(piece, item: receive) }
        } catch {
            throw try Self.failure(error)
        }
        guard let envelope = try? JSONValue(parsing: splitter.envelope) else {
            throw SourceFailure.other("list \(type): the answer is no list, or was cut off")
        }
        return ListEnd(
            resourceVersion: envelope[path: "metadata", "resourceVersion"]?.stringValue ?? "",
            continueToken: envelope[path: "metadata", "continue"]?.stringValue ?? "")
    }

    /// Watches the collection.
    public func watch(_ request: WatchRequest) async throws -> WatchBatches {
        var options = options
        options.resourceVersion = request.resourceVersion.isEmpty ? nil : request.resourceVersion
        options.timeoutSeconds = Int(request.timeout.components.seconds)
        options.allowWatchBookmarks = true
        if request.sendsInitialEvents {
            options.sendInitialEvents = true
            options.resourceVersionMatch = .notOlderThan
        }
        do {
            let lines = try await client.watchLines(
                type, namespace: namespace, options: options, representation: representation)
            return WatchBatches {
                // Only one task at a time reads a watch, and it waits for each batch before it asks for the next.
                nonisolated(unsafe) var iterator = lines.makeAsyncIterator()
                return {
                    do {
                        guard let line = try await iterator.next() else { return nil }
                        return [try SourceEvent(parsing: line)]
                    } catch {
                        throw try Self.failure(error)
                    }
                }
            }
        } catch {
            throw try Self.failure(error)
        }
    }

    private var options: ListOptions { ListOptions(labelSelector: labels, fieldSelector: fields) }

    /// What a client's error means to a reflector; rethrows cancellation.
    private static func failure(_ error: any Error) throws -> SourceFailure {
        if error is CancellationError { throw error }
        if let transport = error as? HTTPTransportError { return try failure(KubeClientError.transport(transport)) }
        guard let error = error as? KubeClientError else { return .other("\(error)") }
        if error.isCancellation { throw CancellationError() }
        if let status = error.status { return SourceFailure(status) }
        if case .transport = error {
            return error.isConnectionRefused ? .unreachable(error.description) : .interrupted(error.description)
        }
        return .other(error.description)
    }
}

extension SourceEvent {
    /// Reads a line of a watch, without building the object.
    init(parsing line: [UInt8]) throws {
        var type: Range<Int>?
        var object: Range<Int>?
        do throws(JSONScanner.Failure) {
            (type, object) = try Self.members(of: line.span)
        } catch {
            throw SourceFailure.other("a watch event cannot be read: \(error.reason) at byte \(error.offset)")
        }
        guard let type, let object else {
            throw SourceFailure.other("a watch event has no type or no object")
        }
        switch String(decoding: line[type], as: UTF8.self) {
        case "ADDED": self = .added(line[object])
        case "MODIFIED": self = .modified(line[object])
        case "DELETED": self = .deleted(line[object])
        case "BOOKMARK":
            let metadata = try JSONValue(parsing: line[object])["metadata"]
            self = .bookmark(
                resourceVersion: metadata?["resourceVersion"]?.stringValue ?? "",
                endsInitialEvents: metadata?["annotations"]?["k8s.io/initial-events-end"]?.stringValue == "true")
        case "ERROR":
            let status = Status(try JSONValue(parsing: line[object]))
            self = .error(status.map { SourceFailure($0) } ?? .other("the server ended the watch without a status"))
        case let other: throw SourceFailure.other("a watch event has the unknown type \"\(other)\"")
        }
    }

    private static func members(
        of bytes: borrowing Span<UInt8>
    ) throws(JSONScanner.Failure) -> (type: Range<Int>?, object: Range<Int>?) {
        var scanner = JSONScanner()
        var type: Range<Int>?
        var object: Range<Int>?
        guard try scanner.peek(bytes) == UInt8(ascii: "{") else { throw scanner.failure("expected an object") }
        var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
        while isMore {
            let key = try scanner.key(bytes)
            let start = scanner.position
            if JSONScanner.equals(bytes, key, Array("type".utf8)) {
                type = try scanner.string(bytes)
            } else {
                try scanner.skipValue(bytes)
                if JSONScanner.equals(bytes, key, Array("object".utf8)) { object = start..<scanner.position }
            }
            isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
        }
        return (type, object)
    }
}
