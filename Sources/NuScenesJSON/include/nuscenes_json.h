/* Reads tables that are JSON arrays of flat objects, row by row, in a bounded amount of memory.
 *
 * A table is pulled through a callback in windows, cut at the borders of its rows, and each row is parsed by simdjson
 * (On Demand). The caller names the fields it wants; each row is handed over as one value per field. Nothing thrown by
 * C++ leaves these functions, and every failure carries the row and the byte at which it was found.
 *
 * What is checked: the array and the rows' brackets, strings and UTF-8 throughout; the values of the named fields in full.
 * The values of other fields are stepped over without being judged.
 */
#ifndef OCC_NUSCENES_JSON_H
#define OCC_NUSCENES_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "json_line.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* Most numbers that a field of kind NSJ_NUMBERS may hold. */
    NSJ_MAX_NUMBERS = 16,
    /* Most fields that may be asked for. */
    NSJ_MAX_FIELDS = 16
};

typedef enum {
    /* A string; unescaped UTF-8. */
    NSJ_TEXT = 0,
    /* An integer that fits 64 bits with sign. */
    NSJ_INTEGER = 1,
    /* true or false. */
    NSJ_BOOLEAN = 2,
    /* An array of finite numbers, or an array of such arrays of one length. */
    NSJ_NUMBERS = 3
} nsj_kind;

typedef enum {
    NSJ_OK = 0,
    /* The row callback asked to stop. */
    NSJ_STOPPED = 1,
    /* The read callback reported a failure. */
    NSJ_READ_FAILED = 2,
    /* The input ends before the array does. */
    NSJ_TRUNCATED = 3,
    /* The input is not an array of objects, or not JSON. */
    NSJ_SYNTAX = 4,
    /* A string or key is not UTF-8. */
    NSJ_NOT_UTF8 = 5,
    /* A row is longer than the limit. */
    NSJ_ROW_TOO_LONG = 6,
    /* A row lacks a named field. */
    NSJ_MISSING_FIELD = 7,
    /* A row has a named field twice. */
    NSJ_DUPLICATE_FIELD = 8,
    /* A named field's value has another type or shape than its kind. */
    NSJ_WRONG_TYPE = 9,
    /* A number is NaN, infinite or out of range. */
    NSJ_BAD_NUMBER = 10,
    /* Memory ran out. */
    NSJ_NO_MEMORY = 11,
    /* The call itself is wrong: no fields, too many, or a null pointer. */
    NSJ_BAD_CALL = 12
} nsj_status;

/* A field that is wanted from every row. */
typedef struct {
    /* The key, UTF-8. */
    const char *name;
    size_t name_length;
    nsj_kind kind;
    /* 0: every row must have it. 1: a row may lack it or hold null, and then its value is not present. */
    uint8_t optional;
} nsj_field;

/* A field's value in one row; which members are set depends on the field's kind. */
typedef struct {
    /* 1 where the row holds the field; 0 only for optional fields, and then nothing else is set. */
    uint8_t present;
    /* NSJ_TEXT: the string, not zero-terminated; valid during the callback. */
    const char *text;
    size_t text_length;
    /* NSJ_INTEGER: the number. NSJ_BOOLEAN: 0 or 1. */
    int64_t integer;
    /* NSJ_NUMBERS: how many there are in all, and in how many inner arrays (0: the array is flat). */
    uint32_t number_count;
    uint32_t inner_count;
    double numbers[NSJ_MAX_NUMBERS];
    /* Offset of the value in the input, bytes. */
    uint64_t offset;
} nsj_value;

/* One row. */
typedef struct {
    /* One value per wanted field, in the order of the fields. */
    const nsj_value *values;
    /* Index of the row, from 0, and offset of its first byte in the input. */
    uint64_t index;
    uint64_t offset;
} nsj_row;

/* Where and why a scan failed. */
typedef struct {
    nsj_status status;
    /* Index of the row concerned, or of the row that would have been next. */
    uint64_t row;
    /* Offset in the input, bytes. */
    uint64_t offset;
    /* Index of the field concerned, or -1. */
    int32_t field;
    /* A constant text that says what was found. */
    const char *found;
} nsj_error;

/* Fills `buffer` with up to `capacity` bytes; returns how many, 0 at the end of the input, less than 0 on failure. */
typedef ptrdiff_t (*nsj_read)(void *context, void *buffer, size_t capacity);

/* Takes one row; returns 0 to go on, anything else to stop. */
typedef int32_t (*nsj_take)(void *context, const nsj_row *row);

/* Reads a whole table.
 *
 * window_bytes: how much is read at once (at least 64; the buffer grows for longer rows).
 * row_limit_bytes: the longest row that is read.
 * Returns NSJ_OK when every row was taken and the array was closed; otherwise the status that is also in `error`.
 */
nsj_status nsj_scan(
    nsj_read read, void *read_context, const nsj_field *fields, size_t field_count, nsj_take take,
    void *take_context, size_t window_bytes, size_t row_limit_bytes, nsj_error *error);

#ifdef __cplusplus
}
#endif

#endif
