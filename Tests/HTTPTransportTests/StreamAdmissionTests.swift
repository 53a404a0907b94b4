import Testing

@testable import HTTPTransport

@Suite("Which requests start, so that they share connections")
struct StreamAdmissionTests {
    /// By reference, as expectations cannot hold calls that change a value.
    final class Admission {
        private var admission: StreamAdmission<String>
        init(limit: Int) { admission = StreamAdmission(limit: limit) }

        /// The requests of these numbers that start at once.
        func add(_ requests: ClosedRange<UInt64>, to host: String = "api") -> [UInt64] {
            let server = StreamAdmission<String>.Server(host: host, port: 443, tls: TLSSettings(), proxy: nil)
            return requests.filter { admission.add($0, to: server) }
        }

        func sent(_ request: UInt64, on connection: String) -> [UInt64] { admission.sent(request, on: connection) }
        func end(_ request: UInt64) -> [UInt64] { admission.end(request) }
    }

    @Test("As many start as the first connection can hold; then one makes the next connection for the others")
    func sharing() {
        let admission = Admission(limit: 3)
        #expect(admission.add(1...8) == [1, 2, 3])
        for request: UInt64 in 1...2 { #expect(admission.sent(request, on: "a") == []) }
        #expect(admission.sent(3, on: "a") == [4], "the first is full: one makes another")
        #expect(admission.sent(4, on: "b") == [5, 6], "the second has room for two")
        #expect(admission.sent(5, on: "b") == [])
        #expect(admission.sent(6, on: "b") == [7])
        #expect(admission.end(1) == [], "its place is for 7, which is starting")
        #expect(admission.sent(7, on: "a") == [8])
    }

    @Test("An ended request makes room for one that waits")
    func room() {
        let admission = Admission(limit: 2)
        _ = admission.add(1...2)
        _ = admission.sent(1, on: "a")
        _ = admission.sent(2, on: "a")
        #expect(admission.add(3...5) == [3])
        _ = admission.sent(3, on: "b")
        #expect(admission.add(6...6) == [], "after those that wait")
        #expect(admission.sent(4, on: "b") == [5])
    }

    @Test("Where there is no connection to be had, all that wait learn it at once")
    func failure() {
        let admission = Admission(limit: 2)
        #expect(admission.add(1...5) == [1, 2])
        #expect(admission.end(1) == [3, 4, 5])
    }

    @Test("A server that does not share connections makes nobody wait")
    func notShared() {
        let admission = Admission(limit: 3)
        #expect(admission.add(1...5) == [1, 2, 3])
        #expect(admission.sent(1, on: "a") == [])
        #expect(admission.sent(2, on: "b") == [4, 5])
        #expect(admission.add(6...9) == [6, 7, 8, 9])
    }

    @Test("A server that has fewer streams is believed")
    func lowerLimit() {
        let admission = Admission(limit: 100)
        _ = admission.add(1...5)
        _ = admission.sent(1, on: "a")
        _ = admission.sent(2, on: "a")
        _ = admission.sent(3, on: "b")
        _ = admission.sent(4, on: "b")
        _ = admission.sent(5, on: "c")
        // One place is left on the third connection.
        #expect(admission.add(6...8) == [6])
    }

    @Test("One that waits can be given up; other servers are no part of it")
    func givingUp() {
        let admission = Admission(limit: 2)
        _ = admission.add(1...3)
        #expect(admission.end(3) == [])
        #expect(admission.sent(1, on: "a") == [])
        #expect(admission.sent(2, on: "a") == [])
        #expect(admission.add(9...9, to: "other") == [9])
    }
}
