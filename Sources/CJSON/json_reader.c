#include "json_reader.h"

#include <json-c/json.h>
#include <limits.h>
#include <string.h>

static struct json_object *object_of(const struct json_value *value) { return (struct json_object *)value; }

struct json_value *json_document_parse(const char *bytes, size_t count, const char **message, size_t *offset) {
    *offset = 0;
    if (count > INT_MAX) {
        *message = "longer than 2 GiB";
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(64);
    if (!tokener) {
        *message = "out of memory";
        return NULL;
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *document = json_tokener_parse_ex(tokener, bytes, (int)count);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    // A number at the very end is complete only once a byte follows it.
    if (error == json_tokener_continue) {
        document = json_tokener_parse_ex(tokener, "\n", 1);
        error = json_tokener_get_error(tokener);
    }
    *offset = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    *message = NULL;
    if (error == json_tokener_continue) {
        *message = "the text ends too early";
    } else if (error != json_tokener_success) {
        *message = json_tokener_error_desc(error);
    } else if (memchr(bytes, 0, count)) {
        *message = "a zero byte in the text";  // json-c takes it for the end of the text
    }
    if (*message) {
        json_object_put(document);
        return NULL;
    }
    return (struct json_value *)document;
}

void json_document_free(struct json_value *document) { json_object_put((struct json_object *)document); }

enum json_kind json_value_kind(const struct json_value *value) {
    switch (json_object_get_type(object_of(value))) {
        case json_type_boolean: return JSON_BOOLEAN;
        case json_type_int: return JSON_INTEGER;
        case json_type_double: return JSON_REAL;
        case json_type_string: return JSON_STRING;
        case json_type_array: return JSON_ARRAY;
        case json_type_object: return JSON_OBJECT;
        case json_type_null: return JSON_NULL;
    }
    return JSON_NULL;
}

bool json_value_boolean(const struct json_value *value) { return json_object_get_boolean(object_of(value)); }
int64_t json_value_integer(const struct json_value *value) { return json_object_get_int64(object_of(value)); }
double json_value_real(const struct json_value *value) { return json_object_get_double(object_of(value)); }

const char *json_value_string(const struct json_value *value, size_t *length) {
    *length = (size_t)json_object_get_string_len(object_of(value));
    return json_object_get_string(object_of(value));
}

size_t json_value_count(const struct json_value *value) { return json_object_array_length(object_of(value)); }

const struct json_value *json_value_element(const struct json_value *array, size_t index) {
    return (const struct json_value *)json_object_array_get_idx(object_of(array), index);
}

void json_value_members(const struct json_value *object, void *context,
                        void (*visit)(void *context, const char *key, const struct json_value *value)) {
    json_object_object_foreach(object_of(object), key, member) visit(context, key, (const struct json_value *)member);
}
