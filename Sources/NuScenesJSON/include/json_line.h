/* Parses one line of a JSON Lines file with simdjson (DOM) into a flat list of its values, parents before children.
 *
 * Everything on the line is judged: brackets, strings, escapes, UTF-8, numbers. Memory depends on the longest line.
 */
#ifndef OCC_JSON_LINE_H
#define OCC_JSON_LINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* Deepest nesting of values that is read. */
    JSL_MAX_DEPTH = 16
};

typedef enum {
    JSL_NULL = 0,
    /* integer: 0 or 1. */
    JSL_BOOLEAN = 1,
    /* A whole number of 64 bits with sign; number holds it too, rounded. */
    JSL_INTEGER = 2,
    /* Any other number. */
    JSL_NUMBER = 3,
    JSL_TEXT = 4,
    JSL_ARRAY = 5,
    JSL_OBJECT = 6
} jsl_kind;

/* A value; texts are unescaped UTF-8, not zero-terminated, valid until the next line is parsed. */
typedef struct {
    jsl_kind kind;
    /* Index of the first value after this one and all that it holds. */
    uint32_t next;
    /* The key, of a value in an object. */
    uint32_t key_length;
    uint32_t text_length;
    const char *key;
    const char *text;
    int64_t integer;
    double number;
} jsl_value;

typedef enum {
    JSL_OK = 0,
    JSL_SYNTAX = 1,
    JSL_NOT_UTF8 = 2,
    JSL_BAD_NUMBER = 3,
    JSL_TOO_DEEP = 4,
    JSL_NO_MEMORY = 5
} jsl_status;

/* Bytes that must follow a line in memory, whatever they are. */
size_t jsl_padding(void);

typedef struct jsl_parser jsl_parser;

/* NULL where memory runs out. */
jsl_parser *jsl_parser_new(void);
void jsl_parser_free(jsl_parser *parser);

/* Parses line[0, length), which jsl_padding() readable bytes follow. What was parsed before is gone.
 *
 * found: receives a constant text that says what is wrong; untouched where nothing is.
 */
jsl_status jsl_parse(jsl_parser *parser, const char *line, size_t length, const char **found);

/* The values of the line that was parsed last, the first of them the whole; none after a failure. */
const jsl_value *jsl_values(const jsl_parser *parser, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
