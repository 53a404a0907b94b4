import KubeCore
import Testing

@testable import EmbeddedCluster

/// Faults of requests: what the client is told, and whether the write has happened all the same.
struct RequestFaultTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var fault: RequestFault
        var status: Int?
        var reason: Status.Reason?
        var retryAfter: String?
        var isCarriedOut: Bool
        var testDescription: String { fault.label }
    }

    @Test(
        "a fault is answered as the real server would, before or after the write",
        arguments: [
            Row(
                fault: .conflict(.configMaps, name: "x"), status: 409, reason: .conflict, isCarriedOut: false),
            Row(fault: .expired, status: 410, reason: .expired, isCarriedOut: false),
            Row(
                fault: .tooManyRequests(retryAfter: 7), status: 429, reason: .tooManyRequests, retryAfter: "7",
                isCarriedOut: false),
            Row(fault: .internalError, status: 500, reason: .internalError, isCarriedOut: false),
            Row(fault: .unavailable(), status: 503, reason: .serviceUnavailable, isCarriedOut: false),
            Row(fault: .timeOutBeforeCommit, status: 504, reason: .timeout, isCarriedOut: false),
            Row(fault: .timeOutAfterCommit, status: 504, reason: .timeout, isCarriedOut: true),
            Row(fault: .resetBeforeCommit, isCarriedOut: false),
            Row(fault: .resetAfterCommit, isCarriedOut: true),
            Row(fault: .delay(.milliseconds(1)), status: 201, isCarriedOut: true),
            Row(fault: .delayAnswer(.milliseconds(1)), status: 201, isCarriedOut: true),
        ])
    func faults(row: Row) async throws {
        var options = EmbeddedCluster.Options()
        options.hooks = RequestHooks { $0.method == "POST" ? row.fault : nil }
        let client = SeamClient(cluster: EmbeddedCluster(options: options))
        let answer = await client.send("POST", SeamClient.configMaps, ["metadata": ["name": "x"]])
        #expect(answer.isConnectionReset == (row.status == nil))
        if let status = row.status { #expect(answer.status == status) }
        if let reason = row.reason {
            #expect(Status(try JSONValue(parsing: await answer.collectBody()))?.reason == reason)
        }
        #expect(answer.header("Retry-After") == row.retryAfter)
        #expect(try await client.names() == (row.isCarriedOut ? ["x"] : []))
    }

    @Test("a rule lets some pass, befalls so many, and only those it matches")
    func rules() async throws {
        let cluster = EmbeddedCluster()
        let (client, other) = (SeamClient(cluster: cluster), SeamClient(cluster: cluster, userAgent: "other"))
        var match = FaultRule.Match()
        match.verb = "create"
        match.userAgent = "client"
        cluster.add(FaultRule(.request(.internalError), match: match, skip: 1, count: 2))
        #expect(await other.create("a") == 201)
        var answers: [Int] = []
        for name in ["b", "c", "d", "e"] { answers.append(await client.create(name)) }
        #expect(answers == [201, 500, 500, 201])
        #expect(try await client.names() == ["a", "b", "e"])
        cluster.add(FaultRule(.request(.internalError)))
        #expect(await client.create("f") == 500)
        cluster.removeFaultRules()
        #expect(await client.create("f") == 201)
    }

    @Test("chance comes from the cluster's own source")
    func chance() async {
        var options = EmbeddedCluster.Options()
        options.random = { $0 == 1000 ? 300 : 0 }
        let cluster = EmbeddedCluster(options: options)
        cluster.add(FaultRule(.request(.internalError), perMille: 300))
        #expect(await SeamClient(cluster: cluster).create("a") == 201)
        cluster.add(FaultRule(.request(.internalError), perMille: 301))
        #expect(await SeamClient(cluster: cluster).create("b") == 500)
    }

    @Test("requests are observed in order, with what they are about, their answers and their faults")
    func observed() async throws {
        let cluster = EmbeddedCluster()
        let client = SeamClient(cluster: cluster, userAgent: "watcher/2")
        var observations = cluster.observations().makeAsyncIterator()
        #expect(await client.create("a") == 201)
        cluster.add(FaultRule(.request(.resetAfterCommit), count: 1))
        _ = await client.send("PATCH", "\(SeamClient.configMaps)/a?fieldManager=x", [:])
        guard case .began(let began)? = await observations.next(),
            case .answered(let created)? = await observations.next(),
            case .began? = await observations.next(), case .answered(let patched)? = await observations.next()
        else { throw Status.unknownResource }
        #expect(began.sequence == 1 && began.status == nil && created.sequence == 1 && created.status == 201)
        #expect(created.resourceVersion == cluster.resourceVersion)
        #expect(created.attributes.verb == "create" && created.attributes.resource == "configmaps")
        #expect(created.attributes.userAgent == "watcher/2" && created.attributes.namespace == "default")
        #expect(patched.sequence == 2 && patched.status == nil && patched.attributes.name == "a")
        #expect(patched.fault?.label == "resetAfterCommit")
        #expect(cluster.recentRequests.map(\.sequence) == [1, 2])
    }
}
