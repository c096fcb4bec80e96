/// The small steps of a depth network that knows its camera: linear layers on a few numbers, gates, means.
///
/// Single-threaded, no state, no allocation; the same bits on every host. `blocked` maps are `[channels / block][pixels][block]`.
#ifndef OCC_CAMERA_OPS_H
#define OCC_CAMERA_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "elements.h"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// A linear layer: `y[o] = sum over i of weights[o][i] * x[i] + bias[o]`, then `max(y, 0)` if `relu`.
///
/// Products are summed in four lanes, `i % 4`, which are then added in pairs.
void occ_dense(
    const float *weights, const float *bias, size_t outputs, size_t inputs, const float *x, bool relu, float *y);

/// `y = x * gate` channel by channel; both maps are blocked.
void occ_gate_blocked(
    const float *x, const float *gate, size_t pixels, size_t channels, size_t block, float *y);

/// Mean over pixels of every channel of a blocked map, summed in double precision.
void occ_means_blocked(
    const void *x, occ_element x_element, size_t pixels, size_t channels, size_t block, void *means,
    occ_element means_element);

/// Gives every pixel of a blocked map the same values.
void occ_spread_blocked(
    const void *values, occ_element values_element, size_t pixels, size_t channels, size_t block, void *y,
    occ_element y_element);

#ifdef __cplusplus
}
#endif
#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
