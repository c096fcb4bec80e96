/// All blocks of channels for one set of tables, for the variants that keep no epilogue in registers.
///
/// Needs OCC_NAME, OCC_NAME(lookup) for up to OCC_LOOKUP_PIXELS pixels and OCC_LANES output channels. Included once by each such
/// variant.

/// Applies the epilogue to the accumulators, stores them and adds them to the sums.
static void OCC_NAME(lookup_finish)(const occ_lookup *l) {
    const occ_padded_epilogue *e = &l->epilogue;
    const float *restrict alpha = e->alpha, *restrict beta = e->beta, *restrict shift_in = e->shift_in;
    const float *restrict slope = e->slope, *restrict shift_out = e->shift_out;
    const size_t out_channels = l->out_channels;
    for (size_t p = 0; p < l->pixels; p++) {
        const float *restrict a = l->accumulators + p * l->padded_out;
        float *restrict to = l->y + p * l->y_stride;
        if (e->rprelu) {
            for (size_t o = 0; o < out_channels; o++) {
                to[o] = OCC_NAME(rprelu_one)(
                    __builtin_fmaf(a[o], alpha[o], beta[o]), shift_in[o], slope[o], shift_out[o]);
            }
        } else {
            for (size_t o = 0; o < out_channels; o++) to[o] = __builtin_fmaf(a[o], alpha[o], beta[o]);
        }
        if (l->sums != NULL) {
            double *restrict sums = l->sums;
            for (size_t o = 0; o < out_channels; o++) sums[o] += (double)to[o];
        }
    }
}

OCC_INLINE void OCC_NAME(lookup_pixels)(const occ_lookup *l, size_t pixel, const size_t pixels) {
    const float *tables = l->tables + pixel * OCC_TABLE_STRIDE;
    float *accumulators = l->accumulators + pixel * l->padded_out;
    for (size_t channel = 0; channel < l->padded_out; channel += OCC_LANES) {
        const size_t at = channel / OCC_BLOCK * l->block_stride + channel % OCC_BLOCK;
        if (!l->zero_blocks[channel / OCC_BLOCK]) {
            OCC_NAME(lookup)(
                tables, pixels, false, l->words, l->signs + at, NULL, accumulators + channel, l->padded_out);
        } else {
            OCC_NAME(lookup)(
                tables, pixels, true, l->words, l->signs + at, l->nonzero + at, accumulators + channel,
                l->padded_out);
        }
    }
}

static void OCC_NAME(lookup_blocks)(const occ_lookup *l) {
    if (l->first) __builtin_memset(l->accumulators, 0, l->pixels * l->padded_out * sizeof(float));
    size_t pixel = 0;
    for (; pixel + OCC_LOOKUP_PIXELS <= l->pixels; pixel += OCC_LOOKUP_PIXELS) {
        OCC_NAME(lookup_pixels)(l, pixel, OCC_LOOKUP_PIXELS);
    }
    for (; pixel + 4 <= l->pixels; pixel += 4) OCC_NAME(lookup_pixels)(l, pixel, 4);
    for (; pixel < l->pixels; pixel++) OCC_NAME(lookup_pixels)(l, pixel, 1);
    if (l->last) OCC_NAME(lookup_finish)(l);
}
