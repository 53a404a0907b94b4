import Testing

@testable import KubeRuntime

@Suite("Times of leader election")
struct LeaderElectionConfigurationTests {
    private func configuration(
        lease: Duration = .seconds(15), renew: Duration = .seconds(10), retry: Duration = .seconds(2),
        request: Duration = .milliseconds(2500), margin: Duration = .seconds(1)
    ) -> LeaderElectionConfiguration {
        var configuration = LeaderElectionConfiguration()
        configuration.leaseDuration = lease
        configuration.renewDeadline = renew
        configuration.retryPeriod = retry
        configuration.requestTimeout = request
        configuration.writeMargin = margin
        return configuration
    }

    @Test("the defaults are valid")
    func defaults() throws {
        try LeaderElectionConfiguration().validate()
    }

    @Test("times with which two could lead, or nobody could for long, are refused")
    func invalid() {
        let cases: [(String, LeaderElectionConfiguration)] = [
            ("client-go lets this pass, with 16 s to give up a lease of 15", configuration(renew: .seconds(14))),
            ("the sum, not the neighbours", configuration(request: .seconds(3))),
            ("one failure would end it", configuration(renew: .seconds(2))),
            ("the API counts whole seconds", configuration(lease: .milliseconds(15500))),
            ("nothing could be written", configuration(margin: .seconds(6))),
            ("no time at all", configuration(retry: .zero)),
        ]
        for (reason, configuration) in cases {
            #expect(throws: LeaderElectionConfiguration.Invalid.self, "\(reason)") { try configuration.validate() }
        }
    }
}
