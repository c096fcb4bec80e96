#include "row_parser.h"

#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace occ {

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

size_t RowParser::find(const char *key, size_t length) const noexcept {
    for (size_t index = 0; index < count_; ++index) {
        if (fields_[index].name_length == length && std::memcmp(fields_[index].name, key, length) == 0) return index;
    }
    return count_;
}

bool RowParser::fail(
    nsj_error &error, nsj_status status, size_t field, const char *at, const char *found) const noexcept {
    error.status = status;
    error.field = field < count_ ? static_cast<int32_t>(field) : -1;
    error.offset = at >= row_ && at <= row_ + length_ ? static_cast<uint64_t>(at - row_) : 0;
    error.found = found;
    return false;
}

bool RowParser::fail_as(nsj_error &error, error_code code, size_t field, const char *at) const noexcept {
    switch (code) {
    case simdjson::MEMALLOC:
        return fail(error, NSJ_NO_MEMORY, field, at, "memory ran out");
    case simdjson::UTF8_ERROR:
        return fail(error, NSJ_NOT_UTF8, field, at, "the row is not UTF-8");
    case simdjson::UNESCAPED_CHARS:
        return fail(error, NSJ_SYNTAX, field, at, "a string holds a raw control character");
    case simdjson::STRING_ERROR:
        return fail(error, NSJ_SYNTAX, field, at, "a string holds an escape that JSON does not have");
    case simdjson::INCORRECT_TYPE:
        return fail(error, NSJ_WRONG_TYPE, field, at, "the value has another type");
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
        return fail(error, NSJ_BAD_NUMBER, field, at, "the number is malformed or out of range");
    default:
        return fail(error, NSJ_SYNTAX, field, at, "the row is not JSON");
    }
}

bool RowParser::parse(char *row, size_t length, uint64_t row_offset, nsj_error &error) noexcept {
    row_ = row;
    length_ = length;
    char after[simdjson::SIMDJSON_PADDING];
    std::memcpy(after, row + length, sizeof after);
    std::memset(row + length, ' ', sizeof after);
    const bool parsed = parse_alone(length, row_offset, error);
    std::memcpy(row + length, after, sizeof after);
    return parsed;
}

bool RowParser::parse_alone(size_t length, uint64_t row_offset, nsj_error &error) noexcept {
    try {
        simdjson::ondemand::document document;
        const error_code code = parser_.iterate(row_, length, length + simdjson::SIMDJSON_PADDING).get(document);
        if (code != SUCCESS) return fail_as(error, code, count_, row_);
        return parse_fields(document, row_offset, error);
    } catch (const std::bad_alloc &) {
        return fail(error, NSJ_NO_MEMORY, count_, row_, "memory ran out");
    } catch (...) {
        return fail(error, NSJ_SYNTAX, count_, row_, "the row is not JSON");
    }
}

bool RowParser::parse_fields(simdjson::ondemand::document &document, uint64_t row_offset, nsj_error &error) {
    simdjson::ondemand::object object;
    if (const error_code code = document.get_object().get(object); code != SUCCESS) {
        return fail_as(error, code, count_, row_);
    }
    for (size_t index = 0; index < count_; ++index) values_[index].present = 0;
    uint32_t seen = 0;
    const char *last = row_;
    for (auto item : object) {
        simdjson::ondemand::field field;
        if (const error_code code = std::move(item).get(field); code != SUCCESS) {
            return fail_as(error, code, count_, last);
        }
        // The opening quote of the key.
        last = field.key().raw() - 1;
        std::string_view key;
        if (const error_code code = field.unescaped_key().get(key); code != SUCCESS) {
            return fail_as(error, code, count_, last);
        }
        const size_t index = find(key.data(), key.size());
        if (index == count_) continue;
        if (seen & (1u << index)) return fail(error, NSJ_DUPLICATE_FIELD, index, last, "the key is there twice");
        seen |= 1u << index;
        if (!parse_value(field.value(), index, error)) return false;
        values_[index].offset += row_offset;
    }
    for (size_t index = 0; index < count_; ++index) {
        if (fields_[index].optional == 0 && !(seen & (1u << index))) {
            return fail(error, NSJ_MISSING_FIELD, index, row_, "the key is missing");
        }
    }
    return true;
}

