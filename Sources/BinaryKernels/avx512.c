/// x86-64 with AVX-512 F, BW, DQ, VL, VPOPCNTDQ and VNNI.
#if defined(__x86_64__)
#include <immintrin.h>

#include "internal.h"

#define OCC_NAME(name) occ_avx512_##name
#define OCC_ISA occ_isa_avx512
#define OCC_ISA_NAME "avx512"
#define OCC_TABLE occ_kernels_avx512_table

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,popcnt,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx512vnni"))), \
    apply_to = function)

/// Signs and nonzeros of 32 values.
OCC_INLINE void occ_avx512_pack_word(
    const float *x, const float *scale, const float *bias, uint32_t *signs, uint32_t *nonzero) {
    const __m512 zero = _mm512_setzero_ps();
    __m512 low = _mm512_mul_ps(_mm512_loadu_ps(x), _mm512_loadu_ps(scale));
    __m512 high = _mm512_mul_ps(_mm512_loadu_ps(x + 16), _mm512_loadu_ps(scale + 16));
    low = _mm512_add_ps(low, _mm512_loadu_ps(bias));
    high = _mm512_add_ps(high, _mm512_loadu_ps(bias + 16));
    *signs = (uint32_t)_mm512_cmp_ps_mask(low, zero, _CMP_LT_OQ)
        | (uint32_t)_mm512_cmp_ps_mask(high, zero, _CMP_LT_OQ) << 16;
    *nonzero = (uint32_t)_mm512_cmp_ps_mask(low, zero, _CMP_NEQ_UQ)
        | (uint32_t)_mm512_cmp_ps_mask(high, zero, _CMP_NEQ_UQ) << 16;
}

#include "template_elementwise.h"

#include "template_conv.h"

// MARK: Binary convolution
//
// A tile is up to 8 columns by up to 3 blocks of 16 output channels; its sums stay in registers. Each term loads the
// blocks' weights once and then spends xor, popcount and add per column and block, which is what the machine can
// issue: 512 multiply-adds in 1.5 cycles on Zen 4.

#define OCC_TILE_COLUMNS 8

/// The epilogue of one block of channels, in registers.
typedef struct occ_avx512_epilogue {
    __m512 alpha, beta, shift_in, slope, shift_out;
    bool rprelu;
} occ_avx512_epilogue;

OCC_INLINE occ_avx512_epilogue occ_avx512_load_epilogue(const occ_padded_epilogue *e, size_t channel) {
    const occ_avx512_epilogue loaded = {
        _mm512_load_ps(e->alpha + channel),
        _mm512_load_ps(e->beta + channel),
        _mm512_load_ps(e->shift_in + channel),
        _mm512_load_ps(e->slope + channel),
        _mm512_load_ps(e->shift_out + channel),
        e->rprelu,
    };
    return loaded;
}

OCC_INLINE __m512 occ_avx512_apply(const occ_avx512_epilogue *e, __m512 sum) {
    __m512 y = _mm512_fmadd_ps(sum, e->alpha, e->beta);
    if (e->rprelu) {
        y = _mm512_add_ps(y, e->shift_in);
        // Not greater than zero, or NaN.
        const __mmask16 scaled = _mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_NGT_UQ);
        y = _mm512_mask_mul_ps(y, scaled, y, e->slope);
        y = _mm512_add_ps(y, e->shift_out);
    }
    return y;
}

/// Lanes of a block that are output channels.
OCC_INLINE __mmask16 occ_avx512_lanes(size_t out_channels, size_t channel) {
    const size_t left = out_channels - channel;
    return left >= OCC_BLOCK ? (__mmask16)0xffff : (__mmask16)((1u << left) - 1);
}

