#ifndef SEMISUP_JSON_READER_H
#define SEMISUP_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A JSON value inside a document that json-c holds; valid until the document is freed.
struct json_value;

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_INTEGER, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/// Parses `count` bytes strictly. On failure returns NULL, with the reason in `message` and the byte in `offset`. On success `message`
/// is NULL, and so is the value where the document is a lone `null`.
struct json_value *json_document_parse(const char *bytes, size_t count, const char **message, size_t *offset);
void json_document_free(struct json_value *document);

enum json_kind json_value_kind(const struct json_value *value);
bool json_value_boolean(const struct json_value *value);
int64_t json_value_integer(const struct json_value *value);
double json_value_real(const struct json_value *value);
/// UTF-8, not zero terminated when it holds zeros: use the length.
const char *json_value_string(const struct json_value *value, size_t *length);
size_t json_value_count(const struct json_value *value);
const struct json_value *json_value_element(const struct json_value *array, size_t index);

/// Calls `visit` for each member of an object in the order of the document.
void json_value_members(const struct json_value *object, void *context,
                        void (*visit)(void *context, const char *key, const struct json_value *value));

#endif
