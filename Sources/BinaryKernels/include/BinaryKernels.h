/// Binary convolution kernels and the elementwise work around them, in C, one variant per instruction set.
///
/// `network_ops.h`, `camera_ops.h` and `top_scores.h` hold plain tensor work that needs no variant: one portable loop each, where
/// no library has the order of sums or of equal scores that the published code has.
///
/// Everything here is single-threaded, keeps no state between calls and allocates nothing: the caller passes a
/// workspace whose size `occ_*_workspace_bytes` tells. All variants (scalar, AVX2, AVX-512, NEON) give the same bits,
/// integers and floats alike, because every floating-point sum has one documented order; so hosts of different make
/// agree with each other.
///
/// **Tensors.** Maps are channels-last: pixel `p`, channel `c` is at `x[p * stride + c]`, with `p = row *
/// width + column` and `stride >= channels` elements between pixels. A stride larger than the channel count makes slices
/// and concatenations of channels views instead of copies. An `occ_map` or `occ_target` (`elements.h`) is of float32 or bfloat16, each
/// map of a call of its own type; all arithmetic is float32, so that bfloat16 costs a rounding where a map is written. Pointers need the natural alignment of their element
/// only; no function reads or writes outside the elements named in its contract, so no padding is needed.
///
/// **Bits.** A bit tensor is `uint32_t[pixels][occ_words(channels)]`: channel `c` is bit `c % 32` of word `c / 32`.
/// In a *sign plane* a set bit means negative; in a *nonzero plane* a set bit means that the value is not zero. Bits
/// past the last channel are zero in both. Where the nonzero plane says zero, the sign bit is zero.
///
/// **Aliasing.** Outputs must not overlap inputs unless the function says that it works in place.
#ifndef OCC_BINARY_KERNELS_H
#define OCC_BINARY_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elements.h"
#include "winograd.h"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Shapes

/// Instruction sets for which a table of kernels may exist.
typedef enum occ_isa {
    /// Portable C; the reference.
    occ_isa_scalar = 0,
    /// x86-64 with AVX2 and FMA.
    occ_isa_avx2 = 1,
    /// x86-64 with AVX-512 F, BW, DQ, VL, VPOPCNTDQ and VNNI (Zen 4, Ice Lake and later).
    occ_isa_avx512 = 2,
    /// AArch64.
    occ_isa_neon = 3,
    /// x86-64 with AVX2 and FMA whose permutations across 32 bytes are slow (Zen 1 to 3): another 1x1.
    occ_isa_avx2_pairs = 4,
} occ_isa;

/// A binary convolution with zero padding `kernel / 2`.
typedef struct occ_conv {
    /// Input rows and columns, at least 1.
    size_t height, width;
    /// Channels, 1 ... 65536.
    size_t in_channels, out_channels;
    /// 1 or 3.
    size_t kernel;
    /// 1 or 2.
    size_t stride;
} occ_conv;

/// Says what is wrong with a shape, or returns NULL when every function here accepts it.
const char *OCC_NULLABLE occ_conv_problem(const occ_conv *conv);
/// Output rows: `(height - 1) / stride + 1`.
size_t occ_conv_out_height(const occ_conv *conv);
/// Output columns: `(width - 1) / stride + 1`.
size_t occ_conv_out_width(const occ_conv *conv);
/// Words that hold the bits of one pixel: `channels / 32`, rounded up.
size_t occ_words(size_t channels);

// MARK: Weights

/// Packed weights of a convolution: bits in the order `[out_channels / 16][kh][kw][in_words][16 out_channels]`.
///
/// The order is the same for every instruction set, so that one mapped file serves all hosts. 64-byte alignment is
/// fastest, 4-byte alignment is enough. Rows past the last output channel are zero.
typedef struct occ_weights {
    /// Sign plane, `occ_weight_words` words; a set bit is a negative weight.
    const uint32_t *signs;
    /// Nonzero plane of the same size, or NULL when no weight is zero (the fast case).
    const uint32_t *OCC_NULLABLE nonzero;
} occ_weights;

