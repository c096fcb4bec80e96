/// x86-64 with AVX2 and FMA: two variants, which differ in their 1x1 only.
#if defined(__x86_64__)
#include <immintrin.h>

#include "internal.h"

#define OCC_NAME(name) occ_avx2_##name
#define OCC_ISA occ_isa_avx2
#define OCC_ISA_NAME "avx2"
#define OCC_TABLE occ_kernels_avx2_table

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,popcnt"))), apply_to = function)

/// Signs and nonzeros of 32 values.
OCC_INLINE void OCC_NAME(pack_word)(
    const float *x, const float *scale, const float *bias, uint32_t *signs, uint32_t *nonzero) {
    uint32_t negative = 0, other = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        __m256 value = _mm256_mul_ps(_mm256_loadu_ps(x + 8 * i), _mm256_loadu_ps(scale + 8 * i));
        value = _mm256_add_ps(value, _mm256_loadu_ps(bias + 8 * i));
        const __m256 below = _mm256_cmp_ps(value, _mm256_setzero_ps(), _CMP_LT_OQ);
        const __m256 unequal = _mm256_cmp_ps(value, _mm256_setzero_ps(), _CMP_NEQ_UQ);
        negative |= (uint32_t)_mm256_movemask_ps(below) << (8 * i);
        other |= (uint32_t)_mm256_movemask_ps(unequal) << (8 * i);
    }
    *signs = negative;
    *nonzero = other;
}

#include "template_elementwise.h"

#define OCC_HAS_TABLES
static void OCC_NAME(begin_tables)(const occ_conv_state *s);
static void OCC_NAME(load_tables)(
    const occ_conv_state *s, size_t slot, const uint32_t *signs, const uint32_t *nonzero);

#include "template_conv.h"

// MARK: Binary convolution
//
// Bits are counted by nibble with a byte shuffle and added as bytes; before those could overflow they are widened into
// the sums in memory.

/// Terms after which byte counters are emptied: 31 * 8 < 256, and signed in the ternary case 15 * 8 < 128.
#define OCC_AVX2_TERMS 31
#define OCC_AVX2_TERMS_TERNARY 15

OCC_INLINE __m256i occ_avx2_count_bytes(__m256i bits) {
    const __m256i counts = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(bits, nibble));
    const __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bits, 4), nibble));
    return _mm256_add_epi8(low, high);
}

