import KubeCore
import Synchronization

@testable import EmbeddedCluster

/// A sequence of operations on an embedded server, with everything checked after each of them.
///
/// What has happened is read from the store itself after every step, object by object: that is the truth that answers,
/// watches and lists are held against.
struct ModelRun {
    /// One committed change.
    struct Change {
        var revision: UInt64
        var kind: Int
        var name: String
        var old: JSONValue?
        var new: JSONValue?
    }

    let cluster: EmbeddedCluster
    let writer: ModelWriter
    private(set) var log: [Change] = []
    private(set) var objects: [[String: JSONValue]]
    private var events: AsyncStream<StoreEvent>.AsyncIterator
    private var identifiers: Set<String> = []
    private var revision: UInt64
    private let time: StepTime
    var compacted: UInt64 = 0
    var watches: [ModelWatch] = []
    var pages: [ModelPages] = []

    init(seed: UInt64) async throws {
        let time = StepTime()
        let random = Mutex(SplitMix(seed: seed))
        var options = EmbeddedCluster.Options()
        options.now = { time.now }
        options.clock = ImmediateClock()
        options.random = { below in random.withLock { Int.random(in: 0..<below, using: &$0) } }
        cluster = EmbeddedCluster(options: options)
        writer = ModelWriter(target: cluster)
        self.time = time
        objects = ModelKind.all.map { _ in [:] }
        try await writer.define()
        revision = cluster.resourceVersion
        events = cluster.server.store.changes().makeAsyncIterator()
    }

    var currentRevision: UInt64 { revision }

    /// Carries out everything, and checks everything.
    mutating func run(_ operations: [ModelOperation]) async throws {
        for operation in operations {
            time.advance()
            try await step(operation)
        }
        try await disconnect(reconnects: false)
        while !pages.isEmpty { try await nextPages() }
        try await checkOldLists()
    }

    private mutating func step(_ operation: ModelOperation) async throws {
        switch operation.action {
        case .watch(let selector, let start): try await watch(operation.kind, selector, start)
        case .page(let selector, let limit):
            pages.append(ModelPages(kind: operation.kind, selector: selector, limit: limit))
            try await nextPages()
        case .nextPage: try await nextPages()
        case .disconnect: try await disconnect(reconnects: true)
        case .compact:
            cluster.compact()
            compacted = revision
        default: try await write(operation)
        }
    }

    private mutating func write(_ operation: ModelOperation) async throws {
        let before = objects[operation.kind][operation.name]
        guard let answer = try await writer.write(operation) else { return }
        let changes = try await refresh()
        let after = objects[operation.kind][operation.name]
        guard answer.status < 300 else {
            guard changes.isEmpty else { throw Violation("a refused request (\(answer.body)) changed \(changes)") }
            guard answer.status < 500 else { throw Violation("the server failed: \(answer.body)") }
            if case .apply(let choices, let isForced) = operation.action {
                try ApplyRules(operation, choices, isForced, before, after).checkRefusal(answer)
            }
            return
        }
        if case .deleteCollection(let selector) = operation.action {
            try checkCollection(selector, operation, changes)
        } else {
            guard changes.allSatisfy({ $0.kind == operation.kind && $0.name == operation.name }) else {
                throw Violation("another object than its own was changed")
            }
        }
        switch operation.action {
        case .apply(let choices, let isForced):
            let rules = ApplyRules(operation, choices, isForced, before, after)
            try rules.check()
            // An object that nobody manages gets a manager for what was before, from its next apply on.
            guard !ModelOwner.all(in: after).isEmpty else { break }
            _ = try await writer.write(operation)
            let repeated = try await refresh()
            guard repeated.isEmpty else {
                throw Violation("applying the same again changed \(after ?? .null) to \(objects[operation.kind])")
            }
        case .create, .update, .mergePatch, .strategicPatch, .jsonPatch:
            if let after { try UpdateRules(operation, before, after).check() }
        default: break
        }
    }

