/// Pictures through another lens: each pixel of the result is read where a table says, between four pixels of the source.
#ifndef OCC_WARP_H
#define OCC_WARP_H

#include <stddef.h>
#include <stdint.h>

/// Where a pixel is read: column and row of the source, in 128ths of a pixel; the first pixel's centre is 0.
///
/// At most `(width - 1) * 128` and `(height - 1) * 128`. A column of `OCC_WARP_OUTSIDE` gives a black pixel.
typedef struct occ_warp_place {
    uint32_t x, y;
} occ_warp_place;

#define OCC_WARP_OUTSIDE UINT32_MAX
/// Bytes behind the source that are read, and not used.
#define OCC_WARP_SLACK 8

/// Reads `count` RGB pixels, bilinear, into `target`.
///
/// `((a * (128 - fx) + b * fx) * (128 - fy) + (c * (128 - fx) + d * fx) * fy + 8192) >> 14`, in integers: the same bytes everywhere. `stride` is the
/// length of a source row in bytes.
void occ_warp(
    const uint8_t *source, size_t stride, const occ_warp_place *places, size_t count, uint8_t *target);

#endif
