/// Sums of bytes times binary weights: the reference.

/// The sums of `pixels` pixels and one block of channels.
OCC_INLINE void occ_scalar_bytes_tile(
    const occ_bytes_step *s, size_t pixel, size_t block, size_t pixels, int32_t *sums) {
    const int8_t *weights = s->weights + block * s->groups * OCC_BYTES_BLOCK;
    for (size_t p = 0; p < pixels; p++) {
        const uint8_t *x = s->bytes + (pixel + p) * s->byte_stride;
        for (size_t o = 0; o < OCC_BLOCK; o++) {
            int32_t sum = s->starts[block * OCC_BLOCK + o];
            for (size_t g = 0; g < s->groups; g++) {
                const int8_t *w = weights + g * OCC_BYTES_BLOCK + o * OCC_BYTES_GROUP;
                for (size_t i = 0; i < OCC_BYTES_GROUP; i++) sum += (int32_t)x[g * OCC_BYTES_GROUP + i] * w[i];
            }
            sums[p * OCC_BLOCK + o] = sum;
        }
    }
}

#define OCC_BYTES_PIXELS 4
#include "template_bytes.h"
