import COpenSSL

/// An X.509 certificate.
public final class Certificate: @unchecked Sendable {
    // Unchecked, because nothing here changes a certificate once it is made or read.
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }

    /// Reads the first certificate of PEM text.
    public init(pem: String) throws(PKIError) {
        let certificate = OpenSSL.reading(Array(pem.utf8)) { PEM_read_bio_X509($0, nil, nil, nil) }
        guard let certificate else { throw OpenSSL.failure("read a certificate") }
        pointer = certificate
    }

    /// Reads all certificates of PEM text, in order.
    public static func all(inPEM text: String) throws(PKIError) -> [Certificate] {
        var certificates: [Certificate] = []
        _ = OpenSSL.reading(Array(text.utf8)) { stream -> Bool? in
            while let next = PEM_read_bio_X509(stream, nil, nil, nil) { certificates.append(Certificate(owning: next)) }
            return true
        }
        ERR_clear_error()
        guard !certificates.isEmpty else { throw PKIError("cannot read certificates: there are none") }
        return certificates
    }

    /// The certificate as PEM.
    public var pem: String {
        get throws(PKIError) {
            guard let text = OpenSSL.written({ PEM_write_bio_X509($0, pointer) }) else {
                throw OpenSSL.failure("write a certificate")
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// The certificate's DER bytes.
    public var der: [UInt8] {
        get throws(PKIError) {
            guard let bytes = OpenSSL.written({ i2d_X509_bio($0, pointer) }) else {
                throw OpenSSL.failure("write a certificate")
            }
            return bytes
        }
    }

    /// The SHA-256 fingerprint in lower-case hexadecimal.
    public var fingerprint: String {
        get throws(PKIError) {
            Digest.digest(try der).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// The subject in RFC 2253 form, `CN=example`.
    public var subject: String { Self.text(X509_get_subject_name(pointer)) }

    /// The issuer in RFC 2253 form.
    public var issuer: String { Self.text(X509_get_issuer_name(pointer)) }

    /// When the certificate begins to be valid, in seconds since the epoch.
    public var notBefore: Int64 { Self.seconds(X509_get0_notBefore(pointer)) }

    /// When the certificate ceases to be valid, in seconds since the epoch.
    public var notAfter: Int64 { Self.seconds(X509_get0_notAfter(pointer)) }

    /// Whether the certificate may sign others.
    public var isAuthority: Bool { X509_check_ca(pointer) == 1 }

    /// Whether this certificate's signature is by the other's key.
    public func isSigned(by issuer: Certificate) -> Bool {
        guard let key = X509_get0_pubkey(issuer.pointer) else { return false }
        defer { ERR_clear_error() }
        return X509_verify(pointer, key) == 1
    }

    /// Whether the certificate is valid for a DNS name.
    public func matches(host: String) -> Bool {
        X509_check_host(pointer, host, host.utf8.count, 0, nil) == 1
    }

    /// OpenSSL's XN_FLAG_RFC2253, a macro that Swift does not see: escapes, separators, reversed order, short names.
    private static let rfc2253: UInt = 0x0111_0317

    private static func text(_ name: OpaquePointer?) -> String {
        guard let name, let bytes = OpenSSL.written({ X509_NAME_print_ex($0, name, 0, rfc2253) >= 0 ? 1 : 0 })
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        guard let epoch = ASN1_TIME_set(nil, 0) else { return 0 }
        defer { ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var rest: Int32 = 0
        guard ASN1_TIME_diff(&days, &rest, epoch, time) == 1 else { return 0 }
        return Int64(days) * 86_400 + Int64(rest)
    }
}
