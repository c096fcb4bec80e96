/// The way in which an AVX2 variant looks sums up: OCC_AVX2_PAIRS says which of avx2_lookup.h's. Included once by each of the two.

static void OCC_NAME(build_tables)(const float *x, size_t groups, float *tables) {
    if (OCC_AVX2_PAIRS) {
        occ_avx2_build_pairs(x, groups, tables);
    } else {
        occ_avx2_build_eights(x, groups, tables);
    }
}

/// Adds the table entries that the weights of a block select, for `pixels` pixels.
OCC_INLINE void OCC_NAME(lookup)(
    const float *tables, const size_t pixels, const bool ternary, size_t words, const uint32_t *signs,
    const uint32_t *nonzero, float *accumulators, size_t accumulator_stride) {
    if (OCC_AVX2_PAIRS) {
        occ_avx2_lookup_pairs(tables, pixels, ternary, words, signs, nonzero, accumulators, accumulator_stride);
        return;
    }
    for (size_t lane = 0; lane < OCC_BLOCK; lane += 8) {
        occ_avx2_lookup_eights(
            tables, pixels, ternary, words, signs + lane, ternary ? nonzero + lane : NULL, accumulators + lane,
            accumulator_stride);
    }
}
