/// A whole unit up to its squeeze-excitation, row by row, and the binary convolution into bfloat16.
///
/// Needs OCC_NAME, the convolution's templates and the 1x1's. Included once by each variant.

static void OCC_NAME(binary_conv_bf16)(
    const occ_conv *conv, const occ_signs *activations, const occ_weights *weights,
    const occ_epilogue *epilogue, size_t row_begin, size_t row_end, uint16_t *out, size_t out_stride,
    void *workspace) {
    occ_arena arena = occ_arena_make(workspace);
    occ_conv_state state;
    occ_plan_conv(&state, conv, &arena);
    const size_t width = state.out_width, channels = conv->out_channels;
    float *values = occ_arena_take(&arena, width * channels * sizeof(float));
    OCC_NAME(conv_begin)(&state, weights, epilogue);
    const occ_row_source source = {.packed = activations};
    const occ_target target = {out, out_stride, occ_element_bfloat16};
    for (size_t row = row_begin; row < row_end; row++) {
        OCC_NAME(conv_prepare_row)(&state, &source, row);
        OCC_NAME(conv_row)(&state, values, channels);
        for (size_t p = 0; p < width; p++) {
            occ_narrow(values + p * channels, channels, occ_target_at(target, row * width + p, 0));
        }
    }
}

/// The 1x1 of one row of a body, into the pixels from `y` on.
static void OCC_NAME(body_pointwise)(
    occ_body_state *s, const occ_body *body, occ_target y, double *sums) {
    const size_t width = s->conv.out_width, in = body->conv.out_channels, out = body->out_channels;
    if (body->bytes1x1.weights != NULL) {
        OCC_NAME(bytes_run)(&s->bytes, width, in, s->row, in, y);
        return;
    }
    if (y.element == occ_element_float32) {
        OCC_NAME(pointwise_run)(
            &s->pointwise, width, in, out, s->row, in, &body->weights1x1, (float *)y.values, y.stride, sums);
        return;
    }
    for (size_t begin = 0; begin < width; begin += OCC_BODY_PIXELS) {
        const size_t pixels = width - begin < OCC_BODY_PIXELS ? width - begin : OCC_BODY_PIXELS;
        OCC_NAME(pointwise_run)(
            &s->pointwise, pixels, in, out, s->row + begin * in, in, &body->weights1x1, s->results, out, sums);
        for (size_t p = 0; p < pixels; p++) {
            occ_narrow(s->results + p * out, out, occ_target_at(y, begin + p, 0));
        }
    }
}

/// Divides the workspace and makes the 3x3 ready; returns where its rows come from.
static occ_row_source OCC_NAME(body_begin)(
    occ_body_state *s, const occ_body *body, occ_map x, void *workspace) {
    occ_arena arena = occ_arena_make(workspace);
    occ_plan_body(s, body, &arena);
    OCC_NAME(conv_begin)(&s->conv, &body->weights3x3, &body->epilogue3x3);
    const occ_row_source source = {
        .x = x,
        .move_scale = body->move_scale,
        .move_bias = body->move_bias,
        .row_signs = s->row_signs,
        .row_nonzero = s->row_nonzero,
    };
    return source;
}

static void OCC_NAME(bdc_body)(
    const occ_body *body, occ_map x, occ_target y, double *sums, void *workspace) {
    occ_body_state state;
    const occ_row_source source = OCC_NAME(body_begin)(&state, body, x, workspace);
    if (body->bytes1x1.weights != NULL) {
        occ_begin_bytes(&state.bytes, &body->bytes1x1, &body->epilogue1x1, sums);
    } else {
        occ_fill_epilogue(
            &state.pointwise.epilogue, &body->epilogue1x1, body->out_channels, state.pointwise.padded_out);
        (void)occ_find_zero_blocks(
            &body->weights1x1, body->out_channels, body->conv.out_channels, 1, state.pointwise.zero_blocks);
    }
    for (size_t row = 0; row < state.conv.out_height; row++) {
        OCC_NAME(conv_prepare_row)(&state.conv, &source, row);
        OCC_NAME(conv_row)(&state.conv, state.row, body->conv.out_channels);
        OCC_NAME(body_pointwise)(&state, body, occ_target_at(y, row * state.conv.out_width, 0), sums);
    }
}

static void OCC_NAME(observe_body)(const occ_body *body, occ_map x, occ_observation *seen, void *workspace) {
    occ_body_state state;
    const occ_row_source source = OCC_NAME(body_begin)(&state, body, x, workspace);
    for (size_t row = 0; row < state.conv.out_height; row++) {
        OCC_NAME(conv_prepare_row)(&state.conv, &source, row);
        OCC_NAME(conv_row)(&state.conv, state.row, body->conv.out_channels);
        occ_observe(state.row, state.conv.out_width * body->conv.out_channels, seen);
    }
}
