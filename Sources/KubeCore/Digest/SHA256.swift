import COpenSSL

/// SHA-256 (FIPS 180-4) through OpenSSL: content addresses, plan hashes, ApplySet identifiers. Not for secrets.
public enum SHA256 {
    /// The 32 bytes of the digest.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        // The pointers live for the call only; OpenSSL writes at most 32 bytes for this algorithm.
        let succeeded = bytes.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { result in
                EVP_Digest(input.baseAddress, input.count, result.baseAddress, &length, EVP_sha256(), nil) == 1
            }
        }
        precondition(succeeded && length == 32, "OpenSSL has no SHA-256")
        return output
    }

    /// The digest in lower-case hexadecimal.
    public static func hexadecimal(_ bytes: [UInt8]) -> String {
        var text = ""
        text.reserveCapacity(64)
        for byte in digest(bytes) {
            if byte < 16 { text.append("0") }
            text += String(byte, radix: 16)
        }
        return text
    }

    /// The digest in base64 for URLs (RFC 4648, section 5) without padding, as ApplySet identifiers use it.
    public static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let digest = digest(bytes)
        var text: [UInt8] = []
        var position = 0
        while position < digest.count {
            let chunk = digest[position..<min(position + 3, digest.count)]
            var bits: UInt32 = 0
            for byte in chunk { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(3 - chunk.count) * 8
            for index in 0...chunk.count { text.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)]) }
            position += 3
        }
        return String(decoding: text, as: UTF8.self)
    }
}
