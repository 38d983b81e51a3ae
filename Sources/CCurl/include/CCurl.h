// libcurl's variadic functions under types that Swift can call.
#pragma once

#include <curl/curl.h>
// What its sockets are watched with.
#include <sys/epoll.h>
#include <sys/eventfd.h>

CURLcode srar_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode srar_curl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode srar_curl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode srar_curl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode srar_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode srar_curl_set_sink(CURL *easy, CURLoption option, curl_write_callback callback);
/// Allows http and https and nothing else, for the first request and for redirects.
CURLcode srar_curl_allow_only_http(CURL *easy);

long srar_curl_get_long(CURL *easy, CURLINFO info);
curl_off_t srar_curl_get_size(CURL *easy, CURLINFO info);

CURLMcode srar_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode srar_curl_multi_set_socket_callback(
    CURLM *multi, curl_socket_callback callback, void *context);
CURLMcode srar_curl_multi_set_timer_callback(
    CURLM *multi, curl_multi_timer_callback callback, void *context);
/// The transfer that a message says is done, and its result.
CURL *srar_curl_done_transfer(const CURLMsg *message, CURLcode *result);
