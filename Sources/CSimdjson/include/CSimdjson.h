// simdjson's DOM parser behind C functions, so that Swift can parse JSON at more than 1 GB/s.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How many readable bytes must follow a text that is parsed (simdjson reads whole vectors).
enum { SRAR_JSON_PADDING = 64 };

/// A parser, which owns the one document that it parsed last.
typedef struct srar_json_parser srar_json_parser;

/// A place in a parsed document; valid until its parser parses again or is freed.
typedef struct {
  const void *document;
  size_t index;
} srar_json_value;

typedef struct {
  const char *key;
  size_t key_length;
  srar_json_value value;
} srar_json_member;

typedef enum {
  SRAR_JSON_NULL,
  SRAR_JSON_BOOL,
  SRAR_JSON_INT64,
  SRAR_JSON_UINT64,
  SRAR_JSON_DOUBLE,
  SRAR_JSON_STRING,
  SRAR_JSON_ARRAY,
  SRAR_JSON_OBJECT,
} srar_json_kind;

typedef enum {
  SRAR_JSON_OK,
  SRAR_JSON_MALFORMED,
  SRAR_JSON_NOT_UTF8,
  /// An integer beyond 64 bits or a number beyond the doubles: valid JSON that simdjson cannot hold.
  SRAR_JSON_NUMBER_RANGE,
  SRAR_JSON_TOO_DEEP,
  SRAR_JSON_NO_MEMORY,
} srar_json_status;

/// A new parser, or NULL without memory.
srar_json_parser *srar_json_parser_new(void);
void srar_json_parser_free(srar_json_parser *parser);

/// Parses `length` bytes, which SRAR_JSON_PADDING readable bytes follow.
srar_json_status srar_json_parse(
    srar_json_parser *parser, const char *bytes, size_t length, srar_json_value *root);

srar_json_kind srar_json_get_kind(srar_json_value value);
bool srar_json_get_bool(srar_json_value value);
int64_t srar_json_get_int64(srar_json_value value);
uint64_t srar_json_get_uint64(srar_json_value value);
double srar_json_get_double(srar_json_value value);
/// The unescaped text, UTF-8, not terminated.
const char *srar_json_get_string(srar_json_value value, size_t *length);

/// The number of elements or members.
size_t srar_json_count(srar_json_value container);
/// Copies up to `capacity` elements.
void srar_json_array_elements(srar_json_value array, srar_json_value *out, size_t capacity);
/// Copies up to `capacity` members, in the order of the text.
void srar_json_object_members(srar_json_value object, srar_json_member *out, size_t capacity);
/// The first member of that name; false where there is none.
bool srar_json_object_find(
    srar_json_value object, const char *key, size_t key_length, srar_json_value *out);
/// Whether an object anywhere in the value has a key twice, by what keys mean, not by how they are escaped. Arrays that begin with a
/// number, a string, true, false or null are passed over.
bool srar_json_repeats_key(srar_json_value value);
/// Copies numbers as doubles; the index of the first element that is none, or the count.
size_t srar_json_array_doubles(srar_json_value array, double *out, size_t capacity);
/// Copies integers of 64 bits; the index of the first element that is none, or the count.
size_t srar_json_array_int64(srar_json_value array, int64_t *out, size_t capacity);

/// The library's version, such as "3.0.1".
const char *srar_json_library_version(void);

#ifdef __cplusplus
}
#endif
