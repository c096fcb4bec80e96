#include "network_ops.h"

#include <math.h>
#include <string.h>

// A fused multiply-add would round once where the published code rounds twice.
#pragma STDC FP_CONTRACT OFF

void occ_normalise_rgb(const uint8_t *rgb, size_t pixels, const float *table, float *planes) {
    for (size_t p = 0; p < pixels; p++) {
        planes[p] = table[rgb[3 * p + 2]];
        planes[pixels + p] = table[256 + rgb[3 * p + 1]];
        planes[2 * pixels + p] = table[512 + rgb[3 * p]];
    }
}

static size_t nearest(size_t index, size_t small_size, size_t size) {
    float scale = (float)small_size / (float)size;
    size_t source = (size_t)floorf((float)index * scale);
    return source < small_size ? source : small_size - 1;
}

void occ_add_nearest(
    const float *small, size_t small_stride, size_t small_height, size_t small_width, size_t channels, float *large,
    size_t large_stride, size_t height, size_t width) {
    for (size_t row = 0; row < height; row++) {
        const float *source_row = small + nearest(row, small_height, height) * small_width * small_stride;
        for (size_t column = 0; column < width; column++) {
            const float *source = source_row + nearest(column, small_width, width) * small_stride;
            float *target = large + (row * width + column) * large_stride;
            for (size_t c = 0; c < channels; c++) target[c] += source[c];
        }
    }
}

void occ_add_between(const float *a, const float *b, float weight, size_t count, int relu, float *y) {
    const float rest = 1 - weight;
    for (size_t i = 0; i < count; i++) {
        float sum = y[i] + (a[i] * rest + b[i] * weight);
        y[i] = relu && sum < 0 ? 0 : sum;
    }
}

void occ_softmax(const float *x, size_t x_stride, size_t pixels, size_t channels, float *y, size_t y_stride) {
    for (size_t p = 0; p < pixels; p++) {
        const float *in = x + p * x_stride;
        float *out = y + p * y_stride;
        float largest = in[0];
        for (size_t c = 1; c < channels; c++) largest = in[c] > largest ? in[c] : largest;
        float sum = 0;
        for (size_t c = 0; c < channels; c++) {
            out[c] = expf(in[c] - largest);
            sum += out[c];
        }
        for (size_t c = 0; c < channels; c++) out[c] = out[c] / sum;
    }
}

void occ_pool_cells(
    const float *depth, const float *features, size_t feature_stride, size_t channels, const int32_t *depths,
    const int32_t *features_of, const int32_t *starts, const int32_t *cells, size_t intervals, size_t cell_count,
    float *out, size_t out_stride) {
    size_t next = 0;
    for (size_t i = 0; i < intervals; i++) {
        size_t cell = (size_t)cells[i];
        for (; next < cell; next++) memset(out + next * out_stride, 0, channels * sizeof(float));
        next = cell + 1;
        float *restrict target = out + cell * out_stride;
        memset(target, 0, channels * sizeof(float));
        for (int32_t p = starts[i]; p < starts[i + 1]; p++) {
            const float weight = depth[depths[p]];
            const float *restrict feature = features + (size_t)features_of[p] * feature_stride;
            for (size_t c = 0; c < channels; c++) target[c] += feature[c] * weight;
        }
    }
    for (; next < cell_count; next++) memset(out + next * out_stride, 0, channels * sizeof(float));
}

void occ_argmax(const float *x, size_t groups, size_t classes, uint8_t *labels) {
    for (size_t g = 0; g < groups; g++) {
        const float *in = x + g * classes;
        size_t best = 0;
        for (size_t k = 1; k < classes; k++) {
            int greater = in[k] > in[best] || (isnan(in[k]) && !isnan(in[best]));
            best = greater ? k : best;
        }
        labels[g] = (uint8_t)best;
    }
}

void occ_to_blocked(const float *x, size_t x_stride, size_t pixels, size_t channels, size_t block, float *blocks) {
    // Some pixels at a time: all their channels stay in the second-level cache while block after block is written.
    const size_t pixels_at_once = 64;
    for (size_t begin = 0; begin < pixels; begin += pixels_at_once) {
        size_t end = pixels - begin < pixels_at_once ? pixels : begin + pixels_at_once;
        for (size_t first = 0; first < channels; first += block) {
            for (size_t p = begin; p < end; p++) {
                memcpy(blocks + first * pixels + p * block, x + p * x_stride + first, block * sizeof(float));
            }
        }
    }
}

void occ_to_planar(const float *x, size_t x_stride, size_t pixels, size_t channels, float *planes) {
    // Sixteen channels at a time: one cache line of every pixel is read once.
    for (size_t first = 0; first < channels; first += 16) {
        size_t count = channels - first < 16 ? channels - first : 16;
        for (size_t p = 0; p < pixels; p++) {
            for (size_t c = 0; c < count; c++) planes[(first + c) * pixels + p] = x[p * x_stride + first + c];
        }
    }
}
