#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "nuscenes_json.h"
#include "row_cutter.h"
#include "row_parser.h"

namespace occ {
namespace {

constexpr size_t padding = simdjson::SIMDJSON_PADDING;

// A window on the input: bytes that were read and not yet used, followed by room for the parser's padding.
class Window {
public:
    Window(nsj_read read, void *context) noexcept : read_(read), context_(context) {}

    bool reserve(size_t capacity) {
        char *grown = static_cast<char *>(std::realloc(bytes_.get(), capacity + padding));
        if (grown == nullptr) return false;
        (void)bytes_.release();
        bytes_.reset(grown);
        capacity_ = capacity;
        return true;
    }

    char *data() const noexcept { return bytes_.get() + start_; }
    size_t count() const noexcept { return end_ - start_; }
    size_t capacity() const noexcept { return capacity_; }
    uint64_t offset() const noexcept { return consumed_; }
    bool at_end() const noexcept { return at_end_; }

    void consume(size_t bytes) noexcept {
        start_ += bytes;
        consumed_ += bytes;
    }

    // Moves what is left to the front and reads until the window is full or the input ends; false on a failed read.
    bool refill() noexcept {
        std::memmove(bytes_.get(), data(), count());
        end_ = count();
        start_ = 0;
        while (!at_end_ && end_ < capacity_) {
            const ptrdiff_t got = read_(context_, bytes_.get() + end_, capacity_ - end_);
            if (got < 0 || static_cast<size_t>(got) > capacity_ - end_) return false;
            if (got == 0) at_end_ = true;
            end_ += static_cast<size_t>(got);
        }
        std::memset(bytes_.get() + end_, ' ', padding);
        return true;
    }

private:
    struct Free {
        void operator()(char *bytes) const noexcept { std::free(bytes); }
    };
    nsj_read read_;
    void *context_;
    std::unique_ptr<char, Free> bytes_;
    size_t capacity_ = 0;
    size_t start_ = 0;
    size_t end_ = 0;
    uint64_t consumed_ = 0;
    bool at_end_ = false;
};

class Scanner {
public:
    Scanner(
        Window &window, RowParser &parser, nsj_take take, void *context, size_t row_limit, nsj_error &error) noexcept
        : window_(window), parser_(parser), take_(take), context_(context), row_limit_(row_limit), error_(error) {}

    nsj_status run() {
        if (!skip_space()) return error_.status;
        if (window_.count() == 0) return fail(NSJ_TRUNCATED, 0, "the file is empty");
        if (const char *mark = byte_order_mark()) return fail(NSJ_SYNTAX, 0, mark);
        if (*window_.data() != '[') return fail(NSJ_SYNTAX, 0, "the table does not start with '['");
        window_.consume(1);
        if (!skip_space()) return error_.status;
        if (window_.count() == 0) return fail(NSJ_TRUNCATED, 0, truncated);
        if (*window_.data() == ']') return finish();
        while (true) {
            if (!take_row()) return error_.status;
            ++row_;
            if (!skip_space()) return error_.status;
            if (window_.count() == 0) return fail(NSJ_TRUNCATED, 0, truncated);
            if (*window_.data() == ']') return finish();
            if (*window_.data() != ',') return fail(NSJ_SYNTAX, 0, "a row is followed by neither ',' nor ']'");
            window_.consume(1);
            if (!skip_space()) return error_.status;
            if (window_.count() == 0) return fail(NSJ_TRUNCATED, 0, truncated);
        }
    }

private:
    // What is wrong with a table that some Windows programs wrote; null where there is no such mark.
    const char *byte_order_mark() const noexcept {
        const size_t count = window_.count();
        if (count >= 3 && std::memcmp(window_.data(), "\xEF\xBB\xBF", 3) == 0)
            return "the table starts with a UTF-8 byte-order mark (EF BB BF); save it as UTF-8 without one";
        if (count >= 2 && (std::memcmp(window_.data(), "\xFF\xFE", 2) == 0 || std::memcmp(window_.data(), "\xFE\xFF", 2) == 0))
            return "the table starts with a UTF-16 byte-order mark; save it as UTF-8 without one";
        return nullptr;
    }

