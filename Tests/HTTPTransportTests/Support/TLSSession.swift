import COpenSSL

/// The server's certificate and its choice of HTTP/2, for servers whose bytes the test decides itself.
///
/// Unchecked, because an `SSL_CTX` that is no longer changed may be used from any thread.
final class TLSContext: @unchecked Sendable {
    fileprivate let pointer: OpaquePointer?

    init(_ certificates: TestCertificates) {
        pointer = SSL_CTX_new(TLS_server_method())
        SSL_CTX_use_certificate_chain_file(pointer, certificates.path("server.pem"))
        SSL_CTX_use_PrivateKey_file(pointer, certificates.path("server.key"), SSL_FILETYPE_PEM)
        SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, chosen, size, _, _, _ in
                chosen?.pointee = http2
                size?.pointee = 2
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    deinit { SSL_CTX_free(pointer) }
}

/// `h2`; never freed, as OpenSSL keeps what the callback gives it. Unsafe only in that a pointer is not Sendable:
/// nobody writes behind it.
nonisolated(unsafe) private let http2: UnsafePointer<UInt8> = {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 2)
    (bytes[0], bytes[1]) = (UInt8(ascii: "h"), UInt8(ascii: "2"))
    return UnsafePointer(bytes)
}()

/// TLS over one accepted socket, used by its handler's thread alone.
final class TLSSession {
    private let pointer: OpaquePointer?

    init(_ context: TLSContext, socket: Int32) {
        pointer = SSL_new(context.pointer)
        SSL_set_fd(pointer, socket)
        SSL_accept(pointer)
    }

    deinit { SSL_free(pointer) }

    func read(_ chunk: inout [UInt8]) -> Int { Int(SSL_read(pointer, &chunk, Int32(chunk.count))) }

    func write(_ bytes: [UInt8]) { _ = SSL_write(pointer, bytes, Int32(bytes.count)) }
}
