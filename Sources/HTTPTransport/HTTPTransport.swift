// # HTTPTransport
//
// HTTP over libcurl for everything that leaves the process; it knows nothing of Kubernetes.
//
// - `HTTPExchange`        the seam: send a request, or stream its response. Everything above depends on this protocol
//                         only, so that a test can put an in-process server in place of sockets.
// - `HTTPRequest`, `HTTPResponse`, `HTTPHeaders`, `HTTPTransportError`
//                         the vocabulary. Time-outs, limits, TLS and proxy settings travel with each request.
// - `TLSSettings`, `ProxySetting`
//                         trust, client certificates and the way out; `ProxyExceptions` reads `NO_PROXY`.
// - `HTTPBodyStream`      a body as it arrives, with back-pressure; `BodyBuffer` is its state machine.
// - `LibcurlTransport`    the exchange over sockets. Each lane (`CurlEventLoop`) is one thread that drives all of its
//                         transfers (`CurlTransfer`) through one libcurl multi handle and its connection pool; urgent
//                         requests have a lane of their own, so that they never queue behind bulk transfers.
// - `StreamAdmission`     has requests share HTTP/2 connections, and makes one more where their streams are used up.
// - `CurlConnections`, `ConnectionLiveness`
//                         which transfers share which socket; when a vanished or stuck peer is given up.
//
//     caller ── send/stream ──▶ LibcurlTransport ── commands ──▶ CurlEventLoop ── libcurl ──▶ sockets
//     caller ◀── HTTPBodyStream ◀── BodyBuffer ◀── write callback ──┘
