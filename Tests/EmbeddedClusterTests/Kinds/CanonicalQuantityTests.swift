import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Quantities are written in one way")
struct CanonicalQuantityTests {
    @Test(
        "The canonical form keeps the family of the suffix and has no needless zeros",
        arguments: [
            ("0.5", "500m"), ("1024Mi", "1Gi"), ("2000m", "2"), ("2000000000", "2G"), ("1e3", "1e3"), ("0Mi", "0"),
            ("1.5Gi", "1536Mi"), ("1.1Mi", "1153433600m"), ("512", "512"), ("12000", "12k"), ("-1Gi", "-1Gi"),
            ("0.1m", "100u"), ("1023Ki", "1023Ki"), ("1000Mi", "1000Mi"), ("1E", "1E"), ("100E3", "100e3"),
        ])
    func canonical(written: String, expected: String) throws {
        #expect(CanonicalQuantity.of(.string(written)) == .string(expected))
    }

    @Test("A canonical quantity is its own canonical form, and the same amount")
    func idempotence() throws {
        for number in [1, 7, 100, 1000, 1024, 1536, 999_999, 1_048_576] {
            for suffix in ["n", "u", "m", "", "k", "M", "G", "Ki", "Mi", "Gi", "e3"] {
                let written = try #require(Quantity("\(number)\(suffix)"))
                let once = CanonicalQuantity.text(of: written)
                let read = try #require(Quantity(once))
                #expect(read == written)
                #expect(CanonicalQuantity.text(of: read) == once)
            }
        }
    }
}
