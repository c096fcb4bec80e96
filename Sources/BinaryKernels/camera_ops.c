#include "camera_ops.h"

#include "element_access.h"

// Products and sums are rounded one by one, so that every host gives the same bits.
#pragma STDC FP_CONTRACT OFF

void occ_dense(
    const float *weights, const float *bias, size_t outputs, size_t inputs, const float *x, bool relu, float *y) {
    for (size_t o = 0; o < outputs; o++) {
        const float *row = weights + o * inputs;
        float lanes[4] = {0};
        size_t i = 0;
        for (; i + 4 <= inputs; i += 4) {
            for (size_t l = 0; l < 4; l++) lanes[l] += row[i + l] * x[i + l];
        }
        for (size_t l = 0; i < inputs; i++, l++) lanes[l] += row[i] * x[i];
        const float sum = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]) + bias[o];
        y[o] = relu && sum < 0 ? 0 : sum;
    }
}

void occ_gate_blocked(
    const float *x, const float *gate, size_t pixels, size_t channels, size_t block, float *y) {
    for (size_t first = 0; first < channels; first += block) {
        for (size_t p = 0; p < pixels; p++) {
            const size_t start = first * pixels + p * block;
            for (size_t c = 0; c < block; c++) y[start + c] = x[start + c] * gate[first + c];
        }
    }
}

OCC_ACCESS void means_blocked(
    const occ_element in, const occ_element out, const void *x, size_t pixels, size_t channels, size_t block,
    void *means) {
    double sums[64];
    for (size_t first = 0; first < channels; first += block) {
        for (size_t c = 0; c < block; c++) sums[c] = 0;
        for (size_t p = 0; p < pixels; p++) {
            for (size_t c = 0; c < block; c++) sums[c] += occ_load(x, in, first * pixels + p * block + c);
        }
        for (size_t c = 0; c < block; c++) occ_store(means, out, first + c, (float)(sums[c] / (double)pixels));
    }
}

void occ_means_blocked(
    const void *x, occ_element x_element, size_t pixels, size_t channels, size_t block, void *means,
    occ_element means_element) {
    OCC_BY_ELEMENTS(x_element, means_element, means_blocked, x, pixels, channels, block, means);
}

OCC_ACCESS void spread_blocked(
    const occ_element in, const occ_element out, const void *values, size_t pixels, size_t channels, size_t block,
    void *y) {
    for (size_t first = 0; first < channels; first += block) {
        for (size_t p = 0; p < pixels; p++) {
            for (size_t c = 0; c < block; c++) {
                occ_store(y, out, first * pixels + p * block + c, occ_load(values, in, first + c));
            }
        }
    }
}

void occ_spread_blocked(
    const void *values, occ_element values_element, size_t pixels, size_t channels, size_t block, void *y,
    occ_element y_element) {
    OCC_BY_ELEMENTS(values_element, y_element, spread_blocked, values, pixels, channels, block, y);
}
