/// # PKI
///
/// Keys and certificates over the distribution's OpenSSL.
///
/// - ``PrivateKey``          generating, reading and writing keys: ECDSA P-256 and P-384, RSA, DSA, Ed25519.
/// - ``Certificate``         reading X.509 certificates: names, validity, fingerprints.
/// - ``CertificateRequest``  what a new certificate shall say; issued self-signed or by a ``CertificateAuthority``.
/// - ``Digest``              SHA-1, SHA-256, SHA-384, SHA-512 and HMAC.
/// - ``BlockCipher``, ``KeyDerivation``  AES-CBC and scrypt, as chart templates use them.
///
/// Secrets do not print: a key describes itself by its kind only. OpenSSL's objects live in small classes that free them;
/// its pointers never leave this module.
public enum PKI {}

/// Why a key or certificate could not be made or read.
public struct PKIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried and, where OpenSSL says it, why it failed. Never contains key material.
    public var message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}
