import KubeCore
import Testing

@Suite("Quantities and resource versions")
struct QuantityTests {
    @Test(
        "Amounts are equal however they are written",
        arguments: [
            ("1", "1000m"), ("1Gi", "1024Mi"), ("1.5", "1500m"), ("2e3", "2k"), ("0.1", "100m"), ("1E", "1e18"),
        ])
    func equal(left: String, right: String) throws {
        #expect(try #require(Quantity(left)) == #require(Quantity(right)))
    }

    @Test("What is no quantity is refused", arguments: ["", "x", "1x", "1 Mi", ".", "1.2.3", "Mi", "1e"])
    func refused(text: String) { #expect(Quantity(text) == nil) }

    @Test("Amounts have an order and round up")
    func order() throws {
        #expect(try #require(Quantity("999Mi")) < #require(Quantity("1Gi")))
        #expect(Quantity("1500m")?.roundedUp == 2)
        #expect(Quantity("-1500m")?.roundedUp == -1)
        #expect(try #require(Quantity("1000000000000000000000000001n")) > #require(Quantity("1P")))
    }

    @Test("Resource versions order by number, whatever their length")
    func versions() throws {
        #expect(try #require(ResourceVersion("9")) < #require(ResourceVersion("10")))
        #expect(
            try #require(ResourceVersion("99999999999999999999")) < #require(ResourceVersion("100000000000000000000")))
        for text in ["", "01", "1a", "-1", "1.0"] { #expect(ResourceVersion(text) == nil) }
    }
}
