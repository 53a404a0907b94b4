import PKI

/// Sprig's functions on keys, certificates and ciphers.
enum CryptoFunctions {
    static let all: [TemplateFunction] = [
        TemplateFunction("genPrivateKey", [.string]) { _, arguments in
            do throws(PKIError) {
                switch arguments.string(0) {
                case "", "rsa": return .string(try PrivateKey.generate(.rsa(bits: 4096)).pem)
                case "dsa": return .string(try PrivateKey.generate(.dsa).pem)
                case "ecdsa": return .string(try PrivateKey.generate(.ecdsaP256).pem)
                case "ed25519": return .string(try PrivateKey.generate(.ed25519).pem)
                default: return .string("Unknown type " + arguments.string(0))
                }
            } catch {
                return .string("failed to generate private key: \(error.message)")
            }
        },
        TemplateFunction("genCA", [.string, .int]) { execution, arguments throws(GoError) in
            try certificate(execution, arguments.string(0), days: arguments.int(1), isAuthority: true)
        },
        TemplateFunction("genCAWithKey", [.string, .int, .string]) { execution, arguments throws(GoError) in
            try certificate(
                execution, arguments.string(0), days: arguments.int(1), key: arguments.string(2), isAuthority: true)
        },
        TemplateFunction("genSelfSignedCert", [.string, .list, .list, .int]) { execution, arguments throws(GoError) in
            try certificate(
                execution, arguments.string(0), addresses: arguments[1], names: arguments[2], days: arguments.int(3))
        },
        TemplateFunction("genSelfSignedCertWithKey", [.string, .list, .list, .int, .string]) {
            execution, arguments throws(GoError) in
            try certificate(
                execution, arguments.string(0), addresses: arguments[1], names: arguments[2], days: arguments.int(3),
                key: arguments.string(4))
        },
        TemplateFunction("genSignedCert", [.string, .list, .list, .int, certificateType]) {
            execution, arguments throws(GoError) in
            try certificate(
                execution, arguments.string(0), addresses: arguments[1], names: arguments[2], days: arguments.int(3),
                authority: arguments[4])
        },
        TemplateFunction("genSignedCertWithKey", [.string, .list, .list, .int, certificateType, .string]) {
            execution, arguments throws(GoError) in
            try certificate(
                execution, arguments.string(0), addresses: arguments[1], names: arguments[2], days: arguments.int(3),
                key: arguments.string(5), authority: arguments[4])
        },
        TemplateFunction("buildCustomCert", [.string, .string]) { _, arguments throws(GoError) in
            let certificate = String(decoding: try decoded(arguments.bytes(0), "certificate"), as: UTF8.self)
            let key = String(decoding: try decoded(arguments.bytes(1), "private key"), as: UTF8.self)
            do throws(PKIError) {
                _ = try Certificate(pem: certificate)
                _ = try PrivateKey(pem: key)
            } catch {
                throw GoError("unable to decode certificate: \(error.message)")
            }
            return .object(CertificateObject(certificate: certificate, key: key))
        },
        TemplateFunction("encryptAES", [.string, .string]) { _, arguments throws(GoError) in
            if arguments.bytes(1).isEmpty { return .string("") }
            do throws(PKIError) {
                let vector = try SecureRandom.bytes(16)
                let sealed = try BlockCipher.encrypt(arguments.bytes(1), key: key32(arguments.bytes(0)), vector: vector)
                return .text(Base64.encode(vector + sealed))
            } catch {
                throw GoError(error.message)
            }
        },
        TemplateFunction("decryptAES", [.string, .string]) { _, arguments throws(GoError) in
            if arguments.bytes(1).isEmpty { return .string("") }
            let sealed = try Base64.decode(arguments.bytes(1))
            guard sealed.count >= 16 else {
                let capacity = arguments.bytes(1).count / 4 * 3
                throw GoError("runtime error: slice bounds out of range [:16] with capacity \(capacity)")
            }
            guard sealed.count >= 32, sealed.count % 16 == 0 else {
                throw GoError("ciphertext is not a multiple of the block size")
            }
            do throws(PKIError) {
                return .text(
                    try BlockCipher.decrypt(
                        Array(sealed.dropFirst(16)), key: key32(arguments.bytes(0)), vector: Array(sealed.prefix(16))))
            } catch {
                throw GoError(error.message)
            }
        },
    ]

    private static let certificateType = ParameterType.object("sprig.certificate")

    private static func key32(_ password: [UInt8]) -> [UInt8] {
        Array((password + [UInt8](repeating: 0, count: 32)).prefix(32))
    }

    private static func decoded(_ text: [UInt8], _ what: String) throws(GoError) -> [UInt8] {
        do { return try Base64.decode(text) } catch { throw GoError("unable to decode base64 \(what)") }
    }

    private static func certificate(
        _ execution: TemplateExecution, _ name: String, addresses: Value = .missing, names: Value = .missing, days: Int,
        key: String? = nil, authority: Value? = nil, isAuthority: Bool = false
    ) throws(GoError) -> Value {
        let now = execution.environment.now().seconds
        let request = CertificateRequest(
            commonName: name, dnsNames: try texts(names, "DNS name"), ipAddresses: try texts(addresses, "ip"),
            notBefore: now, notAfter: now + Int64(days) * 86_400, isAuthority: isAuthority)
        do throws(PKIError) {
            let key: PrivateKey =
                if let key { try PrivateKey(pem: key) } else { try PrivateKey.generate(.rsa(bits: 2048)) }
            let certificate: Certificate
            if case .object(let object)? = authority, let issuer = object as? CertificateObject {
                let authority = try CertificateAuthority(
                    certificate: Certificate(pem: issuer.certificate), key: PrivateKey(pem: issuer.key))
                certificate = try authority.issue(request, for: key)
            } else {
                certificate = try request.selfSigned(key: key)
            }
            return .object(CertificateObject(certificate: try certificate.pem, key: try key.pem))
        } catch {
            throw GoError("error creating certificate: \(error.message)")
        }
    }

    private static func texts(_ value: Value, _ what: String) throws(GoError) -> [String] {
        var texts: [String] = []
        for element in value.listElements ?? [] {
            guard let text = element.stringText else {
                throw GoError("error parsing \(what): \(GoFormat.text(element)) is not a string")
            }
            texts.append(text)
        }
        return texts
    }
}

/// The certificate and key that `genCA` and its like give.
final class CertificateObject: TemplateObject {
    let certificate: String
    let key: String

    init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    override var typeName: String { "sprig.certificate" }
    override var text: String { "{\(certificate) \(key)}" }
    override var encoded: Value { .map(MapObject(["Cert": .string(certificate), "Key": .string(key)])) }

    override func field(_ name: String) -> Value? {
        switch name {
        case "Cert": .string(certificate)
        case "Key": .string(key)
        default: nil
        }
    }
}
