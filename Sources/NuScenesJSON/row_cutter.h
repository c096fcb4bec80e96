// Finds where one row of a table ends, before any parser sees it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace occ {

enum class Cut { complete, incomplete, broken };

struct CutResult {
    Cut state;
    // complete: one past the row's closing brace. broken: where it stops making sense. Both count from the row's start.
    size_t length;
    // broken: what was found.
    const char *found;
};

// Follows the brackets and strings of an object that starts at bytes[0] == '{'.
CutResult cut_row(const char *bytes, size_t count) noexcept;

inline bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace occ
