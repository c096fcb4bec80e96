/// Reading and writing elements of either type within kernels.
///
/// The type is a constant where a loop is compiled: `OCC_BY_ELEMENTS` calls one copy of a function for every pair of types.
#ifndef OCC_ELEMENT_ACCESS_H
#define OCC_ELEMENT_ACCESS_H

#include "include/elements.h"

#define OCC_ACCESS static inline __attribute__((always_inline, unused))

/// Element `i` as float32.
OCC_ACCESS float occ_load(const void *values, const occ_element element, size_t i) {
    return element == occ_element_float32 ? ((const float *)values)[i]
                                          : occ_bfloat16_value(((const uint16_t *)values)[i]);
}

/// Rounds a value into element `i`.
OCC_ACCESS void occ_store(void *values, const occ_element element, size_t i, float value) {
    if (element == occ_element_float32) {
        ((float *)values)[i] = value;
    } else {
        ((uint16_t *)values)[i] = occ_bfloat16(value);
    }
}

OCC_ACCESS size_t occ_element_bytes(occ_element element) { return element == occ_element_float32 ? 4 : 2; }

/// The map from some pixel and channel on.
OCC_ACCESS occ_map occ_map_at(occ_map map, size_t pixel, size_t channel) {
    map.values = (const char *)map.values + (pixel * map.stride + channel) * occ_element_bytes(map.element);
    return map;
}

OCC_ACCESS occ_target occ_target_at(occ_target target, size_t pixel, size_t channel) {
    target.values = (char *)target.values + (pixel * target.stride + channel) * occ_element_bytes(target.element);
    return target;
}

/// `n` elements as float32: where they stand, or widened into `buffer`.
OCC_ACCESS const float *occ_widened(occ_map map, size_t n, float *restrict buffer) {
    if (map.element == occ_element_float32) return (const float *)map.values;
    const uint16_t *restrict values = (const uint16_t *)map.values;
    for (size_t i = 0; i < n; i++) buffer[i] = occ_bfloat16_value(values[i]);
    return buffer;
}

/// Writes `n` values in the target's type.
OCC_ACCESS void occ_narrow(const float *restrict values, size_t n, occ_target target) {
    if (target.element == occ_element_float32) {
        memcpy(target.values, values, n * sizeof(float));
        return;
    }
    uint16_t *restrict to = (uint16_t *)target.values;
    for (size_t i = 0; i < n; i++) to[i] = occ_bfloat16(values[i]);
}

/// Calls `function(type read, type written, ...)` with both types as constants.
#define OCC_BY_ELEMENTS(in, out, function, ...) \
    do { \
        const int occ_pair = ((in) != occ_element_float32) + 2 * ((out) != occ_element_float32); \
        if (occ_pair == 0) function(occ_element_float32, occ_element_float32, __VA_ARGS__); \
        if (occ_pair == 1) function(occ_element_bfloat16, occ_element_float32, __VA_ARGS__); \
        if (occ_pair == 2) function(occ_element_float32, occ_element_bfloat16, __VA_ARGS__); \
        if (occ_pair == 3) function(occ_element_bfloat16, occ_element_bfloat16, __VA_ARGS__); \
    } while (0)

#endif
