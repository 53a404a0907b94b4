import COpenSSL

/// Bytes in and out of OpenSSL's memory streams, and its queue of errors.
enum OpenSSL {
    /// What a writer function put into a memory stream. The stream is freed before this returns.
    static func written(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
        guard let stream = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(stream) }
        guard write(stream) == 1 else { return nil }
        var data: UnsafeMutablePointer<CChar>?
        let count = withUnsafeMutablePointer(to: &data) {
            BIO_ctrl(stream, BIO_CTRL_INFO, 0, UnsafeMutableRawPointer($0))
        }
        guard let data, count >= 0 else { return nil }
        // The bytes belong to the stream, so they are copied while it lives.
        return [UInt8](UnsafeRawBufferPointer(start: data, count: Int(count)))
    }

    /// What a reader function makes of bytes. The stream borrows the bytes and is freed before this returns.
    static func reading<Result>(_ bytes: [UInt8], _ read: (OpaquePointer) -> Result?) -> Result? {
        bytes.withUnsafeBytes { buffer -> Result? in
            guard let stream = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return nil }
            defer { BIO_free(stream) }
            return read(stream)
        }
    }

    /// An error with OpenSSL's own reason, the queue emptied.
    static func failure(_ action: String) -> PKIError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let reason = ERR_reason_error_string(code) else { return PKIError("cannot \(action)") }
        return PKIError("cannot \(action): \(String(cString: reason))")
    }
}
