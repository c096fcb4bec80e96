/// AArch64.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "internal.h"

#define OCC_NAME(name) occ_neon_##name
#define OCC_ISA occ_isa_neon
#define OCC_ISA_NAME "neon"
#define OCC_TABLE occ_kernels_neon_table

#pragma STDC FP_CONTRACT OFF

/// Signs and nonzeros of 32 values.
OCC_INLINE void occ_neon_pack_word(
    const float *x, const float *scale, const float *bias, uint32_t *signs, uint32_t *nonzero) {
    static const uint32_t lanes[4] = {1, 2, 4, 8};
    const uint32x4_t bit = vld1q_u32(lanes);
    uint32_t negative = 0, zero = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) {
        const float32x4_t product = vmulq_f32(vld1q_f32(x + 4 * i), vld1q_f32(scale + 4 * i));
        const float32x4_t value = vaddq_f32(product, vld1q_f32(bias + 4 * i));
        negative |= vaddvq_u32(vandq_u32(vcltzq_f32(value), bit)) << (4 * i);
        zero |= vaddvq_u32(vandq_u32(vceqzq_f32(value), bit)) << (4 * i);
    }
    *signs = negative;
    *nonzero = ~zero;
}

#include "template_elementwise.h"

#include "template_conv.h"

// MARK: Binary convolution
//
// Bits are counted by byte and added as bytes; before those could overflow they are widened into the sums in memory.

/// Terms after which byte counters are emptied: 31 * 8 < 256, and signed in the ternary case 15 * 8 < 128.
#define OCC_NEON_TERMS 31
#define OCC_NEON_TERMS_TERNARY 15

OCC_INLINE uint8x16_t occ_neon_count_bytes(uint32x4_t bits) { return vcntq_u8(vreinterpretq_u8_u32(bits)); }

/// Bits that differ (plain, masked) or the whole sum (ternary) for `pixels` columns and one block of channels.
OCC_INLINE void occ_neon_tile(
    const occ_conv_state *state, const occ_mode mode, size_t block, size_t column, const size_t pixels,
    int32_t *sums) {
    const size_t step = mode == occ_mode_ternary ? OCC_NEON_TERMS_TERNARY : OCC_NEON_TERMS;
    const uint32_t *weights = state->weight_signs + block * state->terms * OCC_BLOCK;
    const uint32_t *kept =
        mode == occ_mode_ternary ? state->weight_nonzero + block * state->terms * OCC_BLOCK : NULL;
    const uint32_t *rows = state->rows_signs + column, *masks = state->rows_nonzero + column;
    for (size_t begin = 0; begin < state->terms; begin += step) {
        const size_t end = state->terms - begin < step ? state->terms : begin + step;
        uint8x16_t bytes[4][4];
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
#pragma unroll
            for (int part = 0; part < 4; part++) bytes[p][part] = vdupq_n_u8(0);
        }
        for (size_t k = begin; k < end; k++) {
            const int32_t at = state->offsets[k];
#pragma unroll
            for (int part = 0; part < 4; part++) {
                const uint32x4_t w = vld1q_u32(weights + k * OCC_BLOCK + 4 * part);
#pragma unroll
                for (size_t p = 0; p < pixels; p++) {
                    uint32x4_t differ = veorq_u32(vdupq_n_u32(rows[at + (int32_t)p]), w);
                    if (mode == occ_mode_plain) {
                        bytes[p][part] = vaddq_u8(bytes[p][part], occ_neon_count_bytes(differ));
                        continue;
                    }
                    uint32x4_t mask = vdupq_n_u32(masks[at + (int32_t)p]);
                    if (mode == occ_mode_ternary) mask = vandq_u32(mask, vld1q_u32(kept + k * OCC_BLOCK + 4 * part));
                    differ = vandq_u32(differ, mask);
                    const uint8x16_t minus = occ_neon_count_bytes(differ);
                    if (mode == occ_mode_masked) {
                        bytes[p][part] = vaddq_u8(bytes[p][part], minus);
                    } else {
                        const uint8x16_t plus = occ_neon_count_bytes(veorq_u32(mask, differ));
                        bytes[p][part] = vaddq_u8(bytes[p][part], vsubq_u8(plus, minus));
                    }
                }
            }
        }
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
#pragma unroll
            for (int part = 0; part < 4; part++) {
                int32x4_t total = mode == occ_mode_ternary
                    ? vpaddlq_s16(vpaddlq_s8(vreinterpretq_s8_u8(bytes[p][part])))
                    : vreinterpretq_s32_u32(vpaddlq_u16(vpaddlq_u8(bytes[p][part])));
                int32_t *to = sums + p * OCC_BLOCK + 4 * part;
                if (begin != 0) total = vaddq_s32(total, vld1q_s32(to));
                vst1q_s32(to, total);
            }
        }
    }
}

