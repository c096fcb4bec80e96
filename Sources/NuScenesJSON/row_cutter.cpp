#include "row_cutter.h"

#include <array>

namespace occ {
namespace {

// Nesting within a row is remembered in one word: a bit for each open bracket, 1 for a brace.
constexpr unsigned depth_limit = 64;

constexpr std::array<bool, 256> special_bytes() {
    std::array<bool, 256> table{};
    for (unsigned char c : {'"', '{', '}', '[', ']'}) table[c] = true;
    return table;
}

constexpr std::array<bool, 256> special = special_bytes();

}  // namespace

CutResult cut_row(const char *bytes, size_t count) noexcept {
    uint64_t braces = 0;
    unsigned depth = 0;
    size_t at = 0;
    while (at < count) {
        const unsigned char c = static_cast<unsigned char>(bytes[at]);
        if (!special[c]) {
            ++at;
            continue;
        }
        switch (c) {
        case '"': {
            size_t end = at + 1;
            while (end < count && bytes[end] != '"') end += bytes[end] == '\\' ? 2 : 1;
            if (end >= count) return {Cut::incomplete, count, nullptr};
            at = end + 1;
            break;
        }
        case '{':
        case '[':
            if (depth == depth_limit) return {Cut::broken, at, "brackets are nested more than 64 deep"};
            braces = (braces << 1) | (c == '{' ? 1u : 0u);
            ++depth;
            ++at;
            break;
        default:
            if ((braces & 1) != (c == '}' ? 1u : 0u)) {
                return {Cut::broken, at, "a closing bracket does not match the one that was opened"};
            }
            braces >>= 1;
            --depth;
            ++at;
            if (depth == 0) return {Cut::complete, at, nullptr};
        }
    }
    return {Cut::incomplete, count, nullptr};
}

}  // namespace occ
