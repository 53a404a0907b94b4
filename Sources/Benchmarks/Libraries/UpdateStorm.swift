import HTTPTransport
import KubeClient
import KubeCore
import KubeRuntime
import Synchronization

extension Benchmark {
    /// How long a change takes from its bytes to the handler while a whole cluster rolls.
    static let updateStorm = Benchmark(
        name: "update-storm", summary: "5,000 changes of 10 KB a second for 10 s: milliseconds from bytes to handler"
    ) {
        let storm = StormingPods(pods: 1000, changesPerTick: 5, tick: .milliseconds(1), ticks: 10_000)
        let informer = Informer(
            source: ClientObjectSource(client: storm.client, type: .pods), type: .pods, logger: .silent)
        let delays = Mutex<[Double]>([])
        informer.addHandler { change in
            guard case .updated(_, let new) = change, let number = Int(new.resourceVersion) else { return }
            let delay = ContinuousClock.now - storm.sent(number)
            delays.withLock { $0.append(delay.inMilliseconds) }
        }
        let processor = ProcessFigures.processorSeconds()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informer.run() }
            try await storm.serve()
            try await until("all changes are handled") { delays.withLock(\.count) == storm.changes }
            group.cancelAll()
        }
        let elapsed = (ContinuousClock.now - start).inSeconds
        let samples = Samples(delays.withLock(\.self))
        return [
            Figure(
                name: "update-storm-rate", value: Double(storm.changes) / elapsed, unit: "changes/s", better: .higher),
            Figure(name: "update-storm-p50", value: samples.median, unit: "ms", better: .lower),
            Figure(
                name: "update-storm-p99", value: samples.quantile(0.99), unit: "ms", better: .lower,
                peer: .init(name: "goal", value: 20)),
            Figure(
                name: "update-storm-cpu", value: (ProcessFigures.processorSeconds() - processor) / elapsed,
                unit: "cores", better: .lower),
        ]
    }
}

/// An API server whose pods change at a steady rate.
private final class StormingPods: HTTPExchange {
    private let pods: Int
    private let changesPerTick: Int
    private let tick: Duration
    private let ticks: Int
    /// The text of each pod before and after its version.
    private let texts: [(head: [UInt8], tail: [UInt8])]
    private let times: Mutex<[ContinuousClock.Instant]>
    private let watch: AsyncStream<HTTPBodyStream.Writer>
    private let watched: AsyncStream<HTTPBodyStream.Writer>.Continuation

    init(pods: Int, changesPerTick: Int, tick: Duration, ticks: Int) {
        (self.pods, self.changesPerTick, self.tick, self.ticks) = (pods, changesPerTick, tick, ticks)
        texts = (0..<pods).map { number in
            var pod = SamplePods.pod(number)
            pod.set("VERSION", at: "metadata", "resourceVersion")
            let halves = pod.serialized().split(separator: "VERSION", maxSplits: 1)
            return (Array(halves[0].utf8), Array(halves[1].utf8))
        }
        times = Mutex(Array(repeating: .now, count: pods + changesPerTick * ticks))
        (watch, watched) = AsyncStream.makeStream(of: HTTPBodyStream.Writer.self)
    }

    /// How many changes there are, the first appearance of the pods not counted.
    var changes: Int { changesPerTick * ticks }

    var client: KubeClient {
        KubeClient(configuration: ClientConfiguration(server: "http://canned"), exchange: self, logger: .silent)
    }

    /// When the change of this version was sent.
    func sent(_ version: Int) -> ContinuousClock.Instant { times.withLock { $0[version - 1] } }

    func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        let (body, writer) = HTTPBodyStream.makeStream()
        watched.yield(writer)
        return HTTPStreamingResponse(status: 200, headers: ["Content-Type": "application/json"], body: body)
    }

    /// Sends the pods and then the storm to the first who watches.
    func serve() async throws {
        for await writer in watch {
            var version = 0
            for _ in 0..<pods { try await send("ADDED", &version, writer) }
            let bookmark =
                #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"\#(version)","#
                + #""annotations":{"k8s.io/initial-events-end":"true"}}}}"# + "\n"
            try await writer.write(Array(bookmark.utf8))
            var next = ContinuousClock.now
            for _ in 0..<ticks {
                next += tick
                try await Task.sleep(until: next, clock: .continuous)
                for _ in 0..<changesPerTick { try await send("MODIFIED", &version, writer) }
            }
            return
        }
    }

    private func send(_ type: String, _ version: inout Int, _ writer: HTTPBodyStream.Writer) async throws {
        let text = texts[version % pods]
        version += 1
        var line = Array(#"{"type":"\#(type)","object":"#.utf8)
        line += text.head
        line += Array(String(version).utf8)
        line += text.tail
        line += Array("}\n".utf8)
        let number = version - 1
        times.withLock { $0[number] = .now }
        try await writer.write(line)
    }
}
