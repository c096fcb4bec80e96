#include "row_cutter.h"

#include <array>
#include <cstring>

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

// The index of the quote that closes the string opened at bytes[open], or count where there is none.
//
// Most of a table is inside strings, so the library's memchr does most of the work.
size_t closing_quote(const char *bytes, size_t open, size_t count) noexcept {
    size_t from = open + 1;
    while (from < count) {
        const void *hit = std::memchr(bytes + from, '"', count - from);
        if (hit == nullptr) return count;
        const size_t quote = static_cast<size_t>(static_cast<const char *>(hit) - bytes);
        // Each run of backslashes is followed by at most one quote, so all this counting together is linear.
        size_t backslashes = 0;
        while (quote - backslashes > from && bytes[quote - backslashes - 1] == '\\') ++backslashes;
        if (backslashes % 2 == 0) return quote;
        from = quote + 1;
    }
    return count;
}

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
            const size_t quote = closing_quote(bytes, at, count);
            if (quote == count) return {Cut::incomplete, count, nullptr};
            at = quote + 1;
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
