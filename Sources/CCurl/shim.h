#pragma once
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// curl_easy_setopt() and its kin are variadic, which Swift cannot call: one function for each type of argument that is used.

typedef size_t (*cw_curl_bytes_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*cw_curl_request_function)(void *context, char *remote, char *local, int remote_port, int local_port);
typedef int (*cw_curl_socket_function)(CURL *easy, curl_socket_t socket, int what, void *context, void *mark);
typedef int (*cw_curl_timer_function)(CURLM *multi, long milliseconds, void *context);

static inline CURLcode cw_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_ALL); }

static inline CURLcode cw_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode cw_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode cw_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode cw_curl_set_bytes_function(CURL *easy, CURLoption option, cw_curl_bytes_function value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode cw_curl_set_request_function(CURL *easy, cw_curl_request_function value) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}
/// libcurl copies the bytes.
static inline CURLcode cw_curl_set_authorities(CURL *easy, const void *bytes, size_t count) {
    struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}
static inline CURLcode cw_curl_get_number(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode cw_curl_get_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}
/// The text belongs to the handle, until its next transfer.
static inline const char *cw_curl_get_text(CURL *easy, CURLINFO info) {
    char *value = NULL;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}
static inline CURLMcode cw_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode cw_curl_multi_set_functions(
    CURLM *multi, cw_curl_socket_function socket, cw_curl_timer_function timer, void *context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
