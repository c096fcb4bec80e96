#include "camera_ops.h"

#include <string.h>

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

void occ_means_blocked(const float *x, size_t pixels, size_t channels, size_t block, float *means) {
    double sums[64];
    for (size_t first = 0; first < channels; first += block) {
        for (size_t c = 0; c < block; c++) sums[c] = 0;
        for (size_t p = 0; p < pixels; p++) {
            for (size_t c = 0; c < block; c++) sums[c] += x[first * pixels + p * block + c];
        }
        for (size_t c = 0; c < block; c++) means[first + c] = (float)(sums[c] / (double)pixels);
    }
}

void occ_spread_blocked(const float *values, size_t pixels, size_t channels, size_t block, float *y) {
    for (size_t first = 0; first < channels; first += block) {
        for (size_t p = 0; p < pixels; p++) {
            memcpy(y + first * pixels + p * block, values + first, block * sizeof(float));
        }
    }
}
