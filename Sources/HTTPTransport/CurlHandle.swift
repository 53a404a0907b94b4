import CCurl
import Foundation

/// Turns a request into a libcurl handle. Called on the loop's thread.
///
/// The strings and blobs given here are copied by libcurl; the lists, the error text and the transfer itself outlive
/// the handle, as ``release(_:)`` sees to.
enum CurlHandle {
    /// Makes the transfer's handle, or says why there can be none.
    static func make(for transfer: CurlTransfer, _ connections: CurlConnections) -> HTTPTransportError? {
        let request = transfer.request
        guard let target = transfer.target else {
            return HTTPTransportError(.invalidRequest, "not an http or https URL with a host")
        }
        guard let easy = curl_easy_init() else {
            return HTTPTransportError(.invalidRequest, "libcurl has no memory for another transfer")
        }
        transfer.easy = easy
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        ccurl_set_pointer(easy, CURLOPT_PRIVATE, context)
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, transfer.errorText)
        ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_string(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        ccurl_set_long(easy, CURLOPT_BUFFERSIZE, 64 << 10)
        ccurl_set_write_function(easy, writeBody, context)
        ccurl_set_header_function(easy, writeHeader, context)
        ccurl_set_request_function(easy, aboutToSend, context)
        transfer.connections = connections
        connections.observe(easy)
        setConnection(easy, request.timeouts, connections.liveness)
        setMessage(easy, request, target, transfer)
        ccurl_set_string(easy, CURLOPT_PROXY, transfer.proxy ?? "")
        // Decided already; libcurl would read the environment once more.
        ccurl_set_string(easy, CURLOPT_NOPROXY, "")
        if target.scheme == "https" {
            if let error = setTLS(easy, request.tls, target, transfer) { return error }
        }
        return nil
    }

    /// Frees the handle and what it referred to.
    static func release(_ transfer: CurlTransfer) {
        if let easy = transfer.easy { curl_easy_cleanup(easy) }
        curl_slist_free_all(transfer.headerList)
        curl_slist_free_all(transfer.connectList)
        transfer.easy = nil
        transfer.headerList = nil
        transfer.connectList = nil
    }