/// Bits that differ (plain, masked) or the whole sum (ternary) for `pixels` columns and one block of channels.
OCC_INLINE void OCC_NAME(tile)(
    const occ_conv_state *state, const occ_mode mode, size_t block, size_t column, const size_t pixels,
    int32_t *sums) {
    const size_t step = mode == occ_mode_ternary ? OCC_AVX2_TERMS_TERNARY : OCC_AVX2_TERMS;
    const uint32_t *weights = state->weight_signs + block * state->terms * OCC_BLOCK;
    const uint32_t *kept =
        mode == occ_mode_ternary ? state->weight_nonzero + block * state->terms * OCC_BLOCK : NULL;
    const uint32_t *rows = state->rows_signs + column, *masks = state->rows_nonzero + column;
    for (size_t begin = 0; begin < state->terms; begin += step) {
        const size_t end = state->terms - begin < step ? state->terms : begin + step;
        __m256i bytes[4][2];
#pragma unroll
        for (size_t p = 0; p < pixels; p++) bytes[p][0] = bytes[p][1] = _mm256_setzero_si256();
        for (size_t k = begin; k < end; k++) {
            const int32_t at = state->offsets[k];
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const __m256i w = _mm256_loadu_si256((const __m256i *)(weights + k * OCC_BLOCK + 8 * half));
#pragma unroll
                for (size_t p = 0; p < pixels; p++) {
                    __m256i differ = _mm256_xor_si256(_mm256_set1_epi32((int)rows[at + (int32_t)p]), w);
                    if (mode == occ_mode_plain) {
                        bytes[p][half] = _mm256_add_epi8(bytes[p][half], occ_avx2_count_bytes(differ));
                        continue;
                    }
                    __m256i mask = _mm256_set1_epi32((int)masks[at + (int32_t)p]);
                    if (mode == occ_mode_ternary) {
                        mask = _mm256_and_si256(
                            mask, _mm256_loadu_si256((const __m256i *)(kept + k * OCC_BLOCK + 8 * half)));
                    }
                    differ = _mm256_and_si256(differ, mask);
                    const __m256i minus = occ_avx2_count_bytes(differ);
                    if (mode == occ_mode_masked) {
                        bytes[p][half] = _mm256_add_epi8(bytes[p][half], minus);
                    } else {
                        const __m256i plus = occ_avx2_count_bytes(_mm256_xor_si256(mask, differ));
                        bytes[p][half] = _mm256_add_epi8(bytes[p][half], _mm256_sub_epi8(plus, minus));
                    }
                }
            }
        }
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const __m256i ones = _mm256_set1_epi8(1);
                // The first operand is unsigned, the second signed.
                const __m256i pairs = mode == occ_mode_ternary ? _mm256_maddubs_epi16(ones, bytes[p][half])
                                                               : _mm256_maddubs_epi16(bytes[p][half], ones);
                __m256i total = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
                __m256i *to = (__m256i *)(sums + p * OCC_BLOCK + 8 * (size_t)half);
                if (begin != 0) total = _mm256_add_epi32(total, _mm256_loadu_si256(to));
                _mm256_storeu_si256(to, total);
            }
        }
    }
}

#define OCC_TILE_PIXELS 4
#include "template_conv_row.h"

#include "avx2_conv.h"

// MARK: 1x1 with binary weights

#include "avx2_lookup.h"

#define OCC_LANES 16
#define OCC_AVX2_PAIRS 0
#include "avx2_lookup_choice.h"

#include "template_lookup.h"

#include "template_pointwise.h"

#include "bytes_avx2.h"

#include "template_stereo.h"

#define OCC_WINOGRAD_LANES 8
#define OCC_WINOGRAD_ROWS 6
#include "template_winograd.h"

#include "template_table.h"

// MARK: The variant that looks pairs up

#undef OCC_NAME
#undef OCC_ISA
#undef OCC_ISA_NAME
#undef OCC_TABLE
#undef OCC_AVX2_PAIRS
#define OCC_NAME(name) occ_avx2_pairs_##name
#define OCC_ISA occ_isa_avx2_pairs
#define OCC_ISA_NAME "avx2-pairs"
#define OCC_TABLE occ_kernels_avx2_pairs_table
#define OCC_AVX2_PAIRS 1

// What it shares with the other.
#define occ_avx2_pairs_pack_signs occ_avx2_pack_signs
#define occ_avx2_pairs_rprelu_one occ_avx2_rprelu_one
#define occ_avx2_pairs_conv_begin occ_avx2_conv_begin
#define occ_avx2_pairs_conv_prepare_row occ_avx2_conv_prepare_row
#define occ_avx2_pairs_conv_row occ_avx2_conv_row
#define occ_avx2_pairs_residual occ_avx2_residual
#define occ_avx2_pairs_average_pool2x2 occ_avx2_average_pool2x2
#define occ_avx2_pairs_resize_bilinear occ_avx2_resize_bilinear
#define occ_avx2_pairs_bytes_run occ_avx2_bytes_run
#define occ_avx2_pairs_pointwise_bytes occ_avx2_pointwise_bytes
#define occ_avx2_pairs_stereo_cost occ_avx2_stereo_cost
#define occ_avx2_pairs_winograd occ_avx2_winograd

#include "avx2_lookup_choice.h"

#include "template_lookup.h"

#include "template_pointwise.h"

#include "template_table.h"

#pragma clang attribute pop
#else
typedef int occ_avx2_absent;
#endif
