import COpenSSL

/// AES-256 in CBC mode with PKCS #7 padding.
public enum BlockCipher {
    /// Encrypts with a key of 32 bytes and an initialization vector of 16.
    public static func encrypt(_ plain: [UInt8], key: [UInt8], vector: [UInt8]) throws(PKIError) -> [UInt8] {
        try run(plain, key: key, vector: vector, encrypts: 1)
    }

    /// Decrypts what `encrypt` made.
    public static func decrypt(_ sealed: [UInt8], key: [UInt8], vector: [UInt8]) throws(PKIError) -> [UInt8] {
        try run(sealed, key: key, vector: vector, encrypts: 0)
    }

    private static func run(
        _ input: [UInt8], key: [UInt8], vector: [UInt8], encrypts: Int32
    ) throws(PKIError) -> [UInt8] {
        guard key.count == 32, vector.count == 16, let context = EVP_CIPHER_CTX_new() else {
            throw PKIError("cannot use AES: the key must have 32 bytes and the initialization vector 16")
        }
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: input.count + 32)
        var first: Int32 = 0
        var last: Int32 = 0
        guard EVP_CipherInit_ex(context, EVP_aes_256_cbc(), nil, key, vector, encrypts) == 1,
            EVP_CipherUpdate(context, &output, &first, input, Int32(clamping: input.count)) == 1
        else { throw OpenSSL.failure("use AES") }
        var tail = [UInt8](repeating: 0, count: 32)
        guard EVP_CipherFinal_ex(context, &tail, &last) == 1 else { throw OpenSSL.failure("use AES") }
        return Array(output.prefix(Int(first))) + tail.prefix(Int(last))
    }
}

/// Keys from passwords.
public enum KeyDerivation {
    /// scrypt (RFC 7914).
    public static func scrypt(
        password: [UInt8], salt: [UInt8], cost: UInt64, blockSize: UInt64, parallelism: UInt64, length: Int
    ) throws(PKIError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: length)
        let password = password.map { CChar(bitPattern: $0) }
        guard
            EVP_PBE_scrypt(
                password, password.count, salt, salt.count, cost, blockSize, parallelism, 256 << 20, &output, length)
                == 1
        else { throw OpenSSL.failure("derive a key") }
        return output
    }
}

/// Random bytes from OpenSSL's generator.
public enum SecureRandom {
    /// This many unpredictable bytes.
    public static func bytes(_ count: Int) throws(PKIError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { throw OpenSSL.failure("draw random bytes") }
        return bytes
    }
}
