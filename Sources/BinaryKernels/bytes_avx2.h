/// Sums of bytes times binary weights with AVX2.
///
/// `vpmaddubsw` adds two products, at most 2 * 255, so that 64 of its results fit 16 bits before they are widened.

#define OCC_AVX2_BYTE_GROUPS 64

/// The sums of `pixels` pixels and one block of channels.
OCC_INLINE void occ_avx2_bytes_tile(
    const occ_bytes_step *s, size_t pixel, size_t block, const size_t pixels, int32_t *sums) {
    const int8_t *weights = s->weights + block * s->groups * OCC_BYTES_BLOCK;
    const uint8_t *x = s->bytes + pixel * s->byte_stride;
    const __m256i ones = _mm256_set1_epi16(1);
    for (size_t begin = 0; begin < s->groups; begin += OCC_AVX2_BYTE_GROUPS) {
        const size_t end = s->groups - begin < OCC_AVX2_BYTE_GROUPS ? s->groups : begin + OCC_AVX2_BYTE_GROUPS;
        __m256i pairs[4][2];
#pragma unroll
        for (size_t p = 0; p < pixels; p++) pairs[p][0] = pairs[p][1] = _mm256_setzero_si256();
        for (size_t g = begin; g < end; g++) {
            const __m256i *w = (const __m256i *)(weights + g * OCC_BYTES_BLOCK);
            const __m256i low = _mm256_loadu_si256(w), high = _mm256_loadu_si256(w + 1);
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                int32_t group;
                __builtin_memcpy(&group, x + p * s->byte_stride + g * OCC_BYTES_GROUP, sizeof(group));
                const __m256i values = _mm256_set1_epi32(group);
                pairs[p][0] = _mm256_add_epi16(pairs[p][0], _mm256_maddubs_epi16(values, low));
                pairs[p][1] = _mm256_add_epi16(pairs[p][1], _mm256_maddubs_epi16(values, high));
            }
        }
#pragma unroll
        for (size_t p = 0; p < pixels; p++) {
#pragma unroll
            for (size_t half = 0; half < 2; half++) {
                __m256i *to = (__m256i *)(sums + p * OCC_BLOCK + 8 * half);
                const int32_t *from = begin == 0 ? s->starts + block * OCC_BLOCK + 8 * half : (const int32_t *)to;
                const __m256i total = _mm256_madd_epi16(pairs[p][half], ones);
                _mm256_storeu_si256(to, _mm256_add_epi32(total, _mm256_loadu_si256((const __m256i *)from)));
            }
        }
    }
}

#define OCC_BYTES_PIXELS 4
#include "template_bytes.h"
