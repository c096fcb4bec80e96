/// The 1x1 convolution of real inputs with binary weights, by table lookup.
///
/// Four input channels have 16 possible signed sums; each output channel's four weight bits say which one it takes.
/// So a table of 16 sums, built once per pixel and group of four channels, replaces four multiply-adds per output
/// channel by one lookup and one addition. Needs OCC_NAME, OCC_NAME(build_tables) and OCC_NAME(lookup_blocks).
/// Included once by each variant.

/// Applies the epilogue to the accumulators of some pixels, stores them and adds them to `sums`.
OCC_INLINE void OCC_NAME(pointwise_finish)(
    const occ_pointwise_state *s, size_t pixels, size_t out_channels, float *y, size_t y_stride,
    double *sums) {
    const occ_padded_epilogue *e = &s->epilogue;
    const float *restrict alpha = e->alpha, *restrict beta = e->beta, *restrict shift_in = e->shift_in;
    const float *restrict slope = e->slope, *restrict shift_out = e->shift_out;
    for (size_t p = 0; p < pixels; p++, y += y_stride) {
        const float *restrict a = s->accumulators + p * s->padded_out;
        float *restrict to = y;
        if (e->rprelu) {
            for (size_t o = 0; o < out_channels; o++) {
                to[o] = OCC_NAME(rprelu_one)(
                    __builtin_fmaf(a[o], alpha[o], beta[o]), shift_in[o], slope[o], shift_out[o]);
            }
        } else {
            for (size_t o = 0; o < out_channels; o++) to[o] = __builtin_fmaf(a[o], alpha[o], beta[o]);
        }
        if (sums != NULL) {
            for (size_t o = 0; o < out_channels; o++) sums[o] += (double)to[o];
        }
    }
}

/// Runs a 1x1 convolution whose epilogue is in `s` already.
static void OCC_NAME(pointwise_run)(
    const occ_pointwise_state *s, size_t pixels, size_t in_channels, size_t out_channels, const float *x,
    size_t x_stride, const occ_weights *weights, float *y, size_t y_stride, double *sums) {
    const size_t table_stride = (size_t)OCC_LUT_WORDS * OCC_WORD_GROUPS * OCC_LUT_ENTRIES;
    const size_t block_stride = s->words * OCC_BLOCK;
    for (size_t first = 0; first < pixels; first += OCC_LUT_PIXELS) {
        const size_t count = pixels - first < OCC_LUT_PIXELS ? pixels - first : OCC_LUT_PIXELS;
        __builtin_memset(s->accumulators, 0, count * s->padded_out * sizeof(float));
        for (size_t word = 0; word < s->words; word += OCC_LUT_WORDS) {
            const size_t words = s->words - word < OCC_LUT_WORDS ? s->words - word : OCC_LUT_WORDS;
            const size_t channels = in_channels - word * 32;
            for (size_t p = 0; p < count; p++) {
                const float *from = x + (first + p) * x_stride + word * 32;
                float padded[OCC_LUT_WORDS * 32];
                if (channels < words * 32) {
                    __builtin_memcpy(padded, from, channels * sizeof(float));
                    __builtin_memset(padded + channels, 0, (words * 32 - channels) * sizeof(float));
                    from = padded;
                }
                OCC_NAME(build_tables)(from, words * OCC_WORD_GROUPS, s->tables + p * table_stride);
            }
            OCC_NAME(lookup_blocks)(
                s->tables, table_stride, count, words, weights->signs + word * OCC_BLOCK,
                weights->nonzero != NULL ? weights->nonzero + word * OCC_BLOCK : NULL, block_stride, s->blocks,
                s->accumulators, s->padded_out);
        }
        OCC_NAME(pointwise_finish)(s, count, out_channels, y + first * y_stride, y_stride, sums);
    }
}

static void OCC_NAME(pointwise_conv)(
    size_t pixels, size_t in_channels, size_t out_channels, const float *x, size_t x_stride,
    const occ_weights *weights, const occ_epilogue *epilogue, float *y, size_t y_stride,
    double *sums, void *workspace) {
    occ_arena arena = occ_arena_make(workspace);
    occ_pointwise_state state;
    occ_plan_pointwise(&state, in_channels, out_channels, &arena);
    occ_fill_epilogue(&state.epilogue, epilogue, out_channels, state.padded_out);
    OCC_NAME(pointwise_run)(
        &state, pixels, in_channels, out_channels, x, x_stride, weights, y, y_stride, sums);
}
