/// Bilinear reading of RGB pixels at given places, eight 16-bit numbers at a time.
#include "include/warp.h"

#include "internal.h"

typedef uint8_t occ_bytes8 __attribute__((vector_size(8)));
typedef uint16_t occ_words8 __attribute__((vector_size(16)));
typedef uint32_t occ_longs4 __attribute__((vector_size(16)));
typedef uint16_t occ_words4 __attribute__((vector_size(8)));

/// Two neighbouring pixels of a row, weighted: three sums of at most 255 * 128.
OCC_INLINE occ_words4 occ_between(const uint8_t *pixel, uint32_t fraction) {
    occ_bytes8 bytes;
    memcpy(&bytes, pixel, sizeof(bytes));
    const occ_words8 wide = __builtin_convertvector(bytes, occ_words8);
    const occ_words4 left = __builtin_shufflevector(wide, wide, 0, 1, 2, 3);
    const occ_words4 right = __builtin_shufflevector(wide, wide, 3, 4, 5, 6);
    return left * (uint16_t)(128 - fraction) + right * (uint16_t)fraction;
}

void occ_warp(
    const uint8_t *source, size_t stride, const occ_warp_place *places, size_t count, uint8_t *target) {
    for (size_t index = 0; index < count; index++, target += 3) {
        const occ_warp_place place = places[index];
        if (place.x == OCC_WARP_OUTSIDE) {
            memset(target, 0, 3);
            continue;
        }
        const uint32_t fraction = place.y & 127;
        const uint8_t *upper = source + (size_t)(place.y >> 7) * stride + (size_t)(place.x >> 7) * 3;
        const uint8_t *lower = fraction ? upper + stride : upper;
        const occ_longs4 above = __builtin_convertvector(occ_between(upper, place.x & 127), occ_longs4);
        const occ_longs4 below = __builtin_convertvector(occ_between(lower, place.x & 127), occ_longs4);
        const occ_longs4 sums = (above * (128 - fraction) + below * fraction + 8192) >> 14;
        target[0] = (uint8_t)sums[0];
        target[1] = (uint8_t)sums[1];
        target[2] = (uint8_t)sums[2];
    }
}
