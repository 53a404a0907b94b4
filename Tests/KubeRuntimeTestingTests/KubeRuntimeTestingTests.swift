import KubeRuntimeTesting
import Testing

@Suite("A controller under the harness")
struct SiteTests {
    @Test("a controller without a mistake ends where the undisturbed one ends, whatever single fault befalls it")
    func correct() async throws {
        let harness = try await ControllerHarness(.sites())
        let report = await harness.run(.singleFaults)
        print(harness.baselineWrites, harness.plans().count)
        #expect(report.failures.isEmpty, "\(report)")
        #expect(report.unspent.isEmpty, "\(report.unspent.map(\.plan))")
        print(report)
    }
}
