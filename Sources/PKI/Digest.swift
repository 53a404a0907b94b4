import COpenSSL

/// Digests and message authentication codes.
public enum Digest {
    /// A hash function.
    public enum Algorithm: Sendable {
        /// SHA-1: for fingerprints that others still print, not for security.
        case sha1
        /// SHA-256.
        case sha256
        /// SHA-384.
        case sha384
        /// SHA-512.
        case sha512

        var name: String {
            switch self {
            case .sha1: "SHA1"
            case .sha256: "SHA256"
            case .sha384: "SHA384"
            case .sha512: "SHA512"
            }
        }

        var method: OpaquePointer? {
            switch self {
            case .sha1: EVP_sha1()
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        }
    }

    /// The digest of bytes.
    public static func digest(_ bytes: [UInt8], _ algorithm: Algorithm = .sha256) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let succeeded = EVP_Digest(bytes, bytes.count, &output, &length, algorithm.method, nil) == 1
        precondition(succeeded, "OpenSSL has the SHA family")
        return Array(output.prefix(Int(length)))
    }

    /// The keyed code (HMAC, RFC 2104) of bytes.
    public static func authenticationCode(_ bytes: [UInt8], key: [UInt8], _ algorithm: Algorithm = .sha256) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length = 0
        let result = EVP_Q_mac(
            nil, "HMAC", nil, algorithm.name, nil, key, key.count, bytes, bytes.count, &output, output.count, &length)
        precondition(result != nil, "OpenSSL has HMAC")
        return Array(output.prefix(length))
    }
}