bool RowParser::parse_value(value element, size_t field, nsj_error &error) {
    nsj_value &into = values_[field];
    const char *at = row_;
    if (const error_code code = element.current_location().get(at); code != SUCCESS) {
        return fail_as(error, code, field, row_);
    }
    into.offset = static_cast<uint64_t>(at - row_);
    error_code code = SUCCESS;
    if (fields_[field].optional != 0 && *at == 'n') {
        bool null = false;
        if (element.is_null().get(null) == SUCCESS && null) return true;
        return fail(error, NSJ_SYNTAX, field, at, "the row is not JSON");
    }
    into.present = 1;
    switch (fields_[field].kind) {
    case NSJ_TEXT: {
        std::string_view text;
        code = element.get_string().get(text);
        if (code != SUCCESS) {
            return *at == '"' ? fail_as(error, code, field, at)
                              : fail(error, NSJ_WRONG_TYPE, field, at, "the value is not a string");
        }
        into.text = text.data();
        into.text_length = text.size();
        return true;
    }
    case NSJ_INTEGER:
        code = element.get_int64().get(into.integer);
        if (code == SUCCESS) return true;
        return fail(error, NSJ_WRONG_TYPE, field, at, "the value is not an integer of 64 bits");
    case NSJ_BOOLEAN: {
        bool flag = false;
        code = element.get_bool().get(flag);
        into.integer = flag ? 1 : 0;
        if (code == SUCCESS) return true;
        return fail(error, NSJ_WRONG_TYPE, field, at, "the value is neither true nor false");
    }
    case NSJ_NUMBERS:
        return parse_numbers(element, into, field, error);
    }
    return fail(error, NSJ_BAD_CALL, field, at, "the field's kind is unknown");
}

bool RowParser::parse_numbers(value element, nsj_value &into, size_t field, nsj_error &error) {
    const char *at = row_ + into.offset;
    into.number_count = 0;
    into.inner_count = 0;
    if (*at != '[') return fail(error, NSJ_WRONG_TYPE, field, at, "the value is not an array of numbers");
    simdjson::ondemand::array outer;
    if (const error_code code = element.get_array().get(outer); code != SUCCESS) return fail_as(error, code, field, at);
    uint32_t inner_length = 0;
    for (auto item : outer) {
        value entry;
        if (const error_code code = std::move(item).get(entry); code != SUCCESS) return fail_as(error, code, field, at);
        if (const error_code code = entry.current_location().get(at); code != SUCCESS) {
            return fail_as(error, code, field, row_ + into.offset);
        }
        if (*at != '[') {
            if (into.inner_count > 0) {
                return fail(error, NSJ_WRONG_TYPE, field, at, "numbers and arrays are mixed in one array");
            }
            if (!parse_number(entry, into, field, error)) return false;
            continue;
        }
        if (into.inner_count == 0 && into.number_count > 0) {
            return fail(error, NSJ_WRONG_TYPE, field, at, "numbers and arrays are mixed in one array");
        }
        const uint32_t before = into.number_count;
        simdjson::ondemand::array inner;
        if (const error_code code = entry.get_array().get(inner); code != SUCCESS) {
            return fail_as(error, code, field, at);
        }
        for (auto inner_item : inner) {
            value number;
            if (const error_code code = std::move(inner_item).get(number); code != SUCCESS) {
                return fail_as(error, code, field, at);
            }
            if (!parse_number(number, into, field, error)) return false;
        }
        const uint32_t length = into.number_count - before;
        if (into.inner_count > 0 && length != inner_length) {
            return fail(error, NSJ_WRONG_TYPE, field, at, "the inner arrays differ in length");
        }
        inner_length = length;
        // Bounds empty inner arrays too, which hold no number to be counted.
        if (++into.inner_count > NSJ_MAX_NUMBERS) {
            return fail(error, NSJ_WRONG_TYPE, field, at, "the array holds more than 16 numbers");
        }
    }
    return true;
}

bool RowParser::parse_number(value element, nsj_value &into, size_t field, nsj_error &error) {
    const char *at = row_;
    if (const error_code code = element.current_location().get(at); code != SUCCESS) {
        return fail_as(error, code, field, row_ + into.offset);
    }
    if (into.number_count == NSJ_MAX_NUMBERS) {
        return fail(error, NSJ_WRONG_TYPE, field, at, "the array holds more than 16 numbers");
    }
    // Python writes these three words; JSON has no such numbers.
    const bool signed_word = *at == '-' && at[1] == 'I';
    if (*at == 'N' || *at == 'I' || signed_word) {
        return fail(error, NSJ_BAD_NUMBER, field, at, "a number is NaN or infinite");
    }
    if (*at != '-' && (*at < '0' || *at > '9')) {
        return fail(error, NSJ_WRONG_TYPE, field, at, "the array holds something that is not a number");
    }
    double number = 0;
    if (const error_code code = element.get_double().get(number); code != SUCCESS) {
        return fail(error, NSJ_BAD_NUMBER, field, at, "a number is malformed or out of range");
    }
    into.numbers[into.number_count++] = number;
    return true;
}

}  // namespace occ