/// Words in one plane of packed weights.
size_t occ_weight_words(size_t out_channels, size_t in_channels, size_t kernel);

/// Packs fp32 weights (`[out][in][kernel][kernel]`, as PyTorch stores them) into sign and nonzero planes.
///
/// Both planes have `occ_weight_words` words and are written whole. sign(0) = 0: a zero weight has a zero bit in both.
/// Returns whether any weight is zero; if not, drop the nonzero plane. NaN counts as positive.
bool occ_pack_weights(
    const float *oihw, size_t out_channels, size_t in_channels, size_t kernel, uint32_t *signs, uint32_t *nonzero);

/// Mean of the absolute weights of each output channel: the scaling factor of a published binary convolution.
///
/// Source: `HardBinaryConv` in `quant_convs_BDC.py`. Summed in double, rounded once.
void occ_weight_scales(
    const float *oihw, size_t out_channels, size_t in_channels, size_t kernel, float *scales);

/// Weights of a 1x1 convolution whose inputs are signed bytes, and what one step of those is worth.
///
/// An input `x` becomes `q = clamp(x * (1 / scale), -127, 127)`, to the nearest integer, ties to even (`1 / scale` and the product are
/// rounded to float32; NaN becomes -127). The sum of `q` times weight is an exact integer, which the epilogue takes as `sum * scale`: its
/// alpha is multiplied by the scale, rounded once. So results are the same bits on all variants.
typedef struct occ_byte_weights {
    /// `occ_byte_weight_count` bytes, -1, 0 or 1, in the order `[out_channels / 16][in_channels / 4][16 out_channels][4 in_channels]`.
    const int8_t *OCC_NULLABLE weights;
    /// Their sums over input channels, `[out_channels / 16][16]`.
    const int32_t *OCC_NULLABLE sums;
    /// What `occ_expand_lookup` wrote, where it could; NULL otherwise, or to do without. Only AVX-512 makes use of it.
    const uint16_t *OCC_NULLABLE lookup;
    /// More than 0, and a normal number.
    float scale;
} occ_byte_weights;

/// Bytes of the weights of a 1x1 convolution as bytes: both numbers of channels rounded up, to multiples of 16 and 4.
size_t occ_byte_weight_count(size_t out_channels, size_t in_channels);

/// Expands packed weights (of `kernel` = 1) into bytes and their sums; padding is 0.
void occ_expand_weights(
    const occ_weights *weights, size_t out_channels, size_t in_channels, int8_t *bytes, int32_t *sums);

/// Words that `occ_expand_lookup` writes.
size_t occ_lookup_weight_count(size_t out_channels, size_t in_channels);

/// Expands packed weights (of `kernel` = 1) for table lookup: the bits of six input channels are an index among their 64 signed sums.
///
/// With output channels rounded up to a multiple of 32, and input channels in groups of six: first, for every 43 groups, `-128 * (sum of
/// the weights)` modulo 2^16, `[groups / 43][out_channels]`; then `[groups][out_channels]` indices, bit `c` of one set where the weight of
/// channel `c` of the group is negative. Returns false, and leaves nothing of use, where a weight is zero.
bool occ_expand_lookup(
    const occ_weights *weights, size_t out_channels, size_t in_channels, uint16_t *lookup);

// MARK: Parameters

/// What is done to a convolution's sum `a`: `y = fma(a, alpha, beta)`, then RPReLU if `slope` is given.
///
/// RPReLU (ReActNet; `quant_convs_BDC.py`): `t = y + shift_in; t = t > 0 ? t : slope * t; result = t + shift_out`,
/// every operation rounded by itself. Each array has one entry per output channel; the scaling factor of the weights
/// and a following batch norm are folded into alpha and beta.
typedef struct occ_epilogue {
    /// NULL is 1.
    const float *OCC_NULLABLE alpha;
    /// NULL is 0.
    const float *OCC_NULLABLE beta;
    /// NULL is 0. Used only if `slope` is given.
    const float *OCC_NULLABLE shift_in;
    /// NULL: no RPReLU at all.
    const float *OCC_NULLABLE slope;
    /// NULL is 0. Used only if `slope` is given.
    const float *OCC_NULLABLE shift_out;
} occ_epilogue;

