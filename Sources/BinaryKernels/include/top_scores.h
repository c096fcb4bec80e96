#ifndef OCC_TOP_SCORES_H
#define OCC_TOP_SCORES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// A score and where it was found.
typedef struct {
    float score;
    int32_t index;
} occ_scored;

/// Moves the `k` largest of `count` scores to the front, largest first; `k` is 1 ... `count`. NaN counts as larger than any number.
///
/// Which of equal scores are taken, and in what order, is decided as `torch.topk` does on CPUs: by the C++ library's
/// `partial_sort`, or `nth_element` and `sort`. Saturated sigmoids make many equal scores, so the rule shows.
void occ_top_scores(occ_scored *scores, size_t count, size_t k);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
