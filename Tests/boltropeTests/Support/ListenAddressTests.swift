import Testing

@testable import boltrope

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "An address is read as controller-runtime reads it",
        arguments: [
            (":8080", "0.0.0.0", 8080), ("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:9", "::1", 9),
            ("localhost:65535", "localhost", 65_535),
        ])
    func reading(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(argument: text))
        #expect(address.host == host && address.port == port && address.isEnabled)
    }

    @Test("0 turns a server off")
    func off() throws {
        let address = try #require(ListenAddress(argument: "0"))
        #expect(!address.isEnabled)
        #expect(address.defaultValueDescription == "0")
    }

    @Test("What is no address is refused", arguments: ["", "8080", ":x", ":65536", ":-1", "::1:80", "host:"])
    func refused(text: String) { #expect(ListenAddress(argument: text) == nil) }
}
