/// Sums of bytes times weights of -1 and 1 by table lookup with AVX-512.
///
/// Six channels have 64 signed sums, two registers of 16 bits, and `vpermi2w` takes one for each of 32 output channels: 192 products
/// an instruction, where `vpdpbusd` does 64. A table is made by four `vpmaddubsw` for a pixel and serves all output channels of a pass.
/// Sums of 43 groups of six fit 16 bits; they start at what takes the 128 of the bytes back out, modulo 2^16.

/// Blocks of 32 output channels that one pass keeps in registers, and pixels.
#define OCC_LOOKUP_BLOCKS 8
#define OCC_LOOKUP_PIXELS 2

/// The epilogue of 16 channels of one pixel: stores them, returns them.
OCC_INLINE __m512 occ_avx512_lookup_finish(
    const occ_avx512_epilogue *e, __m512i sums, __mmask16 lanes, occ_target y) {
    const __m512 value = occ_avx512_apply(e, _mm512_cvtepi32_ps(sums));
    if (y.element == occ_element_float32) {
        _mm512_mask_storeu_ps(y.values, lanes, value);
    } else {
        _mm256_mask_storeu_epi16(y.values, lanes, occ_avx512_bfloat16(value));
    }
    return value;
}

/// Sixteen channels of some pixels: epilogue, results, sums for squeeze-excitation.
OCC_INLINE void occ_avx512_lookup_results(
    const occ_bytes_step *s, size_t pixel, const size_t pixels, size_t channel, const __m512i *sums) {
    if (channel >= s->out_channels) return;
    const __mmask16 lanes = occ_avx512_lanes(s->out_channels, channel);
    const __mmask8 low = (__mmask8)lanes, high = (__mmask8)(lanes >> 8);
    const occ_avx512_epilogue e = occ_avx512_load_epilogue(&s->epilogue, channel);
    __m512 values[OCC_LOOKUP_PIXELS];
#pragma unroll
    for (size_t p = 0; p < pixels; p++) {
        values[p] = occ_avx512_lookup_finish(&e, sums[p], lanes, occ_target_at(s->y, pixel + p, channel));
    }
    if (s->sums == NULL) return;
    double *total = s->sums + channel;
    __m512d a = _mm512_maskz_loadu_pd(low, total), c = _mm512_maskz_loadu_pd(high, total + 8);
#pragma unroll
    for (size_t p = 0; p < pixels; p++) {
        a = _mm512_add_pd(a, _mm512_cvtps_pd(_mm512_castps512_ps256(values[p])));
        c = _mm512_add_pd(c, _mm512_cvtps_pd(_mm512_extractf32x8_ps(values[p], 1)));
    }
    _mm512_mask_storeu_pd(total, low, a);
    _mm512_mask_storeu_pd(total + 8, high, c);
}

/// Signs of two channels in 32 entries, bytes of a word: entry `i` takes channel `c` of a group negative where bit `c` of `i` is set.
static const uint16_t occ_avx512_lookup_signs[4][32] __attribute__((aligned(64))) = {
#define OCC_FOUR(a, b, c, d) a, b, c, d
#define OCC_SAME(a) a, a, a, a
#define OCC_CYCLE OCC_FOUR(0x0101, 0x01ff, 0xff01, 0xffff)
    {OCC_CYCLE, OCC_CYCLE, OCC_CYCLE, OCC_CYCLE, OCC_CYCLE, OCC_CYCLE, OCC_CYCLE, OCC_CYCLE},
    {OCC_SAME(0x0101), OCC_SAME(0x01ff), OCC_SAME(0xff01), OCC_SAME(0xffff), OCC_SAME(0x0101), OCC_SAME(0x01ff),
     OCC_SAME(0xff01), OCC_SAME(0xffff)},
    // The last channel positive, for the first register, and negative, for the second.
    {OCC_SAME(0x0101), OCC_SAME(0x0101), OCC_SAME(0x0101), OCC_SAME(0x0101), OCC_SAME(0x01ff), OCC_SAME(0x01ff),
     OCC_SAME(0x01ff), OCC_SAME(0x01ff)},
    {OCC_SAME(0xff01), OCC_SAME(0xff01), OCC_SAME(0xff01), OCC_SAME(0xff01), OCC_SAME(0xffff), OCC_SAME(0xffff),
     OCC_SAME(0xffff), OCC_SAME(0xffff)},
#undef OCC_CYCLE
#undef OCC_SAME
#undef OCC_FOUR
};

/// Two bytes in every word.
OCC_INLINE __m512i occ_avx512_pair(const uint8_t *bytes) {
    int16_t pair;
    __builtin_memcpy(&pair, bytes, sizeof(pair));
    return _mm512_set1_epi16(pair);
}

