/// One output row by tiles that hand over their sums in memory, for the variants without a kernel of their own for it.
///
/// Needs OCC_NAME, OCC_NAME(tile) and OCC_TILE_PIXELS. Included once by each such variant.

/// Turns differing bits into results and stores them.
OCC_INLINE void OCC_NAME(conv_finish)(
    const occ_conv_state *s, occ_mode mode, size_t block, size_t column, size_t pixels, const int32_t *sums,
    float *out, size_t out_stride) {
    const size_t first = block * OCC_BLOCK, left = s->conv.out_channels - first;
    const size_t n = left < OCC_BLOCK ? left : OCC_BLOCK;
    for (size_t p = 0; p < pixels; p++, sums += OCC_BLOCK) {
        int32_t exact[OCC_BLOCK];
        if (mode == occ_mode_ternary) {
            for (size_t o = 0; o < OCC_BLOCK; o++) exact[o] = sums[o];
        } else if (mode == occ_mode_masked) {
            const int32_t base = s->column_count[column + p];
            for (size_t o = 0; o < OCC_BLOCK; o++) exact[o] = base - 2 * sums[o];
        } else {
            const int32_t *base = s->base + s->column_class[column + p] * s->padded_out + first;
            for (size_t o = 0; o < OCC_BLOCK; o++) exact[o] = base[o] - 2 * sums[o];
        }
        const occ_padded_epilogue *e = &s->epilogue;
        float y[OCC_BLOCK];
        for (size_t o = 0; o < OCC_BLOCK; o++) {
            y[o] = __builtin_fmaf((float)exact[o], e->alpha[first + o], e->beta[first + o]);
        }
        if (e->rprelu) {
            for (size_t o = 0; o < OCC_BLOCK; o++) {
                y[o] = OCC_NAME(rprelu_one)(y[o], e->shift_in[first + o], e->slope[first + o], e->shift_out[first + o]);
            }
        }
        __builtin_memcpy(out + (column + p) * out_stride + first, y, n * sizeof(float));
    }
}

OCC_INLINE void OCC_NAME(conv_block)(
    const occ_conv_state *s, const occ_mode mode, size_t block, float *out, size_t out_stride) {
    int32_t sums[OCC_TILE_PIXELS * OCC_BLOCK];
    size_t column = 0;
    for (; column + OCC_TILE_PIXELS <= s->out_width; column += OCC_TILE_PIXELS) {
        OCC_NAME(tile)(s, mode, block, column, OCC_TILE_PIXELS, sums);
        OCC_NAME(conv_finish)(s, mode, block, column, OCC_TILE_PIXELS, sums, out, out_stride);
    }
    for (; column < s->out_width; column++) {
        OCC_NAME(tile)(s, mode, block, column, 1, sums);
        OCC_NAME(conv_finish)(s, mode, block, column, 1, sums, out, out_stride);
    }
}

/// Computes one block of the row that `conv_prepare_row` made ready.
static void OCC_NAME(conv_row_block)(const occ_conv_state *s, size_t block, float *out, size_t out_stride) {
    switch (occ_block_mode(s, block)) {
    case occ_mode_plain:
        OCC_NAME(conv_block)(s, occ_mode_plain, block, out, out_stride);
        break;
    case occ_mode_masked:
        OCC_NAME(conv_block)(s, occ_mode_masked, block, out, out_stride);
        break;
    case occ_mode_ternary:
        OCC_NAME(conv_block)(s, occ_mode_ternary, block, out, out_stride);
        break;
    }
}

#ifndef OCC_HAS_TABLES
/// Computes the row.
static void OCC_NAME(conv_row)(const occ_conv_state *s, float *out, size_t out_stride) {
    for (size_t block = 0; block < s->blocks; block++) OCC_NAME(conv_row_block)(s, block, out, out_stride);
}
#endif