/// A bit tensor of activations.
typedef struct occ_signs {
    /// Sign plane, `[height * width][occ_words(in_channels)]`.
    const uint32_t *signs;
    /// Nonzero plane of the same shape, or NULL when no activation is zero.
    ///
    /// The masked kernel is used only for output rows whose input rows hold a zero, so passing the plane costs little.
    const uint32_t *OCC_NULLABLE nonzero;
} occ_signs;

/// The end of a BDC unit and what surrounds it, in one pass over memory; see `occ_kernels.residual`.
typedef struct occ_residual {
    /// The unit's main path.
    occ_map x;
    /// Squeeze-excitation gate per channel; NULL is 1.
    const float *OCC_NULLABLE gate;
    /// What is added to it; values NULL are nothing.
    occ_map identity;
    /// Channels of `identity`, repeated cyclically to fill all channels (`cat([identity, identity])`); 0 is all.
    size_t identity_channels;
    /// Folded batch norm of the identity, `fma(identity, scale, shift)` per output channel; both or neither.
    const float *OCC_NULLABLE identity_scale;
    const float *OCC_NULLABLE identity_shift;
    /// A second addend with all channels; values NULL are nothing.
    occ_map skip;
    /// Factor after the additions: 1, or 0.5 where two branches are averaged.
    float factor;
    /// RPReLU at the end, as in `occ_epilogue`; `slope` NULL is none.
    const float *OCC_NULLABLE shift_in;
    const float *OCC_NULLABLE slope;
    const float *OCC_NULLABLE shift_out;
    /// The result. May be the same as `x`, `skip` or (if not repeated) `identity`, if it is of the same type.
    occ_target y;
} occ_residual;

/// A BDC unit up to its squeeze-excitation: sign(x * k + b), binary 3x3, epilogue, 1x1 with binary weights, epilogue.
typedef struct occ_body {
    /// The 3x3: `kernel` = 3, `out_channels` = its own output channels, which the 1x1 reads.
    occ_conv conv;
    /// Redistribution per input channel; NULL is 1 and 0.
    const float *OCC_NULLABLE move_scale;
    const float *OCC_NULLABLE move_bias;
    occ_weights weights3x3;
    occ_epilogue epilogue3x3;
    /// Output channels of the 1x1.
    size_t out_channels;
    occ_weights weights1x1;
    occ_epilogue epilogue1x1;
    /// Where its weights are not NULL, the 1x1 reads signed bytes, as in `pointwise_bytes`; `weights1x1` is not used then.
    occ_byte_weights bytes1x1;
} occ_body;

/// What a 1x1 convolution read, for choosing the scale of its bytes.
typedef struct occ_observation {
    /// Values seen, but for NaN.
    uint64_t count;
    /// The largest absolute value.
    float largest;
    /// 2048 counts of values by the upper 11 bits of `|x|` as float32: 8 bins an octave, bin `b` from the float32 of bits `b << 20` on.
    uint64_t *bins;
} occ_observation;

/// Bytes of workspace for `binary_conv_f32` and `binary_conv_bf16`, any row range.
size_t occ_conv_workspace_bytes(const occ_conv *conv);
/// Bytes of workspace for `pointwise_conv`, any number of pixels.
size_t occ_pointwise_workspace_bytes(size_t in_channels, size_t out_channels);
/// Bytes of workspace for `pointwise_bytes`, any number of pixels.
size_t occ_bytes_workspace_bytes(size_t in_channels, size_t out_channels);
/// Bytes of workspace for `bdc_body` and `observe_body`.
size_t occ_body_workspace_bytes(const occ_body *body);

// MARK: Kernels