OCC_INLINE void occ_avx512_tile(
    const occ_conv_state *s, const occ_mode mode, const size_t blocks, const size_t columns, size_t block,
    size_t column, float *out, size_t out_stride) {
    const uint32_t *rows = s->rows_signs + column, *masks = s->rows_nonzero + column;
    const size_t terms = s->terms, block_stride = terms * OCC_BLOCK;
    const uint32_t *weights = s->weight_signs + block * block_stride;
    const uint32_t *kept = mode == occ_mode_ternary ? s->weight_nonzero + block * block_stride : NULL;
    const int32_t *offsets = s->offsets;
    __m512i sums[OCC_TILE_COLUMNS][3];
    // The results are stored long after: fetch their lines for writing meanwhile.
    const float *target = out + column * out_stride + block * OCC_BLOCK;
#pragma unroll
    for (size_t p = 0; p < columns; p++) {
#pragma unroll
        for (size_t b = 0; b < blocks; b++) __builtin_prefetch(target + p * out_stride + b * OCC_BLOCK, 1, 3);
    }
#pragma unroll
    for (size_t p = 0; p < columns; p++) {
#pragma unroll
        for (size_t b = 0; b < blocks; b++) sums[p][b] = _mm512_setzero_si512();
    }
    for (size_t k = 0; k < terms; k++) {
        const int32_t at = offsets[k];
        __m512i w[3], kept_bits[3];
#pragma unroll
        for (size_t b = 0; b < blocks; b++) {
            w[b] = _mm512_loadu_si512(weights + b * block_stride);
            if (mode == occ_mode_ternary) kept_bits[b] = _mm512_loadu_si512(kept + b * block_stride);
        }
        weights += OCC_BLOCK;
        if (mode == occ_mode_ternary) kept += OCC_BLOCK;
#pragma unroll
        for (size_t p = 0; p < columns; p++) {
            const __m512i x = _mm512_set1_epi32((int)rows[at + (int32_t)p]);
            if (mode == occ_mode_plain) {
#pragma unroll
                for (size_t b = 0; b < blocks; b++) {
                    const __m512i differ = _mm512_xor_si512(x, w[b]);
                    sums[p][b] = _mm512_add_epi32(sums[p][b], _mm512_popcnt_epi32(differ));
                }
                continue;
            }
            const __m512i mask = _mm512_set1_epi32((int)masks[at + (int32_t)p]);
#pragma unroll
            for (size_t b = 0; b < blocks; b++) {
                if (mode == occ_mode_masked) {
                    // 0x28: (x ^ w) & mask.
                    const __m512i differ = _mm512_ternarylogic_epi32(x, w[b], mask, 0x28);
                    sums[p][b] = _mm512_add_epi32(sums[p][b], _mm512_popcnt_epi32(differ));
                } else {
                    const __m512i both = _mm512_and_si512(mask, kept_bits[b]);
                    const __m512i differ = _mm512_ternarylogic_epi32(x, w[b], both, 0x28);
                    const __m512i counted = _mm512_popcnt_epi32(both), minus = _mm512_popcnt_epi32(differ);
                    sums[p][b] = _mm512_add_epi32(
                        sums[p][b], _mm512_sub_epi32(counted, _mm512_add_epi32(minus, minus)));
                }
            }
        }
    }
#pragma unroll
    for (size_t b = 0; b < blocks; b++) {
        const size_t channel = (block + b) * OCC_BLOCK;
        const __mmask16 lanes = occ_avx512_lanes(s->conv.out_channels, channel);
        if (mode != occ_mode_ternary) {
#pragma unroll
            for (size_t p = 0; p < columns; p++) {
                const __m512i base = mode == occ_mode_masked
                    ? _mm512_set1_epi32(s->column_count[column + p])
                    : _mm512_load_si512(s->base + s->column_class[column + p] * s->padded_out + channel);
                sums[p][b] = _mm512_sub_epi32(base, _mm512_slli_epi32(sums[p][b], 1));
            }
        }
        const occ_avx512_epilogue e = occ_avx512_load_epilogue(&s->epilogue, channel);
        float *to = out + column * out_stride + channel;
#pragma unroll
        for (size_t p = 0; p < columns; p++) {
            const __m512 y = occ_avx512_apply(&e, _mm512_cvtepi32_ps(sums[p][b]));
            _mm512_mask_storeu_ps(to + p * out_stride, lanes, y);
        }
    }
}

/// All columns of some blocks: whole tiles, then one for the rest.
OCC_INLINE void occ_avx512_columns(
    const occ_conv_state *s, const occ_mode mode, const size_t blocks, size_t block, float *out,
    size_t out_stride) {
    size_t column = 0;
    for (; column + OCC_TILE_COLUMNS <= s->out_width; column += OCC_TILE_COLUMNS) {
        occ_avx512_tile(s, mode, blocks, OCC_TILE_COLUMNS, block, column, out, out_stride);
    }
    switch (s->out_width - column) {
#define OCC_REST(n) \
    case n: \
        occ_avx512_tile(s, mode, blocks, n, block, column, out, out_stride); \
        break;
        OCC_REST(1)
        OCC_REST(2)
        OCC_REST(3)
        OCC_REST(4)
        OCC_REST(5)
        OCC_REST(6)
        OCC_REST(7)
#undef OCC_REST
    default:
        break;
    }
}

