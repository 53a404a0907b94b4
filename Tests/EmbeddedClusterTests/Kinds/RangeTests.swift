import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Quotas, limits and endpoints")
struct RangeTests {
    @Test("The amounts of a range are in order, and its types differ")
    func limits() throws {
        let fixture = KindFixture("v1", "limitranges", "LimitRange")
        let limits = """
            {"spec":{"limits":[{"type":"Pod","default":{"cpu":"1"}},{"type":"Pod","max":{"cpu":"1"},"min":{"cpu":"2"}}]}}
            """
        #expect(
            try fixture.faults(limits) == [
                "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
                "spec.limits[1].type: Duplicate value: \"Pod\"",
                "spec.limits[1].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1",
            ])
    }

    @Test("A quota names known resources and scopes that agree")
    func quotas() throws {
        let fixture = KindFixture("v1", "resourcequotas", "ResourceQuota")
        let quota = #"{"spec":{"hard":{"foo":"1","pods":"1500m"},"scopes":["BestEffort","NotBestEffort"]}}"#
        #expect(
            try fixture.faults(quota) == [
                "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified",
                "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource for quotas",
                "spec.hard[pods]: Invalid value: \"1500m\": must be an integer",
                "spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes",
            ])
    }

    @Test(
        "Endpoints have addresses that other hosts can reach",
        arguments: [
            ("127.0.0.1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
            ("0.0.0.0", "may not be unspecified (0.0.0.0)"),
            ("169.254.0.1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
            ("224.0.0.1", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
        ])
    func addresses(address: String, expected: String) throws {
        let fixture = KindFixture("v1", "endpoints", "Endpoints")
        #expect(
            try fixture.faults(#"{"subsets":[{"addresses":[{"ip":"\#(address)"}]}]}"#) == [
                "subsets[0].addresses[0].ip: Invalid value: \"\(address)\": \(expected)"
            ])
    }
}
