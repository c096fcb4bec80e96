/// The reference: portable C, no intrinsics.
#include "internal.h"

#define OCC_NAME(name) occ_scalar_##name
#define OCC_ISA occ_isa_scalar
#define OCC_ISA_NAME "scalar"
#define OCC_TABLE occ_kernels_scalar_table

#pragma STDC FP_CONTRACT OFF

/// Signs and nonzeros of 32 values.
static void occ_scalar_pack_word(
    const float *x, const float *scale, const float *bias, uint32_t *signs, uint32_t *nonzero) {
    uint32_t negative = 0, other = 0;
    for (unsigned i = 0; i < 32; i++) {
        float product = x[i] * scale[i];
        float value = product + bias[i];
        negative |= (uint32_t)(value < 0) << i;
        other |= (uint32_t)(value != 0) << i;
    }
    *signs = negative;
    *nonzero = other;
}

#include "template_elementwise.h"

#include "template_conv.h"

/// Bits that differ (plain, masked) or the whole sum (ternary) for `pixels` columns and one block of channels.
OCC_INLINE void occ_scalar_tile(
    const occ_conv_state *state, occ_mode mode, size_t block, size_t column, size_t pixels, int32_t *sums) {
    const size_t first = block * state->terms * OCC_BLOCK;
    for (size_t i = 0; i < pixels * OCC_BLOCK; i++) sums[i] = 0;
    for (size_t k = 0; k < state->terms; k++) {
        const size_t at = (size_t)state->offsets[k] + column;
        const uint32_t *weights = state->weight_signs + first + k * OCC_BLOCK;
        for (size_t p = 0; p < pixels; p++) {
            uint32_t bits = state->rows_signs[at + p];
            uint32_t mask = mode == occ_mode_plain ? ~(uint32_t)0 : state->rows_nonzero[at + p];
            for (size_t o = 0; o < OCC_BLOCK; o++) {
                if (mode == occ_mode_ternary) {
                    uint32_t both = mask & state->weight_nonzero[first + k * OCC_BLOCK + o];
                    sums[p * OCC_BLOCK + o] +=
                        __builtin_popcount(both) - 2 * __builtin_popcount((bits ^ weights[o]) & both);
                } else {
                    sums[p * OCC_BLOCK + o] += __builtin_popcount((bits ^ weights[o]) & mask);
                }
            }
        }
    }
}

#define OCC_TILE_PIXELS 4
#include "template_conv_row.h"

/// The 16 sums of each group of four channels: bit i of the entry is set where channel i is taken negative.
static void occ_scalar_build_tables(const float *x, size_t groups, float *tables) {
    for (size_t g = 0; g < groups; g++, x += 4) {
        for (unsigned entry = 0; entry < OCC_LUT_ENTRIES; entry++) {
            float low = (entry & 1 ? -x[0] : x[0]) + (entry & 2 ? -x[1] : x[1]);
            float high = (entry & 4 ? -x[2] : x[2]) + (entry & 8 ? -x[3] : x[3]);
            tables[g * OCC_LUT_ENTRIES + entry] = low + high;
        }
    }
}

/// Adds the table entries that the weights of one block select, for each pixel.
static void occ_scalar_lookup(
    const float *tables, size_t pixels, bool ternary, size_t words, const uint32_t *signs, const uint32_t *nonzero,
    float *accumulators, size_t accumulator_stride) {
    for (size_t p = 0; p < pixels; p++) {
        const float *table = tables + p * OCC_TABLE_STRIDE;
        float *sums = accumulators + p * accumulator_stride;
        for (size_t w = 0; w < words; w++) {
            for (size_t g = 0; g < OCC_WORD_GROUPS; g++, table += OCC_LUT_ENTRIES) {
                for (size_t o = 0; o < OCC_BLOCK; o++) {
                    uint32_t entry = (signs[w * OCC_BLOCK + o] >> (4 * g)) & 15;
                    if (!ternary) {
                        sums[o] += table[entry];
                    } else {
                        uint32_t zeros = ~(nonzero[w * OCC_BLOCK + o] >> (4 * g)) & 15;
                        sums[o] += 0.5f * (table[entry] + table[entry | zeros]);
                    }
                }
            }
        }
    }
}

#define OCC_LANES 16
#define OCC_LOOKUP_PIXELS 12
#include "template_lookup.h"

#include "template_pointwise.h"

#include "bytes_scalar.h"

#include "template_stereo.h"

#include "template_table.h"
