import CCurl
import Glibc

/// Translates libcurl's verdicts into errors that say what to do.
enum CurlFailure {
    static func error(_ code: CURLcode, detail: String, transfer: CurlTransfer) -> HTTPTransportError {
        var reason = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        let kind = kind(of: code, reason, transfer)
        // libcurl's words name the address it went to, which is the proxy's, as if it were the server's.
        if let proxy = transfer.proxy, HTTPTransportError(kind, "").isBeforeRequest {
            reason += " (through the proxy \(ProxySetting.display(proxy)))"
        }
        return HTTPTransportError(kind, reason)
    }

    private static func kind(
        of code: CURLcode, _ reason: String, _ transfer: CurlTransfer
    ) -> HTTPTransportError.Kind {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL where transfer.wasSent:
            // What came is no HTTP, or of a version below 1.0.
            return .protocolViolation
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_FAILED_INIT,
            CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            return .invalidRequest
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
            return .proxy
        case CURLE_COULDNT_RESOLVE_HOST:
            return .nameResolution
        case CURLE_COULDNT_CONNECT where transfer.proxy != nil:
            return .proxy
        case CURLE_COULDNT_CONNECT:
            return errorNumber(transfer) == Int(ECONNREFUSED) ? .connectionRefused : .connectionFailed
        case CURLE_OPERATION_TIMEDOUT:
            return transfer.wasSent ? .timeout(.whole) : .timeout(.connect)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CLIENTCERT:
            return .tls
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_TOO_MANY_REDIRECTS:
            return .protocolViolation
        case CURLE_FILESIZE_EXCEEDED:
            return .bodyTooLarge
        default:
            // In TLS 1.3 a server refuses a client's certificate after the handshake, in its first message.
            if reason.contains(":SSL routines:") { return .tls }
            if reason.contains("CONNECT tunnel failed") { return .proxy }
            // RECV_ERROR, SEND_ERROR, GOT_NOTHING, PARTIAL_FILE, HTTP2, HTTP2_STREAM and the unforeseen: once the
            // request is under way it may have been acted on, which is the careful assumption.
            return transfer.wasSent ? .connectionLost : .connectionFailed
        }
    }

    private static func errorNumber(_ transfer: CurlTransfer) -> Int {
        var value = 0
        if let easy = transfer.easy { ccurl_get_long(easy, CURLINFO_OS_ERRNO, &value) }
        return value
    }
}
