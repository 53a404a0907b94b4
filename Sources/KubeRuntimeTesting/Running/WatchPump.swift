import HTTPTransport
import KubeCore
import KubeRuntime
import Synchronization

/// Carries the events of one watch from the server to a process, with what goes wrong on the way.
struct WatchPump: Sendable {
    let run: ScenarioRun
    let process: ControllerProcess
    /// The resource, as injection points name it.
    let resource: String
    let pieces: AsyncStream<[UInt8]>
    let writer: HTTPBodyStream.Writer

    /// How late delayed events are.
    static let delay = Duration.seconds(300)
    /// How long a process cannot see what it has missed.
    static let blindness = Duration.seconds(20)

    /// What is left to do with a watch after an event.
    private enum Outcome {
        case goesOn
        case ended
    }

    /// What the server has sent and the network not yet delivered.
    private final class Inbox: Sendable {
        private let lines = Mutex<[[UInt8]]>([])
        func add(_ piece: [UInt8]) { lines.withLock { $0 += WatchPump.lines(of: piece) } }
        func takeAll() -> [[UInt8]] {
            lines.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
    }

    /// Carries events until the watch ends on either side.
    func run() async {
        let inbox = Inbox()
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await piece in pieces {
                    inbox.add(piece)
                    signal.yield()
                }
                signal.finish()
                return false
            }
            group.addTask {
                await write(from: inbox, on: signals)
                return true
            }
            // The reader ends with the server's side, of which the writer still delivers what came; with the writer all
            // is over.
            while let isWriter = await group.next(), !isWriter {}
            group.cancelAll()
        }
    }

    private func write(from inbox: Inbox, on signals: AsyncStream<Void>) async {
        let isInspected = run.isRecording || run.injector.disturbsEvents(of: resource)
        do {
            for await _ in signals {
                try await run.networkDelay()
                try await process.thaw(run.clock)
                guard try await deliver(inbox, isInspected) == .goesOn else { return }
            }
            // What came with the end.
            guard try await deliver(inbox, isInspected) == .goesOn else { return }
            writer.finish()
        } catch {
            writer.finish(throwing: HTTPTransportError(.connectionLost, "the watch was cut off"))
        }
    }

    private func deliver(_ inbox: Inbox, _ isInspected: Bool) async throws -> Outcome {
        var lines = inbox.takeAll()[...]
        guard isInspected else {
            try await writer.write(lines.flatMap { $0 })
            return .goesOn
        }
        while let line = lines.popFirst() {
            guard let happening = happening(line) else {
                try await writer.write(line)
                continue
            }
            let faults = run.arrive(happening, isRequest: false)
            var copies = 1
            for fault in faults {
                switch fault {
                case .eventDuplicated: copies += 1
                case .watchEnded:
                    writer.finish()
                    return .ended
                case .watchCut:
                    try await writer.write(Array(line.prefix(line.count / 2)))
                    writer.finish(throwing: HTTPTransportError(.connectionLost, "the connection was reset"))
                    return .ended
                case .eventLost:
                    process.forget(resource, until: run.clock.now.advanced(by: Self.blindness))
                    writer.finish()
                    return .ended
                case .watchSilent:
                    // Until the process gives up on it.
                    try await run.clock.sleep(for: .seconds(1_000_000))
                case .eventDelayed:
                    try await run.clock.sleep(for: Self.delay)
                case .eventsCoalesced:
                    try await run.clock.sleep(for: Self.delay)
                    lines = coalesced([line] + lines + inbox.takeAll())[...]
                    copies = 0
                default: continue
                }
            }
            for _ in 0..<copies { try await writer.write(line) }
        }
        return .goesOn
    }

    /// Of each object the last event; nothing of one that came and went.
    private func coalesced(_ lines: [[UInt8]]) -> [[UInt8]] {
        var last: [String: Int] = [:]
        var isNew: [String: Bool] = [:]
        let events = lines.map { Event($0) }
        for (position, event) in events.enumerated() {
            guard let event, let key = event.key else { continue }
            last[key] = position
            if isNew[key] == nil { isNew[key] = event.type == "ADDED" }
        }
        return events.enumerated().compactMap { position, event in
            guard let event, let key = event.key else { return lines[position] }
            guard last[key] == position, !(event.type == "DELETED" && isNew[key] == true) else { return nil }
            return lines[position]
        }
    }

    /// What the point of an event is called; nil for what is no event of an object.
    private func happening(_ line: [UInt8]) -> String? {
        guard let event = Event(line), let key = event.key else { return nil }
        return "\(event.type):\(resource):\(key)"
    }

    private struct Event {
        var type: String
        var key: String?

        init?(_ line: [UInt8]) {
            guard let value = try? JSONValue(parsing: line), let type = value["type"]?.stringValue else { return nil }
            self.type = type
            guard type != "BOOKMARK", type != "ERROR", let object = value["object"].flatMap({ KubeObject($0) }) else {
                return
            }
            let prefix = object[path: "metadata", "generateName"]?.stringValue
            key = ObjectKey(namespace: object.namespace, name: prefix.map { "\($0)*" } ?? object.name).description
        }
    }

    private static func lines(of piece: [UInt8]) -> [[UInt8]] {
        piece.split(separator: 0x0A).map { Array($0) + [0x0A] }
    }
}
