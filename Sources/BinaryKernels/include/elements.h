/// Types of a map's elements: float32, or bfloat16 where half the bytes are worth more than its last 16 bits.
///
/// bfloat16 is the upper half of a float32. It is a format of storage only: whatever reads a map widens its values, computes in
/// float32 and rounds what it writes, to nearest, ties to even. Numbers too small for a normal float32 keep their value, NaN stays NaN
/// and becomes quiet. Shifts and additions do both ways, so that every host gives the same bits; `vcvtneps2bf16` would not, as it
/// flushes what is below the normal numbers to 0.
#ifndef OCC_ELEMENTS_H
#define OCC_ELEMENTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#define OCC_NULLABLE _Nullable
#else
#define OCC_NULLABLE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Type of a map's elements.
typedef enum occ_element {
    /// IEEE single precision.
    occ_element_float32 = 0,
    /// The upper half of a single-precision number.
    occ_element_bfloat16 = 1,
} occ_element;

/// A channels-last map that is read: pixel `p`, channel `c` is element `p * stride + c`.
typedef struct occ_map {
    const void *OCC_NULLABLE values;
    /// Elements from pixel to pixel.
    size_t stride;
    occ_element element;
} occ_map;

/// A channels-last map that is written.
typedef struct occ_target {
    void *OCC_NULLABLE values;
    /// Elements from pixel to pixel.
    size_t stride;
    occ_element element;
} occ_target;

/// A map of float32.
static inline occ_map occ_floats(const float *values, size_t stride) {
    const occ_map map = {values, stride, occ_element_float32};
    return map;
}

/// A map of float32 to write to.
static inline occ_target occ_floats_out(float *values, size_t stride) {
    const occ_target target = {values, stride, occ_element_float32};
    return target;
}

/// The nearest bfloat16; of two equally near the one whose last bit is 0.
static inline uint16_t occ_bfloat16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    const uint32_t quiet = bits >> 16 | 0x40;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}

/// The value of a bfloat16.
static inline float occ_bfloat16_value(uint16_t value) {
    const uint32_t bits = (uint32_t)value << 16;
    float result;
    memcpy(&result, &bits, sizeof(result));
    return result;
}

#ifdef __cplusplus
}
#endif
#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
