// libcurl's variadic functions under types that Swift can call.
#pragma once

#include <curl/curl.h>

CURLcode srar_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode srar_curl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode srar_curl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode srar_curl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode srar_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode srar_curl_set_sink(CURL *easy, CURLoption option, curl_write_callback callback);
CURLcode srar_curl_set_progress(CURL *easy, curl_xferinfo_callback callback);
/// Allows http and https and nothing else, for the first request and for redirects.
CURLcode srar_curl_allow_only_http(CURL *easy);

long srar_curl_get_long(CURL *easy, CURLINFO info);
curl_off_t srar_curl_get_size(CURL *easy, CURLINFO info);

CURLMcode srar_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);
/// The transfer that a message says is done, and its result.
CURL *srar_curl_done_transfer(const CURLMsg *message, CURLcode *result);