/// One part of the sums of some pixels and `blocks` blocks of 32 channels, and after the last part the results.
OCC_INLINE void occ_avx512_lookup_tile(
    const occ_bytes_step *s, size_t part, size_t pixel, const size_t pixels, size_t block, const size_t blocks) {
    const size_t first = part * OCC_BYTES_SIXES, row = s->wide_blocks * 32;
    const size_t left = s->sixes - first, groups = left < OCC_BYTES_SIXES ? left : OCC_BYTES_SIXES;
    const uint16_t *starts = s->lookup + part * row + block * 32;
    const uint16_t *indices = s->lookup + (s->parts + first) * row + block * 32;
    const uint8_t *x = s->bytes + pixel * s->byte_stride + first * OCC_BYTES_SIX;
    const __m512i signs01 = _mm512_load_si512(occ_avx512_lookup_signs[0]);
    const __m512i signs23 = _mm512_load_si512(occ_avx512_lookup_signs[1]);
    const __m512i plus = _mm512_load_si512(occ_avx512_lookup_signs[2]);
    const __m512i minus = _mm512_load_si512(occ_avx512_lookup_signs[3]);
    __m512i sums[OCC_LOOKUP_PIXELS][OCC_LOOKUP_BLOCKS];
#pragma unroll
    for (size_t b = 0; b < blocks; b++) {
#pragma unroll
        for (size_t p = 0; p < pixels; p++) sums[p][b] = _mm512_loadu_si512(starts + b * 32);
    }
    for (size_t g = 0; g < groups; g++, x += OCC_BYTES_SIX, indices += row) {
        __m512i low[OCC_LOOKUP_PIXELS], high[OCC_LOOKUP_PIXELS];
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
            const uint8_t *group = x + p * s->byte_stride;
            const __m512i last = occ_avx512_pair(group + 4);
            const __m512i four = _mm512_add_epi16(
                _mm512_maddubs_epi16(occ_avx512_pair(group), signs01),
                _mm512_maddubs_epi16(occ_avx512_pair(group + 2), signs23));
            low[p] = _mm512_add_epi16(four, _mm512_maddubs_epi16(last, plus));
            high[p] = _mm512_add_epi16(four, _mm512_maddubs_epi16(last, minus));
        }
#pragma unroll
        for (size_t b = 0; b < blocks; b++) {
            const __m512i index = _mm512_loadu_si512(indices + b * 32);
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                sums[p][b] = _mm512_add_epi16(sums[p][b], _mm512_permutex2var_epi16(low[p], index, high[p]));
            }
        }
    }
#pragma unroll
    for (size_t b = 0; b < blocks; b++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            __m512i totals[OCC_LOOKUP_PIXELS];
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                const __m256i words = half == 0 ? _mm512_castsi512_si256(sums[p][b])
                                                : _mm512_extracti64x4_epi64(sums[p][b], 1);
                totals[p] = _mm512_cvtepi16_epi32(words);
                int32_t *partial =
                    s->partial + ((pixel + p) * OCC_LOOKUP_BLOCKS + b) * 32 + (size_t)half * OCC_BLOCK;
                if (part != 0) totals[p] = _mm512_add_epi32(totals[p], _mm512_load_si512(partial));
                if (part + 1 < s->parts) _mm512_store_si512(partial, totals[p]);
            }
            if (part + 1 == s->parts) {
                const size_t channel = (block + b) * 32 + (size_t)half * OCC_BLOCK;
                occ_avx512_lookup_results(s, pixel, pixels, channel, totals);
            }
        }
    }
}

/// All parts and pixels of one pass.
#define OCC_PASS(blocks) \
    static __attribute__((noinline)) void occ_avx512_lookup_pass_##blocks( \
        const occ_bytes_step *s, size_t pixels, size_t block) { \
        for (size_t part = 0; part < s->parts; part++) { \
            size_t pixel = 0; \
            for (; pixel + 2 <= pixels; pixel += 2) occ_avx512_lookup_tile(s, part, pixel, 2, block, blocks); \
            if (pixel < pixels) occ_avx512_lookup_tile(s, part, pixel, 1, block, blocks); \
        } \
    }
OCC_PASS(1)
OCC_PASS(2)
OCC_PASS(4)
OCC_PASS(8)
#undef OCC_PASS

static void occ_avx512_lookup_row(const occ_bytes_step *s, size_t pixels) {
    for (size_t block = 0; block < s->wide_blocks;) {
        const size_t left = s->wide_blocks - block;
        if (left >= 8) {
            occ_avx512_lookup_pass_8(s, pixels, block);
            block += 8;
        } else if (left >= 4) {
            occ_avx512_lookup_pass_4(s, pixels, block);
            block += 4;
        } else if (left >= 2) {
            occ_avx512_lookup_pass_2(s, pixels, block);
            block += 2;
        } else {
            occ_avx512_lookup_pass_1(s, pixels, block);
            block += 1;
        }
    }
}
