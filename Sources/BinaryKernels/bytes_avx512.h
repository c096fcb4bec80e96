/// Sums of bytes times binary weights with AVX-512: by `vpdpbusd` where weights are zero, else by table lookup.

/// Rounds sixteen values to bfloat16; as `occ_bfloat16`.
OCC_INLINE __m256i occ_avx512_bfloat16(__m512 values) {
    const __m512i bits = _mm512_castps_si512(values), upper = _mm512_srli_epi32(bits, 16);
    const __m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, odd), _mm512_set1_epi32(0x7fff));
    rounded = _mm512_srli_epi32(rounded, 16);
    const __mmask16 nan = _mm512_cmp_ps_mask(values, values, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_mask_or_epi32(rounded, nan, upper, _mm512_set1_epi32(0x40)));
}

#include "bytes_lookup_avx512.h"

/// `pixels` pixels and `blocks` blocks of channels; the sums stay in registers.
OCC_INLINE void occ_avx512_bytes_tile(
    const occ_bytes_step *s, size_t pixel, size_t block, const size_t pixels, const size_t blocks) {
    const size_t block_stride = s->groups * OCC_BYTES_BLOCK;
    const int8_t *weights = s->weights + block * block_stride;
    const uint8_t *x = s->bytes + pixel * s->byte_stride;
    __m512i sums[12][2];
    // The results are stored long after: fetch their lines for writing meanwhile.
    const occ_target target = occ_target_at(s->y, pixel, block * OCC_BLOCK);
    const size_t line = target.stride * occ_element_bytes(target.element);
#pragma unroll
    for (size_t p = 0; p < pixels; p++) {
        __builtin_prefetch((const char *)target.values + p * line, 1, 3);
        if (blocks == 2) __builtin_prefetch((const char *)target.values + p * line + 63, 1, 3);
    }
#pragma unroll
    for (size_t b = 0; b < blocks; b++) {
        const __m512i start = _mm512_load_si512(s->starts + (block + b) * OCC_BLOCK);
#pragma unroll
        for (size_t p = 0; p < pixels; p++) sums[p][b] = start;
    }
    for (size_t g = 0; g < s->groups; g++) {
        __m512i w[2];
#pragma unroll
        for (size_t b = 0; b < blocks; b++) {
            w[b] = _mm512_loadu_si512(weights + b * block_stride + g * OCC_BYTES_BLOCK);
        }
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
            int32_t group;
            __builtin_memcpy(&group, x + p * s->byte_stride + g * OCC_BYTES_GROUP, sizeof(group));
            const __m512i values = _mm512_set1_epi32(group);
#pragma unroll
            for (size_t b = 0; b < blocks; b++) sums[p][b] = _mm512_dpbusd_epi32(sums[p][b], values, w[b]);
        }
    }
#pragma unroll
    for (size_t b = 0; b < blocks; b++) {
        const size_t channel = (block + b) * OCC_BLOCK;
        const __mmask16 lanes = occ_avx512_lanes(s->out_channels, channel);
        const occ_avx512_epilogue e = occ_avx512_load_epilogue(&s->epilogue, channel);
        const occ_target y = occ_target_at(s->y, pixel, channel);
        const __mmask8 low = (__mmask8)lanes, high = (__mmask8)(lanes >> 8);
        double *total = s->sums != NULL ? s->sums + channel : NULL;
        __m512d a = _mm512_setzero_pd(), c = a;
        if (total != NULL) {
            a = _mm512_maskz_loadu_pd(low, total);
            c = _mm512_maskz_loadu_pd(high, total + 8);
        }
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
            const __m512 value = occ_avx512_apply(&e, _mm512_cvtepi32_ps(sums[p][b]));
            if (y.element == occ_element_float32) {
                _mm512_mask_storeu_ps((float *)y.values + p * y.stride, lanes, value);
            } else {
                _mm256_mask_storeu_epi16((uint16_t *)y.values + p * y.stride, lanes, occ_avx512_bfloat16(value));
            }
            a = _mm512_add_pd(a, _mm512_cvtps_pd(_mm512_castps512_ps256(value)));
            c = _mm512_add_pd(c, _mm512_cvtps_pd(_mm512_extractf32x8_ps(value, 1)));
        }
        if (total != NULL) {
            _mm512_mask_storeu_pd(total, low, a);
            _mm512_mask_storeu_pd(total + 8, high, c);
        }
    }
}

OCC_INLINE void occ_avx512_bytes_pixels(const occ_bytes_step *s, size_t pixel, const size_t pixels) {
    size_t block = 0;
    for (; block + 2 <= s->blocks; block += 2) occ_avx512_bytes_tile(s, pixel, block, pixels, 2);
    if (block < s->blocks) occ_avx512_bytes_tile(s, pixel, block, pixels, 1);
}

static void occ_avx512_bytes_row(const occ_bytes_step *s, size_t pixels) {
    if (s->lookup != NULL) {
        occ_avx512_lookup_row(s, pixels);
        return;
    }
    size_t pixel = 0;
#define OCC_TILE(n) \
    for (; pixel + n <= pixels; pixel += n) occ_avx512_bytes_pixels(s, pixel, n);
    OCC_TILE(12)
    OCC_TILE(4)
    OCC_TILE(1)
#undef OCC_TILE
}

#define OCC_BYTES_ROW
#include "template_bytes.h"