#define OCC_COLUMNS(mode, blocks) \
    static __attribute__((noinline)) void occ_avx512_columns_##mode##_##blocks( \
        const occ_conv_state *s, size_t block, float *out, size_t out_stride) { \
        occ_avx512_columns(s, occ_mode_##mode, blocks, block, out, out_stride); \
    }
OCC_COLUMNS(plain, 1)
OCC_COLUMNS(plain, 2)
OCC_COLUMNS(plain, 3)
OCC_COLUMNS(masked, 1)
OCC_COLUMNS(masked, 2)
OCC_COLUMNS(ternary, 1)
#undef OCC_COLUMNS

/// Computes the row that `conv_prepare_row` made ready.
static void occ_avx512_conv_row(const occ_conv_state *s, float *out, size_t out_stride) {
    for (size_t block = 0; block < s->blocks;) {
        const occ_mode mode = occ_block_mode(s, block);
        // Blocks from here that are like this one; more than four are all the same.
        size_t left = 1;
        while (left < 5 && block + left < s->blocks && occ_block_mode(s, block + left) == mode) left++;
        if (mode == occ_mode_ternary) {
            occ_avx512_columns_ternary_1(s, block, out, out_stride);
            block += 1;
        } else if (left == 1) {
            if (mode == occ_mode_masked) occ_avx512_columns_masked_1(s, block, out, out_stride);
            if (mode == occ_mode_plain) occ_avx512_columns_plain_1(s, block, out, out_stride);
            block += 1;
        } else if (mode == occ_mode_masked) {
            occ_avx512_columns_masked_2(s, block, out, out_stride);
            block += 2;
        } else if (left == 2 || left == 4) {
            // Two pairs rather than three and one.
            occ_avx512_columns_plain_2(s, block, out, out_stride);
            block += 2;
        } else {
            occ_avx512_columns_plain_3(s, block, out, out_stride);
            block += 3;
        }
    }
}

// MARK: 1x1 with binary weights

/// The 16 sums of each group of four channels, as in the scalar variant, four groups at a time.
static void occ_avx512_build_tables(const float *x, size_t groups, float *tables) {
    // Lanes of [x0 + x1, x0 - x1, x2 + x3, x2 - x3] x 4, or (16 and up) of their negatives, for entries 0 ... 15.
    const __m512i low = _mm512_setr_epi32(0, 17, 1, 16, 0, 17, 1, 16, 0, 17, 1, 16, 0, 17, 1, 16);
    const __m512i high = _mm512_setr_epi32(2, 2, 2, 2, 19, 19, 19, 19, 3, 3, 3, 3, 18, 18, 18, 18);
    const __m512i odd = _mm512_setr_epi32(
        0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0,
        INT32_MIN);
    const __m512i sign = _mm512_set1_epi32(INT32_MIN);
    for (size_t g = 0; g < groups; g += 4, x += 16, tables += 4 * OCC_LUT_ENTRIES) {
        const __m512 v = _mm512_loadu_ps(x);
        const __m512 minus = _mm512_castsi512_ps(
            _mm512_xor_si512(_mm512_castps_si512(_mm512_movehdup_ps(v)), odd));
        const __m512 pairs = _mm512_add_ps(_mm512_moveldup_ps(v), minus);
        const __m512 negated = _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(pairs), sign));
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const __m512i first = _mm512_add_epi32(low, _mm512_set1_epi32(4 * i));
            const __m512i second = _mm512_add_epi32(high, _mm512_set1_epi32(4 * i));
            const __m512 a = _mm512_permutex2var_ps(pairs, first, negated);
            const __m512 b = _mm512_permutex2var_ps(pairs, second, negated);
            _mm512_storeu_ps(tables + i * OCC_LUT_ENTRIES, _mm512_add_ps(a, b));
        }
    }
}

