import EmbeddedCluster
import KubeCore
import Synchronization

/// The handler of requests of an embedded API server, in process, with time that passes only when somebody waits.
struct RequestHandlerTarget: FuzzTarget {
    /// State builds up over many requests, and is given up with the cluster.
    static let inputsEach = 2_000

    private let cluster: EmbeddedCluster

    init() async throws {
        let clock = LeapingClock()
        var options = EmbeddedCluster.Options()
        options.clock = clock
        options.now = { Timestamp(seconds: 1_800_000_000 + clock.now.offset.components.seconds) }
        let chance = Mutex(SeededGenerator(seed: 1))
        options.random = { bound in chance.withLock { $0.below(bound) } }
        cluster = EmbeddedCluster(options: options)
        for sample in RequestCorpus.samples {
            let answer = await cluster.handle(
                APIRequest(method: "POST", target: sample.collection, body: sample.object.serializedBytes()))
            guard answer.status < 300 else {
                let words = String(decoding: await answer.collectBody(), as: UTF8.self)
                throw FuzzFailure("the sample \(sample.collection)/\(sample.name) is refused: \(words)")
            }
        }
    }

    func input(using generator: inout SeededGenerator) -> [UInt8] {
        RequestText.bytes(of: RequestGenerator.request(using: &generator))
    }

    func run(_ input: [UInt8]) async throws {
        let request = RequestText.request(in: input)
        let before = cluster.resourceVersion
        let answer = await cluster.handle(request)
        guard (200..<600).contains(answer.status) else { throw FuzzFailure("status \(answer.status)") }
        switch answer.body {
        case .bytes(let bytes): try check(bytes, of: answer)
        case .stream(let pieces):
            // A watch that begins with everything, and then some bookmarks: enough to have been through the encoder.
            var count = 0
            for await piece in pieces {
                try checkEvents(piece, of: answer)
                count += 1
                if count == 4 { break }
            }
        }
        if cluster.resourceVersion < before { throw FuzzFailure("the resource version went back") }
    }

    /// Answers in JSON are JSON, and those to failed requests say so.
    private func check(_ bytes: [UInt8], of answer: APIResponse) throws {
        guard answer.header("Content-Type") == "application/json", !bytes.isEmpty else { return }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, maximumDepth: JSONValue.maximumDepth)
        } catch {
            throw FuzzFailure("the answer is no JSON (\(error)): \(String(decoding: bytes.prefix(500), as: UTF8.self))")
        }
        guard answer.status >= 400 else { return }
        guard value["kind"]?.stringValue == "Status", value["code"]?.integerValue == Int64(answer.status) else {
            throw FuzzFailure("code \(answer.status) with \(String(decoding: bytes.prefix(500), as: UTF8.self))")
        }
    }

    private func checkEvents(_ piece: [UInt8], of answer: APIResponse) throws {
        guard answer.header("Content-Type") == "application/json" else { return }
        for line in piece.split(separator: 0x0A) {
            let event = try JSONValue(parsing: Array(line), maximumDepth: JSONValue.maximumDepth)
            guard event["type"]?.stringValue != nil, event["object"] != nil else {
                throw FuzzFailure("no event: \(String(decoding: line.prefix(500), as: UTF8.self))")
            }
        }
    }
}

/// Time that leaps to wherever somebody waits for.
private final class LeapingClock: Clock {
    typealias Instant = LeapingInstant

    private let time = Mutex(Duration.zero)

    var now: LeapingInstant { LeapingInstant(offset: time.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: LeapingInstant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        // Others first: what somebody waits for besides the time may be there already.
        await Task.yield()
        time.withLock { $0 = max($0, deadline.offset) }
    }
}

/// A point of leaping time.
struct LeapingInstant: InstantProtocol {
    let offset: Duration

    func advanced(by duration: Duration) -> LeapingInstant { LeapingInstant(offset: offset + duration) }
    func duration(to other: LeapingInstant) -> Duration { other.offset - offset }
    static func < (left: LeapingInstant, right: LeapingInstant) -> Bool { left.offset < right.offset }
}
