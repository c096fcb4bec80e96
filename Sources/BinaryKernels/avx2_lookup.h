/// The 1x1 convolution of real inputs with binary weights: tables and inner loops of the AVX2 variants, which differ in nothing else.
///
/// **avx2, by eights.** A permutation reaches eight entries, so a table holds the sums of four channels in which the fourth is positive;
/// the other eight are their negatives: entry e with bit 3 set is minus entry ~e. The sign is the factor of a multiply-add, so 32
/// multiply-adds are one permutation and one instruction more.
///
/// **avx2-pairs.** Zen 1 to 3 take two cycles for that permutation and half a cycle for one within 16 bytes. There a table holds four
/// sums of the first two channels, then four of the others; two permutations and two additions are 32 multiply-adds.

/// Entries of both ways for four channels; floats between the tables of one pixel and the next, not all in the same cache sets.
#define OCC_AVX2_ENTRIES 8
#undef OCC_TABLE_STRIDE
#define OCC_TABLE_STRIDE ((size_t)OCC_LUT_WORDS * OCC_WORD_GROUPS * OCC_AVX2_ENTRIES + 16)

/// Pixels of a tile: six sums, or twelve where a table serves two vectors, leave no register idle.
#define OCC_LOOKUP_PIXELS 6

/// The eight sums of each group of four channels in which the fourth is positive.
OCC_INLINE void occ_avx2_build_eights(const float *x, size_t groups, float *tables) {
    const __m128 odd = _mm_castsi128_ps(_mm_setr_epi32(0, INT32_MIN, 0, INT32_MIN));
    const __m256 low_signs = _mm256_castsi256_ps(
        _mm256_setr_epi32(0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN));
    const __m256 high_signs = _mm256_castsi256_ps(
        _mm256_setr_epi32(0, 0, 0, 0, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN));
    const __m256i high_lanes = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3);
    for (size_t g = 0; g < groups; g++, x += 4, tables += OCC_AVX2_ENTRIES) {
        const __m128 v = _mm_loadu_ps(x);
        // [x0 + x1, x0 - x1, x2 + x3, x2 - x3]
        const __m128 pairs = _mm_add_ps(_mm_moveldup_ps(v), _mm_xor_ps(_mm_movehdup_ps(v), odd));
        const __m256 both = _mm256_set_m128(pairs, pairs);
        const __m256 low = _mm256_xor_ps(_mm256_permute_ps(both, 0x14), low_signs);
        const __m256 high = _mm256_xor_ps(_mm256_permutevar_ps(both, high_lanes), high_signs);
        _mm256_storeu_ps(tables, _mm256_add_ps(low, high));
    }
}

/// The four sums of the first two channels of each group, then those of the others.
OCC_INLINE void occ_avx2_build_pairs(const float *x, size_t groups, float *tables) {
    const __m256i first = _mm256_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2), second = _mm256_setr_epi32(1, 1, 1, 1, 3, 3, 3, 3);
    const __m256 first_signs = _mm256_castsi256_ps(
        _mm256_setr_epi32(0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN, 0, INT32_MIN));
    const __m256 second_signs = _mm256_castsi256_ps(
        _mm256_setr_epi32(0, 0, INT32_MIN, INT32_MIN, 0, 0, INT32_MIN, INT32_MIN));
    for (size_t g = 0; g < groups; g++, x += 4, tables += OCC_AVX2_ENTRIES) {
        const __m128 channels = _mm_loadu_ps(x);
        const __m256 v = _mm256_set_m128(channels, channels);
        const __m256 a = _mm256_xor_ps(_mm256_permutevar_ps(v, first), first_signs);
        const __m256 b = _mm256_xor_ps(_mm256_permutevar_ps(v, second), second_signs);
        _mm256_storeu_ps(tables, _mm256_add_ps(a, b));
    }
}

/// Index of the entries in the low four bits of each lane, and their signs as factors.
OCC_INLINE void occ_avx2_entry(__m256i nibbles, __m256i *index, __m256 *factor) {
    const __m256i top = _mm256_slli_epi32(nibbles, 28);
    *index = _mm256_xor_si256(nibbles, _mm256_srai_epi32(top, 31));
    const __m256i sign = _mm256_and_si256(top, _mm256_set1_epi32(INT32_MIN));
    *factor = _mm256_or_ps(_mm256_castsi256_ps(sign), _mm256_set1_ps(1));
}

/// The weights of 8 output channels for one word of input channels: as they are, and with zeros read as negative.
OCC_INLINE void occ_avx2_load_entries(
    const bool ternary, const uint32_t *signs, const uint32_t *nonzero, __m256i *entries, __m256i *zeros) {
    *zeros = *entries = _mm256_loadu_si256((const __m256i *)signs);
    if (!ternary) return;
    const __m256i kept = _mm256_loadu_si256((const __m256i *)nonzero);
    *zeros = _mm256_or_si256(*entries, _mm256_xor_si256(kept, _mm256_set1_epi32(-1)));
}