/// Adds the table entries that the weights of `blocks` blocks select, for `pixels` pixels.
OCC_INLINE void occ_avx512_lookup(
    const occ_lookup *l, size_t pixel, size_t block, const size_t pixels, const size_t blocks, const bool ternary) {
    const float *tables = l->tables + pixel * OCC_TABLE_STRIDE;
    const size_t block_stride = l->block_stride, accumulator_stride = l->padded_out;
    const uint32_t *signs = l->signs + block * block_stride;
    const uint32_t *nonzero = ternary ? l->nonzero + block * block_stride : NULL;
    float *accumulators = l->accumulators + pixel * accumulator_stride + block * OCC_BLOCK;
    // Half of the additions go through the multiplier's pipes, which the permutations leave idle; the compiler must
    // not see that the factor is 1.
    __m512 one = _mm512_set1_ps(1);
    __asm__("" : "+v"(one));
    __m512 sums[OCC_LUT_PIXELS][2];
#pragma unroll
    for (size_t p = 0; p < pixels; p++) {
#pragma unroll
        for (size_t b = 0; b < blocks; b++) {
            sums[p][b] = l->first ? _mm512_setzero_ps()
                                  : _mm512_load_ps(accumulators + p * accumulator_stride + b * OCC_BLOCK);
        }
    }
    if (l->last) {
        // The results are stored long after: fetch their lines for writing meanwhile.
        const float *target = l->y + pixel * l->y_stride + block * OCC_BLOCK;
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
#pragma unroll
            for (size_t b = 0; b < blocks; b++) __builtin_prefetch(target + p * l->y_stride + b * OCC_BLOCK, 1, 3);
        }
    }
    for (size_t w = 0; w < l->words; w++) {
        __m512i entries[2], zeros[2];
#pragma unroll
        for (size_t b = 0; b < blocks; b++) {
            entries[b] = _mm512_loadu_si512(signs + b * block_stride + w * OCC_BLOCK);
            if (ternary) {
                const __m512i kept = _mm512_loadu_si512(nonzero + b * block_stride + w * OCC_BLOCK);
                zeros[b] = _mm512_ternarylogic_epi32(entries[b], kept, kept, 0xf3);  // entries | ~kept
            }
        }
        for (size_t g = 0; g < OCC_WORD_GROUPS; g++, tables += OCC_LUT_ENTRIES) {
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                const __m512 table = _mm512_load_ps(tables + p * OCC_TABLE_STRIDE);
#pragma unroll
                for (size_t b = 0; b < blocks; b++) {
                    // The permutation reads the low four bits of each index only.
                    __m512 value = _mm512_permutexvar_ps(entries[b], table);
                    if (ternary) {
                        value = _mm512_add_ps(value, _mm512_permutexvar_ps(zeros[b], table));
                        value = _mm512_mul_ps(value, _mm512_set1_ps(0.5f));
                    }
                    sums[p][b] = (p + b) % 2 == 0 ? _mm512_add_ps(sums[p][b], value)
                                                  : _mm512_fmadd_ps(value, one, sums[p][b]);
                }
            }
#pragma unroll
            for (size_t b = 0; b < blocks; b++) {
                entries[b] = _mm512_srli_epi32(entries[b], 4);
                if (ternary) zeros[b] = _mm512_srli_epi32(zeros[b], 4);
            }
        }
    }
    if (!l->last) {
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
#pragma unroll
            for (size_t b = 0; b < blocks; b++) {
                _mm512_store_ps(accumulators + p * accumulator_stride + b * OCC_BLOCK, sums[p][b]);
            }
        }
        return;
    }
#pragma unroll
    for (size_t b = 0; b < blocks; b++) {
        const size_t channel = (block + b) * OCC_BLOCK;
        const __mmask16 lanes = occ_avx512_lanes(l->out_channels, channel);
        const occ_avx512_epilogue e = occ_avx512_load_epilogue(&l->epilogue, channel);
        float *y = l->y + pixel * l->y_stride + channel;
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
            sums[p][b] = occ_avx512_apply(&e, sums[p][b]);
            _mm512_mask_storeu_ps(y + p * l->y_stride, lanes, sums[p][b]);
        }
        if (l->sums == NULL) continue;
        double *total = l->sums + channel;
        const __mmask8 low = (__mmask8)lanes, high = (__mmask8)(lanes >> 8);
        __m512d a = _mm512_maskz_loadu_pd(low, total), c = _mm512_maskz_loadu_pd(high, total + 8);
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
            a = _mm512_add_pd(a, _mm512_cvtps_pd(_mm512_castps512_ps256(sums[p][b])));
            c = _mm512_add_pd(c, _mm512_cvtps_pd(_mm512_extractf32x8_ps(sums[p][b], 1)));
        }
        _mm512_mask_storeu_pd(total, low, a);
        _mm512_mask_storeu_pd(total + 8, high, c);
    }
}

OCC_INLINE void occ_avx512_lookup_pixels(const occ_lookup *l, size_t pixel, const size_t pixels) {
    for (size_t block = 0; block < l->blocks;) {
        if (l->zero_blocks[block]) {
            occ_avx512_lookup(l, pixel, block, pixels, 1, true);
            block += 1;
        } else if (block + 1 < l->blocks && !l->zero_blocks[block + 1]) {
            occ_avx512_lookup(l, pixel, block, pixels, 2, false);
            block += 2;
        } else {
            occ_avx512_lookup(l, pixel, block, pixels, 1, false);
            block += 1;
        }
    }
}

/// All blocks of channels for one set of tables, and the epilogue after the last set.
static void occ_avx512_lookup_blocks(const occ_lookup *l) {
    size_t pixel = 0;
#define OCC_TILE(n) \
    for (; pixel + n <= l->pixels; pixel += n) occ_avx512_lookup_pixels(l, pixel, n);
    OCC_TILE(12)
    OCC_TILE(8)
    OCC_TILE(4)
    OCC_TILE(2)
    OCC_TILE(1)
#undef OCC_TILE
}

#include "template_pointwise.h"

#include "bytes_avx512.h"

#include "template_stereo.h"

#define OCC_WINOGRAD_LANES 16
#define OCC_WINOGRAD_ROWS 16
#include "template_winograd.h"

#include "template_table.h"

#pragma clang attribute pop
#else
typedef int occ_avx512_absent;
#endif
