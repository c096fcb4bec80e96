/// The entry points of a variant and its table. Needs all other templates. Included once by each variant.

static void OCC_NAME(binary_conv_f32)(
    const occ_conv *conv, const occ_signs *activations, const occ_weights *weights,
    const occ_epilogue *epilogue, size_t row_begin, size_t row_end, float *out, size_t out_stride,
    void *workspace) {
    occ_arena arena = occ_arena_make(workspace);
    occ_conv_state state;
    occ_plan_conv(&state, conv, &arena);
    OCC_NAME(conv_begin)(&state, weights, epilogue);
    const occ_row_source source = {.packed = activations};
    for (size_t row = row_begin; row < row_end; row++) {
        OCC_NAME(conv_prepare_row)(&state, &source, row);
        OCC_NAME(conv_row)(&state, out + row * state.out_width * out_stride, out_stride);
    }
}

static void OCC_NAME(bdc_body)(
    const occ_body *body, const float *x, size_t x_stride, float *y, size_t y_stride,
    double *sums, void *workspace) {
    occ_arena arena = occ_arena_make(workspace);
    occ_body_state state;
    occ_plan_body(&state, body, &arena);
    OCC_NAME(conv_begin)(&state.conv, &body->weights3x3, &body->epilogue3x3);
    occ_fill_epilogue(
        &state.pointwise.epilogue, &body->epilogue1x1, body->out_channels, state.pointwise.padded_out);
    (void)occ_find_zero_blocks(
        &body->weights1x1, body->out_channels, body->conv.out_channels, 1, state.pointwise.zero_blocks);
    const occ_row_source source = {
        .x = x,
        .x_stride = x_stride,
        .move_scale = body->move_scale,
        .move_bias = body->move_bias,
        .row_signs = state.row_signs,
        .row_nonzero = state.row_nonzero,
    };
    const size_t middle = body->conv.out_channels, width = state.conv.out_width;
    for (size_t row = 0; row < state.conv.out_height; row++) {
        OCC_NAME(conv_prepare_row)(&state.conv, &source, row);
        OCC_NAME(conv_row)(&state.conv, state.row, middle);
        OCC_NAME(pointwise_run)(
            &state.pointwise, width, middle, body->out_channels, state.row, middle, &body->weights1x1,
            y + row * width * y_stride, y_stride, sums);
    }
}

const occ_kernels OCC_TABLE = {
    .isa = OCC_ISA,
    .name = OCC_ISA_NAME,
    .pack_signs = OCC_NAME(pack_signs),
    .binary_conv_f32 = OCC_NAME(binary_conv_f32),
    .pointwise_conv = OCC_NAME(pointwise_conv),
    .bdc_body = OCC_NAME(bdc_body),
    .residual = OCC_NAME(residual),
    .average_pool2x2 = OCC_NAME(average_pool2x2),
    .resize_bilinear = OCC_NAME(resize_bilinear),
    .stereo_cost = OCC_NAME(stereo_cost),
#ifdef OCC_WINOGRAD_LANES
    .winograd_lanes = OCC_WINOGRAD_LANES,
    .winograd = OCC_NAME(winograd),
#endif
};