    private func checkCollection(_ selector: Int, _ operation: ModelOperation, _ changes: [Change]) throws {
        let selector = ModelSelector.of(selector, operation.model)
        let expected = Set(
            changes.compactMap { $0.old }.filter { selector.matches($0) }.map { $0[path: "metadata", "name"] })
        guard expected == Set(changes.map { .string($0.name) }) else {
            throw Violation("objects outside of the selection were deleted")
        }
        for (name, object) in objects[operation.kind] where selector.matches(object) {
            guard object[path: "metadata", "deletionTimestamp"] != nil else {
                throw Violation("\(name) is selected and was not deleted")
            }
        }
    }

    /// Takes in what the store holds now.
    private mutating func refresh() async throws -> [Change] {
        let now = cluster.resourceVersion
        guard now >= revision else { throw Violation("the resource version went back from \(revision) to \(now)") }
        guard now > revision else { return [] }
        let records = cluster.history.filter { $0.resourceVersion > revision }
        guard records.map(\.resourceVersion) == Array((revision + 1)...now) else {
            throw Violation("the history has gaps: \(records.map(\.resourceVersion)) after \(revision)")
        }
        revision = now
        var changes: [Change] = []
        for record in records {
            guard let event = await events.next(), event.revision == record.resourceVersion else {
                throw Violation("the events and the history of the store differ at \(record)")
            }
            guard let kind = Self.kind(of: event.resource) else { continue }
            let old = objects[kind][record.name]
            let new = event.isRemoval ? nil : event.current.object.value
            guard event.previous?.resourceVersion == Self.version(of: old), event.current.name == record.name else {
                throw Violation("an event does not follow on the state before: \(record) after \(old ?? .null)")
            }
            let change = Change(revision: event.revision, kind: kind, name: record.name, old: old, new: new)
            try ObjectRules.check(change, ModelKind.all[kind])
            if old == nil, let uid = new?[path: "metadata", "uid"]?.stringValue {
                guard identifiers.insert(uid).inserted else { throw Violation("a unique identifier is used again") }
            }
            changes.append(change)
            objects[kind][record.name] = new
        }
        for (kind, model) in ModelKind.all.enumerated() {
            let storage = StorageKey(group: model.type.group, resource: model.type.plural)
            let list = cluster.server.store.list(storage, namespace: "default").objects
            guard list.count == objects[kind].count,
                list.allSatisfy({ $0.resourceVersion == Self.version(of: objects[kind][$0.name]) })
            else { throw Violation("the store holds something that no event tells of: \(list.map(\.object))") }
        }
        log += changes
        return changes
    }

    private static func kind(of resource: StorageKey) -> Int? {
        ModelKind.all.firstIndex { $0.type.group == resource.group && $0.type.plural == resource.resource }
    }

    private static func version(of object: JSONValue?) -> UInt64? {
        object?[path: "metadata", "resourceVersion"]?.stringValue.flatMap { UInt64($0) }
    }

    /// The objects of a kind as they were at a version, replayed from the beginning.
    func state(_ kind: Int, at revision: UInt64) -> [String: JSONValue] {
        var state: [String: JSONValue] = [:]
        for change in log where change.kind == kind && change.revision <= revision { state[change.name] = change.new }
        return state
    }

    private func checkOldLists() async throws {
        for change in log where change.revision >= compacted {
            let model = ModelKind.all[change.kind]
            let answer = try await writer.send(
                "GET", "\(model.collection)?resourceVersion=\(change.revision)&resourceVersionMatch=Exact", "lister")
            let expected = state(change.kind, at: change.revision).sorted { $0.key < $1.key }.map(\.value)
            guard ModelWatch.plain(answer.body["items"]?.arrayValue ?? []) == ModelWatch.plain(expected) else {
                throw Violation("the list at \(change.revision) is not the state at that version: \(answer.body)")
            }
        }
    }
}

/// The wall clock of a run: it stands still but for the steps.
final class StepTime: Sendable {
    private let state = Mutex(Timestamp(seconds: 1_700_000_000))
    var now: Timestamp { state.withLock { $0 } }
    func advance(by duration: Duration = .seconds(1)) { state.withLock { $0 = $0.advanced(by: duration) } }
}
