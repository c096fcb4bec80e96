#include "network_ops.h"

#include <math.h>
#include <string.h>

#include "element_access.h"

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

OCC_ACCESS void add_nearest(
    const occ_element in, const occ_element out, occ_map small, size_t small_height, size_t small_width,
    size_t channels, occ_target large, size_t height, size_t width) {
    for (size_t row = 0; row < height; row++) {
        const size_t source_row = nearest(row, small_height, height) * small_width;
        for (size_t column = 0; column < width; column++) {
            const void *source = occ_map_at(small, source_row + nearest(column, small_width, width), 0).values;
            void *restrict target = occ_target_at(large, row * width + column, 0).values;
            for (size_t c = 0; c < channels; c++) {
                occ_store(target, out, c, occ_load(target, out, c) + occ_load(source, in, c));
            }
        }
    }
}

void occ_add_nearest(
    occ_map small, size_t small_height, size_t small_width, size_t channels, occ_target large, size_t height,
    size_t width) {
    OCC_BY_ELEMENTS(
        small.element, large.element, add_nearest, small, small_height, small_width, channels, large, height, width);
}

OCC_ACCESS void add_between(
    const occ_element element, const float *a, const float *b, float weight, size_t count, int relu, void *y) {
    const float rest = 1 - weight;
    for (size_t i = 0; i < count; i++) {
        float sum = occ_load(y, element, i) + (a[i] * rest + b[i] * weight);
        occ_store(y, element, i, relu && sum < 0 ? 0 : sum);
    }
}

void occ_add_between(const float *a, const float *b, float weight, size_t count, int relu, occ_target y) {
    if (y.element == occ_element_float32) {
        add_between(occ_element_float32, a, b, weight, count, relu, y.values);
    } else {
        add_between(occ_element_bfloat16, a, b, weight, count, relu, y.values);
    }
}

void occ_softmax(occ_map x, size_t pixels, size_t channels, float *y, size_t y_stride) {
    for (size_t p = 0; p < pixels; p++) {
        const occ_map in = occ_map_at(x, p, 0);
        float *out = y + p * y_stride;
        float largest = occ_load(in.values, x.element, 0);
        for (size_t c = 1; c < channels; c++) {
            const float value = occ_load(in.values, x.element, c);
            largest = value > largest ? value : largest;
        }
        float sum = 0;
        for (size_t c = 0; c < channels; c++) {
            out[c] = expf(occ_load(in.values, x.element, c) - largest);
            sum += out[c];
        }
        for (size_t c = 0; c < channels; c++) out[c] = out[c] / sum;
    }
}

static inline float dot(const float *m, float a, float b, float c) { return m[0] * a + m[1] * b + m[2] * c; }

/// The index along one axis, or -1.
static inline int32_t axis_cell(float position, float lower, float interval, int32_t cells) {
    const float cell = (position - lower) / interval;
    // What truncation toward zero makes a cell of the grid.
    const int inside = (cell > -1.0f) & (cell < (float)cells);
    return inside ? (int32_t)cell : -1;
}

void occ_locate_points(
    const occ_grid_view *view, const float *columns, size_t width, const float *rows, size_t height,
    const float *depths, size_t bins, int32_t *cells) {
    const occ_grid_view v = *view;
    for (size_t bin = 0; bin < bins; bin++) {
        const float depth = depths[bin] - v.translation[2];
        for (size_t row = 0; row < height; row++) {
            const float b = rows[row] - v.translation[1];
            int32_t *restrict out = cells + (bin * height + row) * width;
            for (size_t column = 0; column < width; column++) {
                const float a = columns[column] - v.translation[0];
                const float z = dot(v.undo_rotation + 6, a, b, depth);
                const float x = dot(v.undo_rotation, a, b, depth) * z;
                const float y = dot(v.undo_rotation + 3, a, b, depth) * z;
                const int32_t i =
                    axis_cell(dot(v.combined, x, y, z) + v.origin[0], v.lower[0], v.interval[0], v.cells[0]);
                const int32_t j =
                    axis_cell(dot(v.combined + 3, x, y, z) + v.origin[1], v.lower[1], v.interval[1], v.cells[1]);
                const int32_t k =
                    axis_cell(dot(v.combined + 6, x, y, z) + v.origin[2], v.lower[2], v.interval[2], v.cells[2]);
                out[column] = (i | j | k) < 0 ? -1 : (k * v.cells[1] + j) * v.cells[0] + i;
            }
        }
    }
}