    private static func setConnection(
        _ easy: UnsafeMutableRawPointer, _ timeouts: HTTPTimeouts, _ liveness: ConnectionLiveness
    ) {
        ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect.wholeMilliseconds)
        if let whole = timeouts.whole { ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, whole.wholeMilliseconds) }
        ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        ccurl_set_long(easy, CURLOPT_TCP_KEEPIDLE, max(1, Int(liveness.probeAfter.components.seconds)))
        ccurl_set_long(easy, CURLOPT_TCP_KEEPINTVL, max(1, Int(liveness.probeInterval.components.seconds)))
    }

    private static func setMessage(
        _ easy: UnsafeMutableRawPointer, _ request: HTTPRequest, _ target: URLAuthority, _ transfer: CurlTransfer
    ) {
        ccurl_set_string(easy, CURLOPT_URL, request.url)
        switch request.version {
        case .http1: ccurl_set_long(easy, CURLOPT_HTTP_VERSION, ccurl_http_1_1)
        case .automatic: ccurl_set_long(easy, CURLOPT_HTTP_VERSION, ccurl_http_2_over_tls)
        }
        // Rather wait for a connection that is being made and can be shared than make another.
        if target.scheme == "https" { ccurl_set_long(easy, CURLOPT_PIPEWAIT, 1) }
        if request.method == "HEAD" {
            ccurl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if let body = request.body {
            // The size first: libcurl would otherwise copy up to the first zero byte.
            ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
            body.withUnsafeBytes { bytes in
                var empty: UInt8 = 0
                withUnsafeMutablePointer(to: &empty) { fallback in
                    let pointer = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }
                    _ = ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, pointer ?? UnsafeMutableRawPointer(fallback))
                }
            }
        }
        if request.method != "HEAD" { ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method) }
        var list: UnsafeMutablePointer<curl_slist>?
        // A field without value removes what libcurl would add by itself.
        for implied in ["Expect", "Accept", "Content-Type"] where request.headers[implied] == nil {
            list = curl_slist_append(list, "\(implied):")
        }
        for field in request.headers {
            list = curl_slist_append(list, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        if request.tls.serverName != nil, request.headers["Host"] == nil {
            list = curl_slist_append(list, "Host: \(target.hostAndPort)")
        }
        transfer.headerList = list
        ccurl_set_list(easy, CURLOPT_HTTPHEADER, list)
        if request.acceptsCompression { ccurl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "gzip") }
        if request.maximumRedirects > 0 {
            ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 1)
            ccurl_set_long(easy, CURLOPT_MAXREDIRS, request.maximumRedirects)
        }
    }

    private static func setTLS(
        _ easy: UnsafeMutableRawPointer, _ tls: TLSSettings, _ target: URLAuthority, _ transfer: CurlTransfer
    ) -> HTTPTransportError? {
        ccurl_set_long(easy, CURLOPT_SSLVERSION, ccurl_tls_1_2)
        if tls.acceptsAnyCertificate {
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
        }
        if let authorities = tls.certificateAuthorities {
            // The distribution's bundle and directory would otherwise be trusted besides.
            ccurl_set_string(easy, CURLOPT_CAINFO, nil)
            ccurl_set_string(easy, CURLOPT_CAPATH, nil)
            switch authorities {
            case .data(let bytes): setBlob(easy, CURLOPT_CAINFO_BLOB, bytes)
            case .file(let path): ccurl_set_string(easy, CURLOPT_CAINFO, path)
            }
        }
        guard (tls.clientCertificate == nil) == (tls.clientKey == nil) else {
            return HTTPTransportError(.tls, "a client certificate and its key must be given together")
        }
        switch tls.clientCertificate {
        case .data(let bytes): setBlob(easy, CURLOPT_SSLCERT_BLOB, bytes)
        case .file(let path): ccurl_set_string(easy, CURLOPT_SSLCERT, path)
        case nil: break
        }
        switch tls.clientKey {
        case .data(let bytes): setBlob(easy, CURLOPT_SSLKEY_BLOB, bytes)
        case .file(let path): ccurl_set_string(easy, CURLOPT_SSLKEY, path)
        case nil: break
        }
        if let name = tls.serverName, name != target.host {
            // libcurl takes the name to ask for and verify from the URL: so the URL names the server, and the
            // connection is led to the address.
            ccurl_set_string(easy, CURLOPT_URL, "https://\(name):\(target.port)\(target.rest)")
            transfer.connectList = curl_slist_append(nil, "\(name):\(target.port):\(target.hostAndPort)")
            ccurl_set_list(easy, CURLOPT_CONNECT_TO, transfer.connectList)
        }
        return nil
    }

    private static func setBlob(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { _ = ccurl_set_blob(easy, option, $0.baseAddress, $0.count) }
    }

    private static let writeBody: ccurl_data_function = { bytes, size, count, context in
        guard let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        switch transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) {
        case .taken: return size * count
        case .pause: return ccurl_write_pause
        // Any other count than the one given stops the transfer; the piece is never of the largest size.
        case .stop: return size * count + 1
        }
    }

    private static let writeHeader: ccurl_data_function = { bytes, size, count, context in
        guard let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        let isTaken = transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return isTaken ? size * count : size * count + 1
    }

    private static let aboutToSend: ccurl_request_function = { context, _, _, remotePort, localPort in
        guard let context else { return ccurl_request_abort }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.isAboutToBeSent(localPort: localPort, remotePort: remotePort) ? 0 : ccurl_request_abort
    }
}

extension Duration {
    /// Whole milliseconds, at least one, so that no limit turns into none.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(min(seconds, 1 << 31)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
