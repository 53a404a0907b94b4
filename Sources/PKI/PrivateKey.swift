import COpenSSL

/// A private key with its public half. Describes itself by its kind only; the key itself leaves through `pem` alone.
public final class PrivateKey: @unchecked Sendable {
    /// What kind of key to make.
    public enum Kind: Hashable, Sendable {
        /// ECDSA on NIST P-256, the default for mesh certificates.
        case ecdsaP256
        /// ECDSA on NIST P-384.
        case ecdsaP384
        /// RSA with this many bits.
        case rsa(bits: Int)
        /// DSA with 2048 bits, for templates that ask for it.
        case dsa
        /// Ed25519.
        case ed25519
    }

    // Unchecked, because OpenSSL counts references to keys atomically and nothing here changes a key once it is made.
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// Makes a key from OpenSSL's random source.
    public static func generate(_ kind: Kind) throws(PKIError) -> PrivateKey {
        switch kind {
        case .ecdsaP256: try generate(EVP_PKEY_EC) { EVP_PKEY_CTX_set_ec_paramgen_curve_nid($0, NID_X9_62_prime256v1) }
        case .ecdsaP384: try generate(EVP_PKEY_EC) { EVP_PKEY_CTX_set_ec_paramgen_curve_nid($0, NID_secp384r1) }
        case .rsa(let bits):
            try generate(EVP_PKEY_RSA) { EVP_PKEY_CTX_set_rsa_keygen_bits($0, Int32(clamping: bits)) }
        case .ed25519: try generate(EVP_PKEY_ED25519) { _ in 1 }
        case .dsa: try generateDSA()
        }
    }

    private static func generate(
        _ identifier: Int32, _ configure: (OpaquePointer) -> Int32
    ) throws(PKIError) -> PrivateKey {
        guard let context = EVP_PKEY_CTX_new_id(identifier, nil) else { throw OpenSSL.failure("make a key") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, configure(context) == 1, EVP_PKEY_keygen(context, &key) == 1, let key
        else { throw OpenSSL.failure("make a key") }
        return PrivateKey(key)
    }

    private static func generateDSA() throws(PKIError) -> PrivateKey {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, nil) else { throw OpenSSL.failure("make a key") }
        defer { EVP_PKEY_CTX_free(context) }
        var parameters: OpaquePointer?
        guard EVP_PKEY_paramgen_init(context) == 1, EVP_PKEY_CTX_set_dsa_paramgen_bits(context, 2048) == 1,
            EVP_PKEY_paramgen(context, &parameters) == 1, let parameters
        else { throw OpenSSL.failure("make DSA parameters") }
        defer { EVP_PKEY_free(parameters) }
        guard let generator = EVP_PKEY_CTX_new(parameters, nil) else { throw OpenSSL.failure("make a key") }
        defer { EVP_PKEY_CTX_free(generator) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(generator) == 1, EVP_PKEY_keygen(generator, &key) == 1, let key else {
            throw OpenSSL.failure("make a key")
        }
        return PrivateKey(key)
    }

    /// Reads an unencrypted PEM key of any form that OpenSSL knows.
    public init(pem: String) throws(PKIError) {
        let key = OpenSSL.reading(Array(pem.utf8)) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
        guard let key else { throw OpenSSL.failure("read a private key") }
        pointer = key
    }

    /// The key as PEM in its traditional form (`RSA PRIVATE KEY`, `EC PRIVATE KEY`), PKCS #8 where there is none.
    public var pem: String {
        get throws(PKIError) {
            let isEdwards = EVP_PKEY_get_base_id(pointer) == EVP_PKEY_ED25519
            let text = OpenSSL.written { stream in
                isEdwards
                    ? PEM_write_bio_PKCS8PrivateKey(stream, pointer, nil, nil, 0, nil, nil)
                    : PEM_write_bio_PrivateKey_traditional(stream, pointer, nil, nil, 0, nil, nil)
            }
            guard let text else { throw OpenSSL.failure("write a private key") }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// The key as PEM in PKCS #8 (`PRIVATE KEY`).
    public var pkcs8PEM: String {
        get throws(PKIError) {
            let text = OpenSSL.written { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
            guard let text else { throw OpenSSL.failure("write a private key") }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// The digest method for signatures; Ed25519 has its own.
    var signatureMethod: OpaquePointer? {
        EVP_PKEY_get_base_id(pointer) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
    }
}

extension PrivateKey: CustomStringConvertible, CustomReflectable {
    /// The kind of key, never the key.
    public var description: String { "PrivateKey(redacted, \(EVP_PKEY_get_bits(pointer)) bits)" }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
