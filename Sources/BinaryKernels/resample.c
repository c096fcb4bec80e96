/// Pillow's resize: scalar, and AVX2, where a two of output pixels fills a register, one in each half.
#include "include/resample.h"

#include "internal.h"

OCC_INLINE int32_t occ_low(int32_t word) { return (int16_t)(word & 0xFFFF); }
OCC_INLINE int32_t occ_high(int32_t word) { return (int16_t)((uint32_t)word >> 16); }

/// A sum as a byte.
OCC_INLINE uint8_t occ_byte(uint32_t upper, uint32_t lower) {
    const int32_t value = (int32_t)((upper << 12) + lower + (1u << 21)) >> 22;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/// Four numbers side by side, for compilers to lay into registers: red, green, blue and what follows.
typedef uint32_t occ_four __attribute__((vector_size(16)));
typedef uint8_t occ_four_bytes __attribute__((vector_size(4)));

OCC_INLINE occ_four occ_load_four(const uint8_t *bytes) {
    occ_four_bytes four;
    memcpy(&four, bytes, sizeof(four));
    return __builtin_convertvector(four, occ_four);
}

static void occ_across_scalar(const occ_across *across, const uint8_t *row, uint8_t *output) {
    for (size_t x = 0; x < across->outputs; x++) {
        const int32_t *weights = across->weights + (x / 2) * across->pairs * 16 + (x & 1) * 4;
        const uint8_t *source = row + across->offsets[x];
        occ_four upper = {0, 0, 0, 0}, lower = upper;
        for (size_t pair = 0; pair < across->pairs; pair++, weights += 16, source += 6) {
            const occ_four left = occ_load_four(source), right = occ_load_four(source + 3);
            upper += left * (uint32_t)occ_low(weights[0]) + right * (uint32_t)occ_high(weights[0]);
            lower += left * (uint32_t)occ_low(weights[8]) + right * (uint32_t)occ_high(weights[8]);
        }
        for (int channel = 0; channel < 3; channel++) {
            output[x * 3 + (size_t)channel] = occ_byte(upper[channel], lower[channel]);
        }
    }
}

/// Columns that the pass down takes at once.
#define OCC_DOWN_COLUMNS 16

static void occ_down_scalar(
    const int32_t *weights, size_t rows, const uint8_t *source, size_t stride, uint8_t *output, size_t count) {
    for (size_t x = 0; x < count; x += OCC_DOWN_COLUMNS) {
        uint32_t upper[OCC_DOWN_COLUMNS] = {0}, lower[OCC_DOWN_COLUMNS] = {0};
        for (size_t row = 0; row < rows; row++) {
            const int32_t *pair = weights + row / 2 * 2;
            const int32_t uppers = row & 1 ? occ_high(pair[0]) : occ_low(pair[0]);
            const int32_t lowers = row & 1 ? occ_high(pair[1]) : occ_low(pair[1]);
            const uint8_t *from = source + row * stride + x;
            for (size_t column = 0; column < OCC_DOWN_COLUMNS; column++) {
                upper[column] += (uint32_t)((int16_t)from[column] * (int32_t)uppers);
                lower[column] += (uint32_t)((int16_t)from[column] * (int32_t)lowers);
            }
        }
        const size_t kept = count - x < OCC_DOWN_COLUMNS ? count - x : OCC_DOWN_COLUMNS;
        for (size_t column = 0; column < kept; column++) output[x + column] = occ_byte(upper[column], lower[column]);
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define OCC_AVX2 __attribute__((target("avx2,fma")))

/// Sums as bytes, still one in four.
OCC_AVX2 OCC_INLINE __m256i occ_bytes8(__m256i upper, __m256i lower) {
    const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(upper, 12), lower);
    const __m256i shifted = _mm256_srai_epi32(sum, 22);
    return _mm256_min_epi32(_mm256_max_epi32(shifted, _mm256_setzero_si256()), _mm256_set1_epi32(255));
}

OCC_AVX2 OCC_INLINE void occ_across_rows(
    const occ_across *across, const size_t count, const uint8_t *const *rows, uint8_t *const *outputs) {
    // r r' g g' b b' as 16-bit numbers, of eight bytes in each half.
    const __m256i spread = _mm256_setr_epi8(
        0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, 0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1,
        -1);
    const __m256i gather = _mm256_setr_epi8(
        0, 4, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 4, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        -1, -1, -1);
    const __m256i half = _mm256_set1_epi32(1 << 21);
    const size_t twos = (across->outputs + 1) / 2, pairs = across->pairs;
    const int32_t *weights = across->weights;
    for (size_t two = 0; two < twos; two++) {
        const size_t first = (size_t)across->offsets[2 * two], second = (size_t)across->offsets[2 * two + 1];
        __m256i upper[OCC_RESAMPLE_ROWS], lower[OCC_RESAMPLE_ROWS];
#pragma unroll
        for (size_t r = 0; r < count; r++) {
            upper[r] = _mm256_setzero_si256();
            lower[r] = half;
        }
        for (size_t pair = 0; pair < pairs; pair++, weights += 16) {
            const __m256i uppers = _mm256_loadu_si256((const __m256i *)weights);
            const __m256i lowers = _mm256_loadu_si256((const __m256i *)(weights + 8));
#pragma unroll
            for (size_t r = 0; r < count; r++) {
                const __m128i a = _mm_loadl_epi64((const __m128i *)(rows[r] + first + 6 * pair));
                const __m128i b = _mm_loadl_epi64((const __m128i *)(rows[r] + second + 6 * pair));
                const __m256i pixels = _mm256_shuffle_epi8(_mm256_set_m128i(b, a), spread);
                upper[r] = _mm256_add_epi32(upper[r], _mm256_madd_epi16(pixels, uppers));
                lower[r] = _mm256_add_epi32(lower[r], _mm256_madd_epi16(pixels, lowers));
            }
        }
#pragma unroll
        for (size_t r = 0; r < count; r++) {
            const __m256i bytes = _mm256_shuffle_epi8(occ_bytes8(upper[r], lower[r]), gather);
            const uint32_t a = (uint32_t)_mm_cvtsi128_si32(_mm256_castsi256_si128(bytes));
            const uint32_t b = (uint32_t)_mm_cvtsi128_si32(_mm256_extracti128_si256(bytes, 1));
            // The bytes above the two pixels are overwritten by the next ones.
            const uint64_t both = (uint64_t)b << 24 | a;
            memcpy(outputs[r] + two * 6, &both, sizeof(both));
        }
    }
}

OCC_AVX2 static void occ_across_avx2(
    const occ_across *across, size_t count, const uint8_t *const *rows, uint8_t *const *outputs) {
    size_t row = 0;
    for (; row + 4 <= count; row += 4) occ_across_rows(across, 4, rows + row, outputs + row);
    for (; row < count; row++) occ_across_rows(across, 1, rows + row, outputs + row);
}

OCC_AVX2 static void occ_down_avx2(
    const int32_t *weights, size_t rows, const uint8_t *source, size_t stride, uint8_t *output, size_t count) {
    const size_t pairs = (rows + 1) / 2;
    for (size_t x = 0; x < count; x += 16) {
        __m256i upper[2], lower[2];
        for (int part = 0; part < 2; part++) {
            upper[part] = _mm256_setzero_si256();
            lower[part] = _mm256_set1_epi32(1 << 21);
        }
        for (size_t pair = 0; pair < pairs; pair++) {
            const uint8_t *top = source + 2 * pair * stride + x;
            const uint8_t *bottom = 2 * pair + 1 < rows ? top + stride : top;
            const __m128i a = _mm_loadu_si128((const __m128i *)top), b = _mm_loadu_si128((const __m128i *)bottom);
            const __m256i uppers = _mm256_set1_epi32(weights[2 * pair]), lowers = _mm256_set1_epi32(weights[2 * pair + 1]);
            const __m256i parts[2] = {
                _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b)), _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b))};
            for (int part = 0; part < 2; part++) {
                upper[part] = _mm256_add_epi32(upper[part], _mm256_madd_epi16(parts[part], uppers));
                lower[part] = _mm256_add_epi32(lower[part], _mm256_madd_epi16(parts[part], lowers));
            }
        }
        // Bytes 0 to 3 and 8 to 11, 4 to 7 and 12 to 15 of each lane, put in order.
        const __m256i words = _mm256_packs_epi32(occ_bytes8(upper[0], lower[0]), occ_bytes8(upper[1], lower[1]));
        const __m256i bytes = _mm256_packus_epi16(words, words);
        const __m256i ordered = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 0, 4, 1, 5));
        const __m128i result = _mm256_castsi256_si128(ordered);
        if (count - x >= 16) {
            _mm_storeu_si128((__m128i *)(output + x), result);
        } else {
            uint8_t rest[16];
            _mm_storeu_si128((__m128i *)rest, result);
            memcpy(output + x, rest, count - x);
        }
    }
}
#endif

#if defined(__x86_64__)
static bool occ_has_avx2(occ_isa isa) {
    return isa == occ_isa_avx2 || isa == occ_isa_avx2_pairs || isa == occ_isa_avx512;
}
#endif

void occ_resample_across(
    occ_isa isa, const occ_across *across, size_t count, const uint8_t *const *rows, uint8_t *const *outputs) {
#if defined(__x86_64__)
    if (occ_has_avx2(isa)) {
        occ_across_avx2(across, count, rows, outputs);
        return;
    }
#else
    (void)isa;
#endif
    for (size_t row = 0; row < count; row++) occ_across_scalar(across, rows[row], outputs[row]);
}

void occ_resample_down(
    occ_isa isa, const int32_t *weights, size_t rows, const uint8_t *source, size_t stride, uint8_t *output,
    size_t count) {
#if defined(__x86_64__)
    if (occ_has_avx2(isa)) {
        occ_down_avx2(weights, rows, source, stride, output, count);
        return;
    }
#else
    (void)isa;
#endif
    occ_down_scalar(weights, rows, source, stride, output, count);
}
