#pragma once
// libcurl sets and reads its options through variadic functions, which Swift cannot call: one typed wrapper for each
// type of argument. Constants that are macros with casts, or members of unnamed enums, are repeated here as typed
// values for the same reason.
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, long long value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

// The bytes are copied by libcurl.
static inline CURLcode ccurl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

typedef size_t (*ccurl_data_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*ccurl_request_function)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);

static inline void ccurl_set_write_function(CURL *handle, ccurl_data_function function, void *context) {
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, function);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline void ccurl_set_header_function(CURL *handle, ccurl_data_function function, void *context) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, function);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

// Called each time a request is about to be sent, also when libcurl sends it again by itself.
static inline void ccurl_set_request_function(CURL *handle, ccurl_request_function function, void *context) {
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, function);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

typedef int (*ccurl_socket_opened_function)(void *context, curl_socket_t socket, curlsocktype purpose);
typedef int (*ccurl_socket_closing_function)(void *context, curl_socket_t socket);

// The second function has to close the socket.
static inline void ccurl_set_socket_functions(
    CURL *handle, ccurl_socket_opened_function opened, ccurl_socket_closing_function closing, void *context) {
    curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, opened);
    curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, context);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, closing);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, context);
}

// Makes the kernel give up on a connection whose bytes nobody acknowledges: libcurl has options for keep-alive probes
// but none for this, and a connection with bytes in flight sends no probes.
static inline void ccurl_apply_user_timeout(curl_socket_t socket, unsigned int milliseconds) {
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

// For how many milliseconds the peer has sent nothing, as the kernel knows it; -1 where it does not tell.
static inline long ccurl_milliseconds_since_data(curl_socket_t socket) {
    struct tcp_info information;
    socklen_t size = sizeof information;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &information, &size) != 0) return -1;
    return (long)information.tcpi_last_data_recv;
}

static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO information, long *value) {
    return curl_easy_getinfo(handle, information, value);
}

static inline CURLcode ccurl_get_pointer(CURL *handle, CURLINFO information, void **value) {
    return curl_easy_getinfo(handle, information, (char **)value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLcode ccurl_message_result(const CURLMsg *message) { return message->data.result; }

static const long ccurl_http_1_1 = CURL_HTTP_VERSION_1_1;
static const long ccurl_http_2_over_tls = CURL_HTTP_VERSION_2TLS;
static const long ccurl_tls_1_2 = CURL_SSLVERSION_TLSv1_2;
static const long ccurl_tls_1_3 = CURL_SSLVERSION_TLSv1_3;
static const long ccurl_multiplex = CURLPIPE_MULTIPLEX;
static const size_t ccurl_write_pause = CURL_WRITEFUNC_PAUSE;
static const int ccurl_request_abort = CURL_PREREQFUNC_ABORT;
static const int ccurl_error_size = CURL_ERROR_SIZE;
static const long ccurl_global_all = CURL_GLOBAL_ALL;
