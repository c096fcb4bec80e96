/// The 1x1 convolution with binary weights whose inputs are signed bytes.
///
/// Inputs stand as `q + 128`, unsigned, for instructions that multiply unsigned by signed bytes; the start value of a sum takes
/// `128 * (sum of the weights)` back out. Needs OCC_NAME, OCC_NAME(rprelu_one) and OCC_NAME(bytes_tile), which computes the sums of
/// `pixels` pixels and one block of channels, or, where OCC_BYTES_ROW is defined, OCC_NAME(bytes_row). Included once by each variant.

/// Brings `pixels` pixels of float32 to bytes: `clamp(x * inverse, -127, 127)` to the nearest integer, ties to even, plus 128.
static void OCC_NAME(quantise)(
    const float *x, size_t x_stride, size_t pixels, size_t channels, float inverse, uint8_t *bytes,
    size_t byte_stride) {
    for (size_t p = 0; p < pixels; p++) {
        const float *restrict from = x + p * x_stride;
        uint8_t *restrict to = bytes + p * byte_stride;
        for (size_t c = 0; c < channels; c++) {
            float value = from[c] * inverse;
            value = value > -127 ? value : -127;
            value = value < 127 ? value : 127;
            // Adding 1.5 * 2^23 + 128 leaves the rounded number in the low bits.
            value = value + 12583040.0f;
            uint32_t bits;
            __builtin_memcpy(&bits, &value, sizeof(bits));
            to[c] = (uint8_t)bits;
        }
        for (size_t c = channels; c < byte_stride; c++) to[c] = 128;
    }
}

#ifndef OCC_BYTES_ROW
/// Turns the sums of one pixel and `n` channels of a block into results.
OCC_INLINE void OCC_NAME(bytes_finish)(
    const occ_bytes_step *s, size_t pixel, size_t first, const size_t n, const int32_t *exact) {
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
    occ_narrow(y, n, occ_target_at(s->y, pixel, first));
    if (s->sums == NULL) return;
    for (size_t o = 0; o < n; o++) s->sums[first + o] += (double)y[o];
}

/// All blocks of channels of a few pixels.
OCC_INLINE void OCC_NAME(bytes_pixels)(const occ_bytes_step *s, size_t pixel, const size_t pixels) {
    for (size_t block = 0; block < s->blocks; block++) {
        const size_t first = block * OCC_BLOCK, left = s->out_channels - first;
        int32_t sums[OCC_BYTES_PIXELS * OCC_BLOCK];
        OCC_NAME(bytes_tile)(s, pixel, block, pixels, sums);
        for (size_t p = 0; p < pixels; p++) {
            if (left >= OCC_BLOCK) {
                OCC_NAME(bytes_finish)(s, pixel + p, first, OCC_BLOCK, sums + p * OCC_BLOCK);
            } else {
                OCC_NAME(bytes_finish)(s, pixel + p, first, left, sums + p * OCC_BLOCK);
            }
        }
    }
}

static void OCC_NAME(bytes_row)(const occ_bytes_step *s, size_t pixels) {
    size_t pixel = 0;
    for (; pixel + OCC_BYTES_PIXELS <= pixels; pixel += OCC_BYTES_PIXELS) {
        OCC_NAME(bytes_pixels)(s, pixel, OCC_BYTES_PIXELS);
    }
    for (; pixel < pixels; pixel++) OCC_NAME(bytes_pixels)(s, pixel, 1);
}
#endif

/// Some pixels whose step is filled in already, but for where they come from and go to.
static void OCC_NAME(bytes_run)(
    occ_bytes_state *state, size_t pixels, size_t in_channels, const float *x, size_t x_stride, occ_target y) {
    for (size_t begin = 0; begin < pixels; begin += OCC_BYTES_AT_ONCE) {
        const size_t n = pixels - begin < OCC_BYTES_AT_ONCE ? pixels - begin : OCC_BYTES_AT_ONCE;
        OCC_NAME(quantise)(
            x + begin * x_stride, x_stride, n, in_channels, state->inverse, state->bytes, state->step.byte_stride);
        state->step.y = occ_target_at(y, begin, 0);
        OCC_NAME(bytes_row)(&state->step, n);
    }
}

static void OCC_NAME(pointwise_bytes)(
    size_t pixels, size_t in_channels, size_t out_channels, occ_map x, const occ_byte_weights *weights,
    const occ_epilogue *epilogue, occ_target y, double *sums, void *workspace) {
    occ_arena arena = occ_arena_make(workspace);
    occ_bytes_state state;
    occ_plan_bytes(&state, in_channels, out_channels, &arena);
    float *widened = occ_arena_take(&arena, OCC_BYTES_AT_ONCE * in_channels * sizeof(float));
    occ_begin_bytes(&state, weights, epilogue, sums);
    for (size_t begin = 0; begin < pixels; begin += OCC_BYTES_AT_ONCE) {
        const size_t n = pixels - begin < OCC_BYTES_AT_ONCE ? pixels - begin : OCC_BYTES_AT_ONCE;
        for (size_t p = 0; p < n; p++) {
            const float *values = occ_widened(occ_map_at(x, begin + p, 0), in_channels, widened + p * in_channels);
            if (values != widened + p * in_channels) {
                __builtin_memcpy(widened + p * in_channels, values, in_channels * sizeof(float));
            }
        }
        OCC_NAME(bytes_run)(&state, n, in_channels, widened, in_channels, occ_target_at(y, begin, 0));
    }
}
