#include "CSimdjson.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

using namespace simdjson;

struct srar_json_parser {
  dom::parser parser;
};

namespace {

// A `dom::element` is a document pointer and a tape index; `srar_json_value` carries it through C.
static_assert(sizeof(dom::element) == sizeof(srar_json_value), "simdjson changed dom::element");
static_assert(std::is_trivially_copyable<dom::element>::value, "simdjson changed dom::element");
static_assert(SRAR_JSON_PADDING >= SIMDJSON_PADDING, "simdjson reads further than we pad");

srar_json_value wrap(dom::element element) {
  srar_json_value value;
  std::memcpy(&value, &element, sizeof value);
  return value;
}

dom::element unwrap(srar_json_value value) {
  dom::element element;
  std::memcpy(static_cast<void *>(&element), &value, sizeof value);
  return element;
}

srar_json_status status(error_code error) {
  switch (error) {
    case SUCCESS: return SRAR_JSON_OK;
    case UTF8_ERROR: return SRAR_JSON_NOT_UTF8;
    case NUMBER_ERROR:
    case NUMBER_OUT_OF_RANGE: return SRAR_JSON_NUMBER_RANGE;
    case DEPTH_ERROR: return SRAR_JSON_TOO_DEEP;
    case CAPACITY:
    case MEMALLOC: return SRAR_JSON_NO_MEMORY;
    default: return SRAR_JSON_MALFORMED;
  }
}

bool is_container(dom::element element) {
  dom::element_type type = element.type();
  return type == dom::element_type::OBJECT || type == dom::element_type::ARRAY;
}

bool repeats_key(dom::element element);

bool repeats_key(dom::object object) {
  // Most objects are small: they need no memory.
  constexpr size_t few = 24;
  std::string_view keys[few];
  size_t count = 0;
  bool is_large = object.size() > few;
  std::vector<std::string_view> all;
  for (dom::key_value_pair member : object) {
    if (is_large) {
      all.push_back(member.key);
    } else {
      for (size_t other = 0; other < count; other++) {
        if (keys[other] == member.key) return true;
      }
      keys[count++] = member.key;
    }
    if (is_container(member.value) && repeats_key(member.value)) return true;
  }
  std::sort(all.begin(), all.end());
  return std::adjacent_find(all.begin(), all.end()) != all.end();
}

bool repeats_key(dom::element element) {
  dom::object object;
  if (element.get_object().get(object) == SUCCESS) return repeats_key(object);
  dom::array array;
  if (element.get_array().get(array) != SUCCESS) return false;
  for (dom::element child : array) {
    // Token ids and their like: nothing of them is an object.
    if (!is_container(child)) return false;
    if (repeats_key(child)) return true;
  }
  return false;
}

}  // namespace

srar_json_parser *srar_json_parser_new(void) { return new (std::nothrow) srar_json_parser; }

void srar_json_parser_free(srar_json_parser *parser) { delete parser; }

srar_json_status srar_json_parse(
    srar_json_parser *parser, const char *bytes, size_t length, srar_json_value *root) {
  dom::element element;
  error_code error = parser->parser.parse(bytes, length, false).get(element);
  if (error == SUCCESS) *root = wrap(element);
  return status(error);
}

srar_json_kind srar_json_get_kind(srar_json_value value) {
  switch (unwrap(value).type()) {
    case dom::element_type::ARRAY: return SRAR_JSON_ARRAY;
    case dom::element_type::OBJECT: return SRAR_JSON_OBJECT;
    case dom::element_type::INT64: return SRAR_JSON_INT64;
    case dom::element_type::UINT64: return SRAR_JSON_UINT64;
    case dom::element_type::DOUBLE: return SRAR_JSON_DOUBLE;
    case dom::element_type::STRING: return SRAR_JSON_STRING;
    case dom::element_type::BOOL: return SRAR_JSON_BOOL;
    default: return SRAR_JSON_NULL;
  }
}

bool srar_json_get_bool(srar_json_value value) {
  bool result = false;
  return unwrap(value).get_bool().get(result) == SUCCESS && result;
}

int64_t srar_json_get_int64(srar_json_value value) {
  int64_t result = 0;
  return unwrap(value).get_int64().get(result) == SUCCESS ? result : 0;
}

uint64_t srar_json_get_uint64(srar_json_value value) {
  uint64_t result = 0;
  return unwrap(value).get_uint64().get(result) == SUCCESS ? result : 0;
}

double srar_json_get_double(srar_json_value value) {
  double result = 0;
  return unwrap(value).get_double().get(result) == SUCCESS ? result : 0;
}

const char *srar_json_get_string(srar_json_value value, size_t *length) {
  std::string_view text;
  if (unwrap(value).get_string().get(text) != SUCCESS) text = "";
  *length = text.size();
  return text.data();
}

size_t srar_json_count(srar_json_value container) {
  dom::element element = unwrap(container);
  // simdjson's own size() saturates at 2^24 − 1; beyond it, count.
  constexpr size_t saturated = 0xFFFFFF;
  size_t count = 0;
  dom::array array;
  dom::object object;
  if (element.get_array().get(array) == SUCCESS) {
    if (array.size() < saturated) return array.size();
    for (dom::element child : array) { (void)child; count++; }
  } else if (element.get_object().get(object) == SUCCESS) {
    if (object.size() < saturated) return object.size();
    for (dom::key_value_pair member : object) { (void)member; count++; }
  }
  return count;
}

void srar_json_array_elements(srar_json_value value, srar_json_value *out, size_t capacity) {
  dom::array array;
  if (unwrap(value).get_array().get(array) != SUCCESS) return;
  size_t index = 0;
  for (dom::element child : array) {
    if (index == capacity) return;
    out[index++] = wrap(child);
  }
}

void srar_json_object_members(srar_json_value value, srar_json_member *out, size_t capacity) {
  dom::object object;
  if (unwrap(value).get_object().get(object) != SUCCESS) return;
  size_t index = 0;
  for (dom::key_value_pair member : object) {
    if (index == capacity) return;
    out[index++] = {member.key.data(), member.key.size(), wrap(member.value)};
  }
}

bool srar_json_object_find(
    srar_json_value value, const char *key, size_t key_length, srar_json_value *out) {
  dom::object object;
  if (unwrap(value).get_object().get(object) != SUCCESS) return false;
  dom::element found;
  if (object.at_key(std::string_view(key, key_length)).get(found) != SUCCESS) return false;
  *out = wrap(found);
  return true;
}

bool srar_json_repeats_key(srar_json_value value) { return repeats_key(unwrap(value)); }

size_t srar_json_array_doubles(srar_json_value value, double *out, size_t capacity) {
  dom::array array;
  if (unwrap(value).get_array().get(array) != SUCCESS) return 0;
  size_t index = 0;
  for (dom::element child : array) {
    if (index == capacity || child.get_double().get(out[index]) != SUCCESS) break;
    index++;
  }
  return index;
}

size_t srar_json_array_int64(srar_json_value value, int64_t *out, size_t capacity) {
  dom::array array;
  if (unwrap(value).get_array().get(array) != SUCCESS) return 0;
  size_t index = 0;
  for (dom::element child : array) {
    if (index == capacity || child.get_int64().get(out[index]) != SUCCESS) break;
    index++;
  }
  return index;
}

#define SRAR_TEXT_OF(x) #x
#define SRAR_TEXT(x) SRAR_TEXT_OF(x)

const char *srar_json_library_version(void) { return SRAR_TEXT(SIMDJSON_VERSION); }
