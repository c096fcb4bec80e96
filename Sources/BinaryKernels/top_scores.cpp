#include "top_scores.h"

#include <algorithm>

namespace {

bool is_larger(const occ_scored &a, const occ_scored &b) {
    const bool a_is_nan = a.score != a.score, b_is_nan = b.score != b.score;
    return (a_is_nan && !b_is_nan) || a.score > b.score;
}

// Of PyTorch's `topk` on CPUs: a partial sort pays for small k only.
constexpr size_t partial_sort_factor = 64;

}  // namespace

extern "C" void occ_top_scores(occ_scored *scores, size_t count, size_t k) {
    if (k == 0 || k > count) return;
    occ_scored *const end = scores + count;
    if (k * partial_sort_factor <= count) {
        std::partial_sort(scores, scores + k, end, is_larger);
        return;
    }
    std::nth_element(scores, scores + (k - 1), end, is_larger);
    // The k-th stands where it belongs already.
    std::sort(scores, scores + (k - 1), is_larger);
}