    static constexpr const char *truncated = "the file ends before the table does";

    nsj_status finish() {
        window_.consume(1);
        if (!skip_space()) return error_.status;
        if (window_.count() > 0) return fail(NSJ_SYNTAX, 0, "something follows the end of the table");
        return NSJ_OK;
    }

    nsj_status fail(nsj_status status, size_t further, const char *found) noexcept {
        error_ = {status, row_, window_.offset() + further, -1, found};
        return status;
    }

    bool refill() noexcept {
        if (window_.refill()) return true;
        fail(NSJ_READ_FAILED, window_.count(), "the file could not be read");
        return false;
    }

    // Leaves the window at a byte that is no white space, or empty at the end of the input.
    bool skip_space() noexcept {
        while (true) {
            const char *bytes = window_.data();
            const size_t count = window_.count();
            size_t skipped = 0;
            while (skipped < count && is_space(bytes[skipped])) ++skipped;
            window_.consume(skipped);
            if (window_.count() > 0 || window_.at_end()) return true;
            if (!refill()) return false;
        }
    }

    bool take_row() {
        if (*window_.data() != '{') {
            fail(NSJ_SYNTAX, 0, "a row is not an object");
            return false;
        }
        CutResult cut = cut_row(window_.data(), window_.count());
        while (cut.state == Cut::incomplete) {
            if (window_.count() > row_limit_) {
                fail(NSJ_ROW_TOO_LONG, 0, "the row is longer than the limit");
                return false;
            }
            if (window_.at_end()) {
                fail(NSJ_TRUNCATED, window_.count(), truncated);
                return false;
            }
            // The row fills the window from its very start: only a larger one can hold it.
            if (window_.count() == window_.capacity() && !window_.reserve(window_.capacity() * 2)) {
                fail(NSJ_NO_MEMORY, 0, "memory ran out");
                return false;
            }
            if (!refill()) return false;
            cut = cut_row(window_.data(), window_.count());
        }
        // Whatever the window holds: a row is refused by its own length.
        if (cut.length > row_limit_) {
            fail(NSJ_ROW_TOO_LONG, 0, "the row is longer than the limit");
            return false;
        }
        if (cut.state == Cut::broken) {
            fail(NSJ_SYNTAX, cut.length, cut.found);
            return false;
        }
        if (!parser_.parse(window_.data(), cut.length, window_.offset(), error_)) {
            error_.row = row_;
            error_.offset += window_.offset();
            return false;
        }
        const nsj_row row = {parser_.values(), row_, window_.offset()};
        if (take_(context_, &row) != 0) {
            fail(NSJ_STOPPED, 0, "the reader stopped");
            return false;
        }
        window_.consume(cut.length);
        return true;
    }

    Window &window_;
    RowParser &parser_;
    nsj_take take_;
    void *context_;
    size_t row_limit_;
    nsj_error &error_;
    uint64_t row_ = 0;
};

}  // namespace
}  // namespace occ

extern "C" nsj_status nsj_scan(
    nsj_read read, void *read_context, const nsj_field *fields, size_t field_count, nsj_take take, void *take_context,
    size_t window_bytes, size_t row_limit_bytes, nsj_error *error) {
    nsj_error ignored = {};
    nsj_error &result = error != nullptr ? *error : ignored;
    result = {NSJ_OK, 0, 0, -1, ""};
    if (read == nullptr || take == nullptr || fields == nullptr || field_count == 0 || field_count > NSJ_MAX_FIELDS) {
        result = {NSJ_BAD_CALL, 0, 0, -1, "the scan was called wrongly"};
        return NSJ_BAD_CALL;
    }
    try {
        occ::Window window(read, read_context);
        occ::RowParser parser(fields, field_count);
        if (!window.reserve(window_bytes < 64 ? 64 : window_bytes)) throw std::bad_alloc();
        return occ::Scanner(window, parser, take, take_context, row_limit_bytes, result).run();
    } catch (...) {
        // Only allocation throws here: the parser reports everything else as a code.
        result = {NSJ_NO_MEMORY, 0, 0, -1, "memory ran out"};
        return NSJ_NO_MEMORY;
    }
}