/// Two frames of one camera: sizes that all cameras share.
typedef struct occ_stereo {
    /// Rows and columns of both maps.
    size_t height, width;
    /// Channels, a multiple of 16; maps are dense and channels last.
    size_t channels;
    /// Column and row of every pixel of the maps within the network's input image.
    const float *columns;
    const float *rows;
    /// Depth of every bin, metres.
    const float *depths;
    size_t bins;
    /// Size of the network's input image.
    float image_height, image_width;
    /// Added to the cost of a bin whose fourth last channel is 0 in the adjacent map, as it is outside the map.
    float bias;
    /// The result is `[padded_bins / block][height * width][block]`; padding holds zeros.
    size_t padded_bins, block;
} occ_stereo;

/// From one camera's input pixels and depths to the input pixels of its adjacent frame; matrices are row-major.
typedef struct occ_stereo_view {
    /// Inverse of the image augmentation's rotation.
    float undo_rotation[9];
    /// The image augmentation's translation.
    float translation[3];
    /// Rotation to the adjacent camera times the inverse of the camera matrix.
    float combined[9];
    /// Translation to the adjacent camera, metres.
    float origin[3];
    /// The camera matrix.
    float intrinsics[9];
    /// First two rows and columns of the image augmentation's rotation.
    float rotation[4];
} occ_stereo_view;

