#include <new>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "json_line.h"

struct jsl_parser {
    simdjson::dom::parser dom;
    std::vector<jsl_value> values;
};

namespace occ {
namespace {

jsl_status flatten(
    std::vector<jsl_value> &into, simdjson::dom::element element, std::string_view key, int depth, const char **found) {
    if (depth > JSL_MAX_DEPTH) {
        *found = "values are nested more than 16 deep";
        return JSL_TOO_DEEP;
    }
    const size_t place = into.size();
    into.push_back({JSL_NULL, 0, static_cast<uint32_t>(key.size()), 0, key.data(), nullptr, 0, 0});
    switch (element.type()) {
    case simdjson::dom::element_type::NULL_VALUE:
        break;
    case simdjson::dom::element_type::BOOL:
        into[place].kind = JSL_BOOLEAN;
        into[place].integer = element.get_bool().value_unsafe() ? 1 : 0;
        break;
    case simdjson::dom::element_type::INT64:
        into[place].kind = JSL_INTEGER;
        into[place].integer = element.get_int64().value_unsafe();
        into[place].number = static_cast<double>(into[place].integer);
        break;
    case simdjson::dom::element_type::UINT64:
        // Only what does not fit 64 bits with sign is of this type.
        into[place].kind = JSL_NUMBER;
        into[place].number = static_cast<double>(element.get_uint64().value_unsafe());
        break;
    case simdjson::dom::element_type::DOUBLE:
        into[place].kind = JSL_NUMBER;
        into[place].number = element.get_double().value_unsafe();
        break;
    case simdjson::dom::element_type::STRING: {
        const std::string_view text = element.get_string().value_unsafe();
        into[place].kind = JSL_TEXT;
        into[place].text = text.data();
        into[place].text_length = static_cast<uint32_t>(text.size());
        break;
    }
    case simdjson::dom::element_type::ARRAY:
        into[place].kind = JSL_ARRAY;
        for (const simdjson::dom::element child : element.get_array().value_unsafe()) {
            if (const jsl_status status = flatten(into, child, {}, depth + 1, found); status != JSL_OK) return status;
        }
        break;
    case simdjson::dom::element_type::OBJECT:
        into[place].kind = JSL_OBJECT;
        for (const auto &field : element.get_object().value_unsafe()) {
            const jsl_status status = flatten(into, field.value, field.key, depth + 1, found);
            if (status != JSL_OK) return status;
        }
        break;
    }
    into[place].next = static_cast<uint32_t>(into.size());
    return JSL_OK;
}

jsl_status refuse(simdjson::error_code code, const char **found) {
    switch (code) {
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
        *found = "memory ran out";
        return JSL_NO_MEMORY;
    case simdjson::UTF8_ERROR:
        *found = "the line is not UTF-8";
        return JSL_NOT_UTF8;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
        *found = "a number is malformed, out of range, or written as JSON has none (NaN, 01, +1, .5)";
        return JSL_BAD_NUMBER;
    case simdjson::DEPTH_ERROR:
        *found = "values are nested more than 16 deep";
        return JSL_TOO_DEEP;
    case simdjson::STRING_ERROR:
        *found = "a string holds an escape that JSON does not have";
        return JSL_SYNTAX;
    case simdjson::UNCLOSED_STRING:
        *found = "a string is not closed on the line";
        return JSL_SYNTAX;
    case simdjson::UNESCAPED_CHARS:
        *found = "a string holds a raw control character";
        return JSL_SYNTAX;
    default:
        *found = "the line is not JSON";
        return JSL_SYNTAX;
    }
}

}  // namespace
}  // namespace occ

extern "C" size_t jsl_padding(void) { return simdjson::SIMDJSON_PADDING; }

extern "C" jsl_parser *jsl_parser_new(void) {
    try {
        return new jsl_parser;
    } catch (...) {
        return nullptr;
    }
}

extern "C" void jsl_parser_free(jsl_parser *parser) { delete parser; }

extern "C" jsl_status jsl_parse(jsl_parser *parser, const char *line, size_t length, const char **found) {
    try {
        parser->values.clear();
        simdjson::dom::element whole;
        const simdjson::error_code code = parser->dom.parse(line, length, false).get(whole);
        if (code != simdjson::SUCCESS) return occ::refuse(code, found);
        const jsl_status status = occ::flatten(parser->values, whole, {}, 0, found);
        if (status != JSL_OK) parser->values.clear();
        return status;
    } catch (...) {
        // Only allocation throws here.
        parser->values.clear();
        *found = "memory ran out";
        return JSL_NO_MEMORY;
    }
}

extern "C" const jsl_value *jsl_values(const jsl_parser *parser, size_t *count) {
    *count = parser->values.size();
    return parser->values.data();
}
