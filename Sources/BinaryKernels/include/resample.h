/// The two passes of Pillow's `Image.resize` over RGB bytes, in 32-bit integers: across rows of pixels, then down columns of bytes.
///
/// A weight has 22 bits after the point and is split in two, weight = upper * 4096 + lower with 0 <= lower < 4096, so that products
/// are 16 by 16 bits. A sum is `((uppers << 12) + lowers + (1 << 21)) >> 22`, modulo 2^32, brought to 0 ... 255. All instruction sets
/// give the same bytes.
#ifndef OCC_RESAMPLE_H
#define OCC_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "BinaryKernels.h"

/// Bytes behind a row of narrowed pixels that the passes may write, and read, beyond the last pixel.
#define OCC_RESAMPLE_SLACK 32
/// Rows that the pass across takes at once, at most.
#define OCC_RESAMPLE_ROWS 4

/// The pass across: where each output pixel reads, and its weights.
///
/// Outputs stand in twos, `(outputs + 1) / 2` of them; an odd last one is followed by one of weight 0.
typedef struct occ_across {
    size_t outputs;
    /// Twos of source pixels that an output reads.
    size_t pairs;
    /// Byte of the first source pixel of each output; an even number of entries.
    const int32_t *offsets;
    /// `[(outputs + 1) / 2][pairs][upper, lower][output of the two][4]`: each word holds the weights of two neighbouring pixels, the
    /// left one in its low half, four times the same.
    const int32_t *weights;
} occ_across;

/// Narrows `count` rows, at most `OCC_RESAMPLE_ROWS`.
///
/// Reads up to two bytes beyond the last pixel that `across` names, weight 0 or not. Writes 3 bytes an output and up to
/// `OCC_RESAMPLE_SLACK` behind them.
void occ_resample_across(
    occ_isa isa, const occ_across *across, size_t count, const uint8_t *const *rows, uint8_t *const *outputs);

/// One row of the pass down: `count` bytes, each from the bytes of that column in rows `stride` bytes apart.
///
/// `weights` is `[pairs][upper, lower]`, a word holding the weights of two rows as above; `rows` of them are there, and a second row of
/// the last two that is not has weight 0. Reads up to `OCC_RESAMPLE_SLACK` bytes behind a row, writes `count` bytes.
void occ_resample_down(
    occ_isa isa, const int32_t *weights, size_t rows, const uint8_t *source, size_t stride, uint8_t *output,
    size_t count);

#endif
