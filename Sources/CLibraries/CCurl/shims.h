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

// Makes the kernel give up on a connection whose bytes nobody acknowledges. It goes through the socket callback because
// libcurl has an option for keep-alive probes but none for this, and a connection with bytes in flight sends no probes.
static inline int ccurl_apply_user_timeout(void *milliseconds, curl_socket_t socket, curlsocktype purpose) {
    unsigned int value = (unsigned int)(size_t)milliseconds;
    (void)purpose;
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);
    return CURL_SOCKOPT_OK;
}

static inline void ccurl_set_user_timeout(CURL *handle, unsigned int milliseconds) {
    curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, ccurl_apply_user_timeout);
    curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, (void *)(size_t)milliseconds);
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
static const long ccurl_http_2_prior_knowledge = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
static const long ccurl_tls_1_2 = CURL_SSLVERSION_TLSv1_2;
static const long ccurl_tls_1_3 = CURL_SSLVERSION_TLSv1_3;
static const long ccurl_multiplex = CURLPIPE_MULTIPLEX;
static const size_t ccurl_write_pause = CURL_WRITEFUNC_PAUSE;
static const int ccurl_request_abort = CURL_PREREQFUNC_ABORT;
static const int ccurl_error_size = CURL_ERROR_SIZE;
static const long ccurl_global_all = CURL_GLOBAL_ALL;