static void clear_cells(occ_target out, size_t first, size_t end, size_t channels) {
    for (size_t cell = first; cell < end; cell++) {
        memset(occ_target_at(out, cell, 0).values, 0, channels * occ_element_bytes(out.element));
    }
}

OCC_ACCESS void pool_cell(
    const occ_element in, const occ_element out, const float *depth, occ_map features, size_t channels,
    const int32_t *depths, const int32_t *features_of, int32_t first, int32_t end, occ_target cell) {
    // Sums of another type than the cell's stand in a buffer, some channels at a time.
    const size_t chunk = out == occ_element_float32 ? channels : 128;
    for (size_t begin = 0; begin < channels; begin += chunk) {
        const size_t n = channels - begin < chunk ? channels - begin : chunk;
        float buffer[128];
        float *restrict sums = out == occ_element_float32 ? (float *)cell.values : buffer;
        memset(sums, 0, n * sizeof(float));
        for (int32_t p = first; p < end; p++) {
            const float weight = depth[depths[p]];
            const void *feature = occ_map_at(features, (size_t)features_of[p], begin).values;
            for (size_t c = 0; c < n; c++) sums[c] += occ_load(feature, in, c) * weight;
        }
        if (out != occ_element_float32) occ_narrow(sums, n, occ_target_at(cell, 0, begin));
    }
}

void occ_pool_cells(
    const float *depth, occ_map features, size_t channels, const int32_t *depths, const int32_t *features_of,
    const int32_t *starts, const int32_t *cells, size_t intervals, size_t cell_count, occ_target out) {
    size_t next = 0;
    for (size_t i = 0; i < intervals; i++) {
        const size_t cell = (size_t)cells[i];
        clear_cells(out, next, cell, channels);
        next = cell + 1;
        OCC_BY_ELEMENTS(
            features.element, out.element, pool_cell, depth, features, channels, depths, features_of, starts[i],
            starts[i + 1], occ_target_at(out, cell, 0));
    }
    clear_cells(out, next, cell_count, channels);
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

OCC_ACCESS void copy_values(const occ_element in, const occ_element out, const void *x, size_t count, void *y) {
    void *restrict to = y;
    for (size_t i = 0; i < count; i++) occ_store(to, out, i, occ_load(x, in, i));
}

void occ_copy_values(const void *x, occ_element x_element, size_t count, void *y, occ_element y_element) {
    if (x_element == y_element) {
        memcpy(y, x, count * occ_element_bytes(x_element));
    } else if (x_element == occ_element_float32) {
        copy_values(occ_element_float32, occ_element_bfloat16, x, count, y);
    } else {
        copy_values(occ_element_bfloat16, occ_element_float32, x, count, y);
    }
}

void occ_to_blocked(occ_map x, size_t pixels, size_t channels, size_t block, void *blocks, occ_element element) {
    // Some pixels at a time: all their channels stay in the second-level cache while block after block is written.
    const size_t pixels_at_once = 64;
    const occ_target target = {blocks, block, element};
    for (size_t begin = 0; begin < pixels; begin += pixels_at_once) {
        size_t end = pixels - begin < pixels_at_once ? pixels : begin + pixels_at_once;
        for (size_t first = 0; first < channels; first += block) {
            for (size_t p = begin; p < end; p++) {
                occ_copy_values(
                    occ_map_at(x, p, first).values, x.element, block,
                    occ_target_at(target, first / block * pixels + p, 0).values, element);
            }
        }
    }
}

void occ_to_planar(occ_map x, size_t pixels, size_t channels, float *planes) {
    // Sixteen channels at a time: one cache line of every pixel is read once.
    for (size_t first = 0; first < channels; first += 16) {
        size_t count = channels - first < 16 ? channels - first : 16;
        for (size_t p = 0; p < pixels; p++) {
            const occ_map from = occ_map_at(x, p, first);
            for (size_t c = 0; c < count; c++) {
                planes[(first + c) * pixels + p] = occ_load(from.values, from.element, c);
            }
        }
    }
}
