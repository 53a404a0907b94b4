import KubeCore
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 is read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0), ("2026-08-22T10:11:12Z", 1_787_393_472, 0),
            ("2000-02-29T23:59:59.25Z", 951_868_799, 250_000_000), ("1969-12-31T23:59:59Z", -1, 0),
            ("2026-08-22T12:11:12+02:00", 1_787_393_472, 0), ("2026-08-22T10:11:12.000001Z", 1_787_393_472, 1000),
        ])
    func reading(text: String, seconds: Int, nanoseconds: Int) throws {
        let timestamp = try #require(Timestamp(text))
        #expect(timestamp == Timestamp(seconds: Int64(seconds), nanoseconds: Int32(nanoseconds)))
    }

    @Test(
        "What is no instant is refused",
        arguments: [
            "", "2026-08-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+2:00",
        ])
    func refusing(text: String) { #expect(Timestamp(text) == nil) }

    @Test("Every day from 1900 to 2200 prints as it reads")
    func roundTrip() throws {
        for day in stride(from: -25_567, to: 84_000, by: 1) {
            let timestamp = Timestamp(seconds: Int64(day) * 86_400 + 3661)
            #expect(Timestamp(timestamp.description) == timestamp)
        }
        #expect(Timestamp(seconds: 1, nanoseconds: 5000).microTime == "1970-01-01T00:00:01.000005Z")
    }

    @Test("Durations lead from one to the other")
    func durations() {
        let start = Timestamp(seconds: 10, nanoseconds: 900_000_000)
        let end = start.advanced(by: .milliseconds(200))
        #expect(end == Timestamp(seconds: 11, nanoseconds: 100_000_000))
        #expect(end.duration(since: start) == .milliseconds(200))
        #expect(end.advanced(by: .milliseconds(-200)) == start)
    }
}
