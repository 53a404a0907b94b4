import PKI
import Testing

@Suite("Keys and certificates")
struct CertificateTests {
    private static let start: Int64 = 1_700_000_000

    private func request(_ name: String, isAuthority: Bool = false) -> CertificateRequest {
        CertificateRequest(
            commonName: name, organization: "mesh", dnsNames: ["a.example", "*.b.example"],
            ipAddresses: ["10.0.0.1", "::1"],
            uris: ["spiffe://cluster.local/ns/a/sa/b"], notBefore: Self.start, notAfter: Self.start + 86_400,
            isAuthority: isAuthority)
    }

    @Test(
        "every kind of key survives its PEM form and signs",
        arguments: [PrivateKey.Kind.ecdsaP256, .ecdsaP384, .rsa(bits: 2048), .ed25519])
    func keys(kind: PrivateKey.Kind) throws {
        let key = try PrivateKey(pem: PrivateKey.generate(kind).pem)
        let authority = try CertificateAuthority.selfSigned(request("root"), kind: kind)
        let certificate = try authority.issue(request("leaf"), for: key)
        #expect(certificate.isSigned(by: authority.certificate))
        #expect(authority.certificate.isSigned(by: authority.certificate))
        #expect(!authority.certificate.isSigned(by: certificate))
        #expect(authority.certificate.isAuthority && !certificate.isAuthority)
    }

    @Test("a certificate says what was asked of it")
    func contents() throws {
        let authority = try CertificateAuthority.selfSigned(request("root"), kind: .ecdsaP256)
        let certificate = try Certificate(pem: authority.issue(request("leaf"), for: .generate(.ecdsaP256)).pem)
        #expect(certificate.subject == "O=mesh,CN=leaf")
        #expect(certificate.issuer == "O=mesh,CN=root")
        #expect((certificate.notBefore, certificate.notAfter) == (Self.start, Self.start + 86_400))
        #expect(certificate.matches(host: "a.example") && certificate.matches(host: "x.b.example"))
        #expect(!certificate.matches(host: "c.example"))
        #expect(try certificate.fingerprint.utf8.count == 64)
        let bundle = try authority.certificate.pem + certificate.pem
        #expect(try Certificate.all(inPEM: bundle).map(\.subject) == ["O=mesh,CN=root", "O=mesh,CN=leaf"])
    }

    @Test("names that would add further names are refused")
    func injection() {
        var hostile = request("leaf")
        hostile.dnsNames = ["a.example,DNS:evil.example"]
        #expect(throws: PKIError.self) { try hostile.selfSigned(key: .generate(.ecdsaP256)) }
    }

    @Test("a key that does not belong to the certificate makes no authority")
    func mismatch() throws {
        let certificate = try request("root", isAuthority: true).selfSigned(key: .generate(.ecdsaP256))
        #expect(throws: PKIError.self) {
            try CertificateAuthority(certificate: certificate, key: .generate(.ecdsaP256))
        }
    }

    @Test("keys do not print")
    func redaction() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let body = try key.pem.split(separator: "\n")[1]
        for text in ["\(key)", String(reflecting: key), "\([key])"] {
            #expect(!text.contains(body))
            #expect(text.contains("redacted"))
        }
    }

    @Test("what is no key and no certificate is refused")
    func garbage() {
        #expect(throws: PKIError.self) { try PrivateKey(pem: "nonsense") }
        #expect(throws: PKIError.self) {
            try Certificate(pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        }
    }

    @Test("digests, codes, ciphers and derived keys match their published vectors")
    func vectors() throws {
        func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        #expect(hex(Digest.digest(Array("abc".utf8))).hasPrefix("ba7816bf8f01cfea"))
        #expect(hex(Digest.digest(Array("abc".utf8), .sha1)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        let code = Digest.authenticationCode(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(hex(code).hasPrefix("5bdcc146bf60754e"))
        let key = try KeyDerivation.scrypt(
            password: Array("password".utf8), salt: Array("NaCl".utf8), cost: 1024, blockSize: 8, parallelism: 16,
            length: 64)
        #expect(hex(key).hasPrefix("fdbabe1c9d347200"))
        let sealed = try BlockCipher.encrypt(
            [1, 2, 3], key: [UInt8](repeating: 1, count: 32), vector: [UInt8](repeating: 2, count: 16))
        #expect(
            try BlockCipher.decrypt(
                sealed, key: [UInt8](repeating: 1, count: 32), vector: [UInt8](repeating: 2, count: 16)) == [1, 2, 3])
    }
}
