// Takes the wanted fields out of one row.
#pragma once

#include <cstddef>
#include <cstdint>

#include <simdjson.h>

#include "nuscenes_json.h"

namespace occ {

class RowParser {
public:
    RowParser(const nsj_field *fields, size_t count) noexcept : fields_(fields), count_(count) {}

    // Parses the object in row[0, length); row must be followed by simdjson::SIMDJSON_PADDING bytes, which are blank while the
    // row is parsed and come back afterwards: in a row that is not JSON, simdjson looks beyond its end, and what it finds there must not
    // depend on where the window was cut.
    //
    // On failure `error` holds status, field, text, and the offset counted from the row's start.
    bool parse(char *row, size_t length, uint64_t row_offset, nsj_error &error) noexcept;

    const nsj_value *values() const noexcept { return values_; }

private:
    bool parse_alone(size_t length, uint64_t row_offset, nsj_error &error) noexcept;
    bool parse_fields(simdjson::ondemand::document &document, uint64_t row_offset, nsj_error &error);
    bool parse_value(simdjson::ondemand::value value, size_t field, nsj_error &error);
    bool parse_numbers(simdjson::ondemand::value value, nsj_value &into, size_t field, nsj_error &error);
    bool parse_number(simdjson::ondemand::value value, nsj_value &into, size_t field, nsj_error &error);
    size_t find(const char *key, size_t length) const noexcept;
    bool fail(nsj_error &error, nsj_status status, size_t field, const char *at, const char *found) const noexcept;
    bool fail_as(nsj_error &error, simdjson::error_code code, size_t field, const char *at) const noexcept;

    const nsj_field *fields_;
    size_t count_;
    const char *row_ = nullptr;
    size_t length_ = 0;
    simdjson::ondemand::parser parser_;
    nsj_value values_[NSJ_MAX_FIELDS] = {};
};

}  // namespace occ
