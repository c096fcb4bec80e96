/// The entry points of a variant and its table. Needs all other templates. Included once by each variant.

#include "template_body.h"

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

const occ_kernels OCC_TABLE = {
    .isa = OCC_ISA,
    .name = OCC_ISA_NAME,
    .pack_signs = OCC_NAME(pack_signs),
    .binary_conv_f32 = OCC_NAME(binary_conv_f32),
    .binary_conv_bf16 = OCC_NAME(binary_conv_bf16),
    .pointwise_conv = OCC_NAME(pointwise_conv),
    .pointwise_bytes = OCC_NAME(pointwise_bytes),
    .bdc_body = OCC_NAME(bdc_body),
    .observe_body = OCC_NAME(observe_body),
    .residual = OCC_NAME(residual),
    .average_pool2x2 = OCC_NAME(average_pool2x2),
    .resize_bilinear = OCC_NAME(resize_bilinear),
    .stereo_cost = OCC_NAME(stereo_cost),
#ifdef OCC_WINOGRAD_LANES
    .winograd_lanes = OCC_WINOGRAD_LANES,
    .winograd = OCC_NAME(winograd),
#endif
};