/// The kernels of one instruction set.
///
/// A workspace has any alignment; its content on entry does not matter and means nothing afterwards.
typedef struct occ_kernels {
    occ_isa isa;
    /// "scalar", "avx2", "avx2-pairs", "avx512" or "neon".
    const char *name;

    /// Packs the signs of `x * scale + bias` (multiply, then add, each rounded; NULL is 1 and 0).
    ///
    /// Writes `[pixels][occ_words(channels)]` words to `signs` and, unless NULL, to `nonzero`. Returns whether any
    /// value is zero. -0 is zero; NaN counts as positive.
    bool (*pack_signs)(
        occ_map x, size_t pixels, size_t channels, const float *OCC_NULLABLE scale,
        const float *OCC_NULLABLE bias, uint32_t *signs, uint32_t *OCC_NULLABLE nonzero);

    /// Binary convolution: the sum over taps of sign(activation) * sign(weight), zeros and padding contributing 0, followed by
    /// the epilogue.
    ///
    /// The sum is an exact integer before it meets the epilogue. Computes output rows `row_begin ..< row_end`; `out` points at
    /// output row 0, `out_stride` is in elements.
    void (*binary_conv_f32)(
        const occ_conv *conv, const occ_signs *activations, const occ_weights *weights,
        const occ_epilogue *epilogue, size_t row_begin, size_t row_end, float *out, size_t out_stride,
        void *workspace);

    /// `binary_conv_f32` into a map of bfloat16, row by row.
    void (*binary_conv_bf16)(
        const occ_conv *conv, const occ_signs *activations, const occ_weights *weights,
        const occ_epilogue *epilogue, size_t row_begin, size_t row_end, uint16_t *out, size_t out_stride,
        void *workspace);

    /// 1x1 convolution of real inputs with binary weights (packed with `kernel` = 1), followed by the epilogue.
    ///
    /// The sum runs over groups of four channels in order, `a += (±x0 ± x1) + (±x2 ± x3)`, channels past the last
    /// being 0; a group with zero weights takes `0.5 * (t+ + t-)`, its values with the zeros read as + and as -.
    /// `sums`, unless NULL, has one entry per output channel to which the results are added, pixel by pixel.
    void (*pointwise_conv)(
        size_t pixels, size_t in_channels, size_t out_channels, const float *x, size_t x_stride,
        const occ_weights *weights, const occ_epilogue *epilogue, float *y, size_t y_stride,
        double *OCC_NULLABLE sums, void *workspace);

    /// 1x1 convolution of inputs of signed bytes with binary weights, followed by the epilogue; see `occ_byte_weights`.
    ///
    /// `x` is brought to bytes a few pixels at a time. `sums` as in `pointwise_conv`, of the values before `y` is rounded to its type.
    void (*pointwise_bytes)(
        size_t pixels, size_t in_channels, size_t out_channels, occ_map x, const occ_byte_weights *weights,
        const occ_epilogue *epilogue, occ_target y, double *OCC_NULLABLE sums, void *workspace);

    /// A whole `occ_body`, row by row, so that nothing but `x` and `y` goes through memory.
    ///
    /// The same bits as `pack_signs`, `binary_conv_f32` and `pointwise_conv` or `pointwise_bytes` in sequence, rounded once where `y` is of bfloat16. `y`
    /// has `occ_conv_out_height * occ_conv_out_width` pixels of `out_channels`; `sums` as in `pointwise_conv`, of the values before
    /// that rounding.
    void (*bdc_body)(
        const occ_body *body, occ_map x, occ_target y, double *OCC_NULLABLE sums, void *workspace);

    /// Adds what the 1x1 of a body reads for an input to what was seen before; writes nothing else.
    void (*observe_body)(const occ_body *body, occ_map x, occ_observation *seen, void *workspace);

    /// `y = rprelu((x * gate + identity' + skip) * factor)`; each operation is rounded. All maps are gone through once.
    void (*residual)(const occ_residual *residual, size_t pixels, size_t channels);

    /// Mean of each 2x2 block; an odd last row or column is dropped, as `AvgPool2d(2, 2)` does. Output
    /// `[height / 2][width / 2]`.
    void (*average_pool2x2)(
        occ_map x, size_t height, size_t width, size_t channels, occ_target y);

    /// Bilinear resize to `out_height` x `out_width`, with PyTorch's source coordinates for either setting of
    /// `align_corners`.
    void (*resize_bilinear)(
        occ_map x, size_t height, size_t width, size_t channels, size_t out_height, size_t out_width,
        bool align_corners, occ_target y);

    /// Matching cost of every pixel and depth bin against an adjacent frame, as a softmax over bins of its negative.
    ///
    /// The cost is the sum over channels of `|current - adjacent|`, the adjacent map sampled bilinearly (corners aligned,
    /// zeros outside), plus the bias. Channels are summed in 16 lanes, which are then added by halves. `workspace` holds
    /// `2 * bins + padded_bins` floats.
    void (*stereo_cost)(
        const occ_stereo *stereo, const occ_stereo_view *view, const float *current, const float *adjacent,
        float *cost, float *workspace);

    /// Floats of a vector of `winograd`, of which the blocks of its maps must be multiples; 0 where there is none.
    size_t winograd_lanes;
    /// Full-precision 3x3 convolution by Winograd's F(4x4, 3x3); `weights` from `occ_winograd_pack`. NULL where there is none.
    void (*OCC_NULLABLE winograd)(
        const occ_winograd *winograd, const float *x, const float *weights, const float *OCC_NULLABLE bias, float *y,
        void *workspace);
} occ_kernels;

/// The kernels of an instruction set, or NULL if this machine cannot run them.
const occ_kernels *OCC_NULLABLE occ_kernels_for(occ_isa isa);

/// The kernels by name; NULL, with a sentence in `problem`, for an unknown name or one this machine cannot run.
///
/// `name` NULL or empty is the fastest variant that this machine can run.
const occ_kernels *OCC_NULLABLE occ_kernels_named(
    const char *OCC_NULLABLE name, const char *OCC_NULLABLE *OCC_NULLABLE problem);

/// `occ_kernels_named` with the environment variable `OCC_KERNELS` (scalar, avx2, avx2-pairs, avx512, neon).
const occ_kernels *OCC_NULLABLE occ_kernels_from_environment(const char *OCC_NULLABLE *OCC_NULLABLE problem);

// MARK: Small helpers, the same for all instruction sets

/// `means[c] = sums[c] / pixels`, rounded once.
void occ_channel_means(const double *sums, size_t channels, size_t pixels, float *means);
/// `x = 1 / (1 + exp(-x))` in place.
void occ_sigmoid(float *x, size_t count);

#ifdef __cplusplus
}
#endif
#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
