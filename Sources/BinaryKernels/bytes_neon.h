/// Sums of bytes times binary weights on AArch64, without instructions that not every host has.

/// The sums of `pixels` pixels and one block of channels.
OCC_INLINE void occ_neon_bytes_tile(
    const occ_bytes_step *s, size_t pixel, size_t block, const size_t pixels, int32_t *sums) {
    const int8_t *weights = s->weights + block * s->groups * OCC_BYTES_BLOCK;
    for (size_t p = 0; p < pixels; p++) {
        const uint8_t *x = s->bytes + (pixel + p) * s->byte_stride;
        int32x4_t totals[4];
#pragma unroll
        for (size_t part = 0; part < 4; part++) totals[part] = vdupq_n_s32(0);
        for (size_t g = 0; g < s->groups; g++) {
            uint32_t group;
            __builtin_memcpy(&group, x + g * OCC_BYTES_GROUP, sizeof(group));
            // Signed again: then the sums start at 0.
            const int8x16_t values = vreinterpretq_s8_u32(vdupq_n_u32(group ^ 0x80808080));
#pragma unroll
            for (size_t part = 0; part < 4; part++) {
                const int8x16_t w = vld1q_s8(weights + g * OCC_BYTES_BLOCK + 16 * part);
                const int16x8_t low = vmull_s8(vget_low_s8(values), vget_low_s8(w));
                const int16x8_t high = vmull_s8(vget_high_s8(values), vget_high_s8(w));
                totals[part] = vpadalq_s16(totals[part], vpaddq_s16(low, high));
            }
        }
        for (size_t part = 0; part < 4; part++) vst1q_s32(sums + p * OCC_BLOCK + 4 * part, totals[part]);
    }
}

#define OCC_BYTES_PIXELS 4
#include "template_bytes.h"
