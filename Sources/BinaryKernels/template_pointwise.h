/// The 1x1 convolution of real inputs with binary weights, by table lookup.
///
/// Four input channels have 16 possible signed sums; each output channel's four weight bits say which one it takes.
/// So a table of 16 sums, built once per pixel and group of four channels, replaces four multiply-adds per output
/// channel by one lookup and one addition. Needs OCC_NAME, OCC_NAME(build_tables) and OCC_NAME(lookup_blocks).
/// Included once by each variant.

/// Runs a 1x1 convolution whose epilogue and blocks with zero weights are in `s` already.
static void OCC_NAME(pointwise_run)(
    const occ_pointwise_state *s, size_t pixels, size_t in_channels, size_t out_channels, const float *x,
    size_t x_stride, const occ_weights *weights, float *y, size_t y_stride, double *sums) {
    occ_lookup l = {
        .tables = s->tables,
        .block_stride = s->words * OCC_BLOCK,
        .blocks = s->blocks,
        .padded_out = s->padded_out,
        .zero_blocks = s->zero_blocks,
        .out_channels = out_channels,
        .accumulators = s->accumulators,
        .epilogue = s->epilogue,
        .y_stride = y_stride,
        .sums = sums,
    };
    for (size_t pixel = 0; pixel < pixels; pixel += OCC_LUT_PIXELS) {
        l.pixels = pixels - pixel < OCC_LUT_PIXELS ? pixels - pixel : OCC_LUT_PIXELS;
        l.y = y + pixel * y_stride;
        for (size_t word = 0; word < s->words; word += OCC_LUT_WORDS) {
            l.words = s->words - word < OCC_LUT_WORDS ? s->words - word : OCC_LUT_WORDS;
            const size_t channels = in_channels - word * 32;
            for (size_t p = 0; p < l.pixels; p++) {
                const float *from = x + (pixel + p) * x_stride + word * 32;
                float padded[OCC_LUT_WORDS * 32];
                if (channels < l.words * 32) {
                    __builtin_memcpy(padded, from, channels * sizeof(float));
                    __builtin_memset(padded + channels, 0, (l.words * 32 - channels) * sizeof(float));
                    from = padded;
                }
                if (pixel + p + OCC_LUT_PIXELS < pixels) {
                    // The same channels of the next tile, into the second-level cache.
                    const float *next = x + (pixel + p + OCC_LUT_PIXELS) * x_stride + word * 32;
                    for (size_t c = 0; c < l.words * 32 && c < channels; c += 16) __builtin_prefetch(next + c, 0, 2);
                }
                OCC_NAME(build_tables)(from, l.words * OCC_WORD_GROUPS, s->tables + p * OCC_TABLE_STRIDE);
            }
            l.signs = weights->signs + word * OCC_BLOCK;
            l.nonzero = weights->nonzero != NULL ? weights->nonzero + word * OCC_BLOCK : NULL;
            l.first = word == 0;
            l.last = word + OCC_LUT_WORDS >= s->words;
            OCC_NAME(lookup_blocks)(&l);
        }
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
    (void)occ_find_zero_blocks(weights, out_channels, in_channels, 1, state.zero_blocks);
    OCC_NAME(pointwise_run)(
        &state, pixels, in_channels, out_channels, x, x_stride, weights, y, y_stride, sums);
}