/// Adds the table entries that the weights of half a block select, by eights.
OCC_INLINE void occ_avx2_lookup_eights(
    const float *tables, const size_t pixels, const bool ternary, size_t words, const uint32_t *signs,
    const uint32_t *nonzero, float *accumulators, size_t accumulator_stride) {
    __m256 sums[OCC_LOOKUP_PIXELS];
#pragma unroll
    for (size_t p = 0; p < pixels; p++) sums[p] = _mm256_loadu_ps(accumulators + p * accumulator_stride);
    for (size_t w = 0; w < words; w++) {
        __m256i entries, zeros;
        const size_t at = w * OCC_BLOCK;
        occ_avx2_load_entries(ternary, signs + at, ternary ? nonzero + at : NULL, &entries, &zeros);
        for (size_t g = 0; g < OCC_WORD_GROUPS; g++, tables += OCC_AVX2_ENTRIES) {
            __m256i index, other_index;
            __m256 factor, other_factor;
            occ_avx2_entry(entries, &index, &factor);
            if (ternary) occ_avx2_entry(zeros, &other_index, &other_factor);
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                const __m256 table = _mm256_loadu_ps(tables + p * OCC_TABLE_STRIDE);
                const __m256 value = _mm256_permutevar8x32_ps(table, index);
                if (!ternary) {
                    sums[p] = _mm256_fmadd_ps(value, factor, sums[p]);
                    // The compiler must not look through the factor.
                    __asm__("" : "+x"(sums[p]));
                    continue;
                }
                const __m256 other = _mm256_mul_ps(_mm256_permutevar8x32_ps(table, other_index), other_factor);
                const __m256 both = _mm256_fmadd_ps(value, factor, other);
                sums[p] = _mm256_add_ps(sums[p], _mm256_mul_ps(both, _mm256_set1_ps(0.5f)));
            }
            entries = _mm256_srli_epi32(entries, 4);
            if (ternary) zeros = _mm256_srli_epi32(zeros, 4);
        }
    }
#pragma unroll
    for (size_t p = 0; p < pixels; p++) _mm256_storeu_ps(accumulators + p * accumulator_stride, sums[p]);
}

/// Adds the table entries that the weights of a block select, by pairs.
OCC_INLINE void occ_avx2_lookup_pairs(
    const float *tables, const size_t pixels, const bool ternary, size_t words, const uint32_t *signs,
    const uint32_t *nonzero, float *accumulators, size_t accumulator_stride) {
    // Half of the additions go through the multiplier's pipes; the compiler must not see that the factor is 1.
    __m256 one = _mm256_set1_ps(1);
    __asm__("" : "+x"(one));
    __m256 sums[OCC_LOOKUP_PIXELS][2];
#pragma unroll
    for (size_t p = 0; p < pixels; p++) {
#pragma unroll
        for (size_t v = 0; v < 2; v++) sums[p][v] = _mm256_loadu_ps(accumulators + p * accumulator_stride + 8 * v);
    }
    for (size_t w = 0; w < words; w++) {
        __m256i low[2], low_zeros[2];
#pragma unroll
        for (size_t v = 0; v < 2; v++) {
            const size_t at = w * OCC_BLOCK + 8 * v;
            occ_avx2_load_entries(ternary, signs + at, ternary ? nonzero + at : NULL, &low[v], &low_zeros[v]);
        }
        for (size_t g = 0; g < OCC_WORD_GROUPS; g++, tables += OCC_AVX2_ENTRIES) {
            __m256i high[2], high_zeros[2];
#pragma unroll
            for (size_t v = 0; v < 2; v++) {
                high[v] = _mm256_srli_epi32(low[v], 2);
                high_zeros[v] = _mm256_srli_epi32(low_zeros[v], 2);
            }
#pragma unroll
            for (size_t p = 0; p < pixels; p++) {
                // The permutation reads the low two bits of each index only.
                const __m256 a = _mm256_broadcast_ps((const __m128 *)(tables + p * OCC_TABLE_STRIDE));
                const __m256 b = _mm256_broadcast_ps((const __m128 *)(tables + p * OCC_TABLE_STRIDE + 4));
#pragma unroll
                for (size_t v = 0; v < 2; v++) {
                    __m256 value = _mm256_add_ps(_mm256_permutevar_ps(a, low[v]), _mm256_permutevar_ps(b, high[v]));
                    if (ternary) {
                        const __m256 other = _mm256_add_ps(
                            _mm256_permutevar_ps(a, low_zeros[v]), _mm256_permutevar_ps(b, high_zeros[v]));
                        value = _mm256_mul_ps(_mm256_add_ps(value, other), _mm256_set1_ps(0.5f));
                    }
                    sums[p][v] = _mm256_fmadd_ps(value, one, sums[p][v]);
                }
            }
#pragma unroll
            for (size_t v = 0; v < 2; v++) {
                low[v] = _mm256_srli_epi32(low[v], 4);
                low_zeros[v] = _mm256_srli_epi32(low_zeros[v], 4);
            }
        }
    }
#pragma unroll
    for (size_t p = 0; p < pixels; p++) {
#pragma unroll
        for (size_t v = 0; v < 2; v++) _mm256_storeu_ps(accumulators + p * accumulator_stride + 8 * v, sums[p][v]);
    }
}