#define OCC_TILE_PIXELS 4
#include "template_conv_row.h"

// MARK: 1x1 with binary weights

/// The 16 sums of each group of four channels: bit i of the entry is set where channel i is taken negative.
static void occ_neon_build_tables(const float *x, size_t groups, float *tables) {
    for (size_t g = 0; g < groups; g++, x += 4, tables += OCC_LUT_ENTRIES) {
        const float sum = x[0] + x[1], difference = x[0] - x[1];
        const float low_lanes[4] = {sum, -difference, difference, -sum};
        const float32x4_t low = vld1q_f32(low_lanes);
        const float high_sum = x[2] + x[3], high_difference = x[2] - x[3];
        vst1q_f32(tables, vaddq_f32(low, vdupq_n_f32(high_sum)));
        vst1q_f32(tables + 4, vaddq_f32(low, vdupq_n_f32(-high_difference)));
        vst1q_f32(tables + 8, vaddq_f32(low, vdupq_n_f32(high_difference)));
        vst1q_f32(tables + 12, vaddq_f32(low, vdupq_n_f32(-high_sum)));
    }
}

/// The bytes of the table entries in the low four bits of each lane.
OCC_INLINE uint8x16_t occ_neon_entry(uint32x4_t nibbles) {
    const uint32x4_t entry = vandq_u32(nibbles, vdupq_n_u32(15));
    return vreinterpretq_u8_u32(vmlaq_n_u32(vdupq_n_u32(0x03020100), entry, 0x04040404));
}

/// Adds the table entries that the weights of a quarter of a block select, for `pixels` pixels.
OCC_INLINE void occ_neon_lookup(
    const float *tables, const size_t pixels, const bool ternary, size_t words, const uint32_t *signs,
    const uint32_t *nonzero, float *accumulators, size_t accumulator_stride) {
    float32x4_t sums[OCC_LUT_PIXELS];
#pragma unroll
    for (size_t p = 0; p < pixels; p++) sums[p] = vld1q_f32(accumulators + p * accumulator_stride);
    for (size_t w = 0; w < words; w++) {
        uint32x4_t entries = vld1q_u32(signs + w * OCC_BLOCK), zeros = entries;
        if (ternary) zeros = vornq_u32(entries, vld1q_u32(nonzero + w * OCC_BLOCK));
        for (size_t g = 0; g < OCC_WORD_GROUPS; g++, tables += OCC_LUT_ENTRIES) {
            const uint8x16_t index = occ_neon_entry(entries), other_index = occ_neon_entry(zeros);
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                const uint8_t *from = (const uint8_t *)(tables + p * OCC_TABLE_STRIDE);
                const uint8x16x4_t table = {{vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32),
                    vld1q_u8(from + 48)}};
                float32x4_t value = vreinterpretq_f32_u8(vqtbl4q_u8(table, index));
                if (ternary) {
                    const float32x4_t other = vreinterpretq_f32_u8(vqtbl4q_u8(table, other_index));
                    value = vmulq_n_f32(vaddq_f32(value, other), 0.5f);
                }
                sums[p] = vaddq_f32(sums[p], value);
            }
            entries = vshrq_n_u32(entries, 4);
            if (ternary) zeros = vshrq_n_u32(zeros, 4);
        }
    }
#pragma unroll
    for (size_t p = 0; p < pixels; p++) vst1q_f32(accumulators + p * accumulator_stride, sums[p]);
}

#define OCC_LANES 4
#define OCC_LOOKUP_PIXELS 12
#include "template_lookup.h"

#include "template_pointwise.h"

#include "bytes_neon.h"

#include "template_stereo.h"

#include "template_table.h"
#else
typedef int occ_neon_absent;
#endif
