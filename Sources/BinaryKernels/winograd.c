/// Weights and workspace of the Winograd convolution: what does not depend on the instruction set.
#include "internal.h"

size_t occ_winograd_weight_floats(size_t out_channels, size_t in_channels) { return 36 * out_channels * in_channels; }

/// Three values to six, as `G` of the source.
static void widen(const double *g, size_t step, double *u, size_t u_step) {
    const double even = g[0] + g[2 * step], far = g[0] + 4 * g[2 * step], odd = g[step];
    u[0] = g[0] / 4;
    u[u_step] = -(even + odd) / 6;
    u[2 * u_step] = -(even - odd) / 6;
    u[3 * u_step] = (far + 2 * odd) / 24;
    u[4 * u_step] = (far - 2 * odd) / 24;
    u[5 * u_step] = g[2 * step];
}

void occ_winograd_pack(const float *oihw, size_t out_channels, size_t in_channels, float *packed) {
    for (size_t o = 0; o < out_channels; o++) {
        for (size_t c = 0; c < in_channels; c++) {
            double g[9], half[18], u[36];
            for (size_t i = 0; i < 9; i++) g[i] = oihw[(o * in_channels + c) * 9 + i];
            for (size_t j = 0; j < 3; j++) widen(g + j, 3, half + j, 3);
            for (size_t i = 0; i < 6; i++) widen(half + 3 * i, 1, u + 6 * i, 1);
            float *to = packed + o / OCC_BLOCK * OCC_BLOCK * in_channels + c * OCC_BLOCK + o % OCC_BLOCK;
            for (size_t i = 0; i < 36; i++) to[i * out_channels * in_channels] = (float)u[i];
        }
    }
}

size_t occ_winograd_workspace_bytes(size_t out_channels, size_t in_channels) {
    occ_arena arena = occ_arena_make(NULL);
    (void)occ_arena_take(&arena, 36 * OCC_WINOGRAD_TILES * in_channels * sizeof(float));
    (void)occ_arena_take(&arena, 36 * OCC_WINOGRAD_TILES * out_channels * sizeof(float));
    return occ_arena_bytes(&arena);
}
