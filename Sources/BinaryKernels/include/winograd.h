/// Full-precision 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3): a quarter of the multiplications.
///
/// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks" (2016), section 4.3. Every result lies within
/// `2^-16 * sum of |input * weight|` of the exact one; its bits depend on the instruction set and on nothing else.
#ifndef OCC_WINOGRAD_H
#define OCC_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif
#ifdef __cplusplus
extern "C" {
#endif

/// Where the channels of a map lie: channel `c` of pixel `p` at `p * pixel_stride + c / block * block_stride + c % block`.
///
/// Channels-last maps are one block.
typedef struct occ_winograd_map {
    /// Elements from pixel to pixel.
    size_t pixel_stride;
    /// Channels of a block, a multiple of 16 (of 8 for AVX2), and elements from block to block.
    size_t block, block_stride;
    /// Elements from image to image.
    size_t image_stride;
} occ_winograd_map;

/// A 3x3 convolution with one pixel of zeros around the images.
typedef struct occ_winograd {
    size_t images;
    /// Rows and columns of both maps.
    size_t height, width;
    /// Multiples of 16.
    size_t in_channels, out_channels;
    occ_winograd_map input, output;
    /// Whether what stands in the output is added to the sum.
    bool adds_to_output;
    /// Whether `max(y, 0)` follows.
    bool relu;
} occ_winograd;

/// Floats of the transformed weights: `[36][out_channels / 16][in_channels][16]`, the same for all instruction sets.
size_t occ_winograd_weight_floats(size_t out_channels, size_t in_channels);

/// Transforms weights (`[out][in][3][3]`) in double precision and rounds them once.
void occ_winograd_pack(const float *oihw, size_t out_channels, size_t in_channels, float *packed);

/// Bytes of workspace for `occ_kernels.winograd`.
size_t occ_winograd_workspace_bytes(size_t out_channels, size_t in_channels);

#ifdef __cplusplus
}
#endif
#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
