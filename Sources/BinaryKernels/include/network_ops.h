/// The small steps of a network between its convolutions: images in, grid pooling, labels out.
///
/// Single-threaded, no state, no allocation. Every function gives the same bits on every host: products and sums
/// are rounded one by one, in the order that is documented here. Maps of bfloat16 are computed with in float32 and rounded once where
/// they are written.
#ifndef OCC_NETWORK_OPS_H
#define OCC_NETWORK_OPS_H

#include <stddef.h>
#include <stdint.h>

#include "elements.h"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Normalises interleaved RGB pixels into three planes, blue first: `planes[k][p] = table[k][rgb[p][2 - k]]`.
///
/// `table` holds 3 x 256 floats, `planes` 3 x `pixels`.
void occ_normalise_rgb(const uint8_t *rgb, size_t pixels, const float *table, float *planes);

/// Adds a smaller channels-last map, enlarged by repeating pixels, to a larger one in place.
///
/// Row `r` of the larger map takes row `min(floor(r * (float)small_height / height), small_height - 1)`, columns
/// likewise, as PyTorch's `interpolate(mode="nearest")` does.
void occ_add_nearest(
    occ_map small, size_t small_height, size_t small_width, size_t channels, occ_target large, size_t height,
    size_t width);

/// Adds what lies between two arrays to a dense map: `y += a * (1 - weight) + b * weight`, then `max(y, 0)` if `relu`.
void occ_add_between(const float *a, const float *b, float weight, size_t count, int relu, occ_target y);

/// Softmax over the channels of every pixel: `exp(x - max) / sum`, summed in the order of channels.
void occ_softmax(occ_map x, size_t pixels, size_t channels, float *y, size_t y_stride);

/// One camera's way from its input image to the cells of a grid; matrices are row-major.
typedef struct occ_grid_view {
    /// Inverse of the image augmentation's rotation.
    float undo_rotation[9];
    /// The image augmentation's translation.
    float translation[3];
    /// Rotation to the grid's frame times the inverse of the camera matrix.
    float combined[9];
    /// Translation to the grid's frame, metres.
    float origin[3];
    /// Where the grid begins, metres, along x, y, z.
    float lower[3];
    /// Size of a cell, metres.
    float interval[3];
    /// Cells along x, y, z.
    int32_t cells[3];
} occ_grid_view;

/// Cell of every point of a camera's frustum, `[bins][height][width]`; -1 outside the grid.
///
/// Cells are numbered `(z * cells y + y) * cells x + x`. Indices are truncated toward zero, so points up to one cell below the lower
/// bounds fall into the first cells; NaN lies outside. Every product and sum is rounded by itself, in order.
void occ_locate_points(
    const occ_grid_view *view, const float *columns, size_t width, const float *rows, size_t height,
    const float *depths, size_t bins, int32_t *cells);

/// Weighted sums of feature vectors into grid cells (`bev_pool_v2`).
///
/// Points `starts[i] ..< starts[i + 1]` fall into cell `cells[i]`: `out[cell][c] = sum of depth[depths[p]] *
/// features[features_of[p]][c]`, in the order of points, starting from 0. The other cells are set to 0;
/// `cells` ascends.
void occ_pool_cells(
    const float *depth, occ_map features, size_t channels, const int32_t *depths, const int32_t *features_of,
    const int32_t *starts, const int32_t *cells, size_t intervals, size_t cell_count, occ_target out);

/// Class of the largest of `classes` logits in every group; the first of equals.
///
/// `labels[g]` is of `x[g * classes ..< (g + 1) * classes]`. NaN counts as larger than any number, as in PyTorch.
void occ_argmax(const float *x, size_t groups, size_t classes, uint8_t *labels);

/// Copies a channels-last map into `[channels / block][pixels][block]` of the type `element`; `block` divides `channels`.
void occ_to_blocked(occ_map x, size_t pixels, size_t channels, size_t block, void *blocks, occ_element element);

/// Copies a channels-last map into `[channels][pixels]`.
void occ_to_planar(occ_map x, size_t pixels, size_t channels, float *planes);

/// Copies `count` values of one type into those of another.
void occ_copy_values(const void *x, occ_element x_element, size_t count, void *y, occ_element y_element);

#ifdef __cplusplus
}
#endif
#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
