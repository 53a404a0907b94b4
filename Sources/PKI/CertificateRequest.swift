import COpenSSL

/// What a new certificate shall say.
public struct CertificateRequest: Sendable {
    /// The subject's common name.
    public var commonName: String
    /// The subject's organization; empty for none.
    public var organization: String
    /// DNS names it is valid for.
    public var dnsNames: [String]
    /// IP addresses it is valid for.
    public var ipAddresses: [String]
    /// URIs it is valid for, such as SPIFFE identities.
    public var uris: [String]
    /// The start of its validity in seconds since the epoch.
    public var notBefore: Int64
    /// The end of its validity in seconds since the epoch.
    public var notAfter: Int64
    /// Whether it may sign other certificates.
    public var isAuthority: Bool
    /// How many authorities may follow below it; nil for any number. Only for authorities.
    public var pathLength: Int?

    /// A request; a leaf without further names unless said otherwise.
    public init(
        commonName: String, organization: String = "", dnsNames: [String] = [], ipAddresses: [String] = [],
        uris: [String] = [], notBefore: Int64, notAfter: Int64, isAuthority: Bool = false, pathLength: Int? = nil
    ) {
        self.commonName = commonName
        self.organization = organization
        self.dnsNames = dnsNames
        self.ipAddresses = ipAddresses
        self.uris = uris
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.isAuthority = isAuthority
        self.pathLength = pathLength
    }

    /// A certificate for a key, signed by that key.
    public func selfSigned(key: PrivateKey) throws(PKIError) -> Certificate {
        try issue(for: key, issuer: nil, issuerKey: key)
    }

    func issue(for key: PrivateKey, issuer: Certificate?, issuerKey: PrivateKey) throws(PKIError) -> Certificate {
        guard let certificate = X509_new() else { throw OpenSSL.failure("make a certificate") }
        let result = Certificate(owning: certificate)
        guard X509_set_version(certificate, 2) == 1 else { throw OpenSSL.failure("make a certificate") }
        try setSerial(of: certificate)
        guard ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(notBefore)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(notAfter)) != nil,
            X509_set_pubkey(certificate, key.pointer) == 1
        else { throw OpenSSL.failure("make a certificate") }
        let subject = X509_get_subject_name(certificate)
        try add("CN", commonName, to: subject)
        if !organization.isEmpty { try add("O", organization, to: subject) }
        let issuerName = issuer.map { X509_get_subject_name($0.pointer) } ?? subject
        guard X509_set_issuer_name(certificate, issuerName) == 1 else { throw OpenSSL.failure("name the issuer") }
        try addExtensions(to: certificate, issuer: issuer?.pointer ?? certificate)
        guard X509_sign(certificate, issuerKey.pointer, issuerKey.signatureMethod) > 0 else {
            throw OpenSSL.failure("sign a certificate")
        }
        return result
    }

    private func setSerial(of certificate: OpaquePointer) throws(PKIError) {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&bytes, 16) == 1 else { throw OpenSSL.failure("draw a serial number") }
        bytes[0] &= 0x7F
        guard let number = BN_bin2bn(bytes, 16, nil) else { throw OpenSSL.failure("draw a serial number") }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw OpenSSL.failure("draw a serial number")
        }
    }

    private func add(_ field: String, _ value: String, to name: OpaquePointer?) throws(PKIError) {
        guard !value.isEmpty else { return }
        let bytes = Array(value.utf8)
        guard X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1 else {
            throw OpenSSL.failure("name a certificate \(value)")
        }
    }

    private func addExtensions(to certificate: OpaquePointer, issuer: OpaquePointer) throws(PKIError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        func add(_ identifier: Int32, _ value: String) throws(PKIError) {
            guard let item = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
                throw OpenSSL.failure("add an extension to a certificate")
            }
            defer { X509_EXTENSION_free(item) }
            guard X509_add_ext(certificate, item, -1) == 1 else {
                throw OpenSSL.failure("add an extension to a certificate")
            }
        }
        try add(
            NID_key_usage,
            "critical,digitalSignature,keyEncipherment" + (isAuthority ? ",keyCertSign,cRLSign" : ""))
        try add(NID_ext_key_usage, "serverAuth,clientAuth")
        let constraint = pathLength.map { ",pathlen:\($0)" } ?? ""
        try add(NID_basic_constraints, isAuthority ? "critical,CA:TRUE" + constraint : "critical,CA:FALSE")
        if isAuthority { try add(NID_subject_key_identifier, "hash") }
        if issuer != certificate { try add(NID_authority_key_identifier, "keyid") }
        let names =
            dnsNames.map { "DNS:" + $0 } + ipAddresses.map { "IP:" + $0 } + uris.map { "URI:" + $0 }
        // The names go through OpenSSL's configuration syntax, in which a comma would begin another one.
        if let unsafe = names.first(where: { $0.utf8.contains { $0 < 0x21 || $0 == 0x2C || $0 == 0x5C || $0 > 0x7E } })
        {
            throw PKIError("cannot make a certificate for \(unsafe): the name has characters that names cannot have")
        }
        if !names.isEmpty { try add(NID_subject_alt_name, names.joined(separator: ",")) }
    }
}

/// A certificate that may sign others, with its key.
public struct CertificateAuthority: Sendable {
    /// The authority's certificate.
    public var certificate: Certificate
    /// The authority's key.
    public var key: PrivateKey

    /// An authority; certificate and key must belong together.
    public init(certificate: Certificate, key: PrivateKey) throws(PKIError) {
        guard X509_check_private_key(certificate.pointer, key.pointer) == 1 else {
            throw OpenSSL.failure("use a key that does not belong to the certificate")
        }
        self.certificate = certificate
        self.key = key
    }

    /// A new self-signed authority.
    public static func selfSigned(_ request: CertificateRequest, kind: PrivateKey.Kind) throws(PKIError)
        -> CertificateAuthority
    {
        var request = request
        request.isAuthority = true
        let key = try PrivateKey.generate(kind)
        return try CertificateAuthority(certificate: request.selfSigned(key: key), key: key)
    }

    /// A certificate for a key, signed by this authority.
    public func issue(_ request: CertificateRequest, for key: PrivateKey) throws(PKIError) -> Certificate {
        try request.issue(for: key, issuer: certificate, issuerKey: self.key)
    }
}
