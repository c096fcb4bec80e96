/// Shared between the variants: plans (how a workspace is divided) and the state of a running convolution.
#ifndef OCC_INTERNAL_H
#define OCC_INTERNAL_H

#include <math.h>
#include <string.h>

#include "element_access.h"
#include "include/BinaryKernels.h"

/// Output channels in a block of packed weights.
#define OCC_BLOCK 16
/// Pixels in a tile of the 1x1 kernel.
#define OCC_LUT_PIXELS 12
/// Words of input channels whose tables the 1x1 kernel holds at once, so that they stay in the first-level cache.
#define OCC_LUT_WORDS 4
/// Groups of four channels in a word.
#define OCC_WORD_GROUPS 8
/// Largest number of entries in one table of the 1x1 kernel.
#define OCC_LUT_ENTRIES 16
/// Bytes of all tables of the 3x3 kernel that looks sums up.
#define OCC_BYTE_TABLES (256 * 16)
/// Tiles that the Winograd convolution transforms at once: a multiple of the tiles of one product.
#define OCC_WINOGRAD_TILES ((size_t)96)
/// Channels handled at once by the elementwise kernels; a multiple of 32.
#define OCC_CHUNK 128
/// Channels whose bytes stand side by side, and the bytes of one group for a block of output channels.
#define OCC_BYTES_GROUP 4
#define OCC_BYTES_BLOCK (OCC_BLOCK * OCC_BYTES_GROUP)
/// Channels whose signed sums make a table of 64 entries, and groups of those whose sums fit 16 bits.
#define OCC_BYTES_SIX 6
#define OCC_BYTES_SIXES 43
/// Output channels of one pass of the lookup.
#define OCC_BYTES_PASS 256
/// Pixels that are brought to bytes at once.
#define OCC_BYTES_AT_ONCE 48
/// Pixels whose results a body keeps in the cache before it rounds them to another type; a multiple of OCC_LUT_PIXELS.
#define OCC_BODY_PIXELS 48

#define OCC_INLINE static inline __attribute__((always_inline, unused))
#define OCC_UNUSED __attribute__((unused))

/// An epilogue copied into arrays padded to whole blocks, so that kernels need no tail for it.
typedef struct occ_padded_epilogue {
    float *alpha, *beta, *shift_in, *slope, *shift_out;
    bool rprelu;
} occ_padded_epilogue;

/// How the inner loop of a binary convolution treats zeros.
typedef enum occ_mode {
    /// No zero in sight: padding is corrected by a table.
    occ_mode_plain,
    /// Zero activations are masked.
    occ_mode_masked,
    /// Zero weights as well; for blocks that have some.
    occ_mode_ternary,
} occ_mode;

/// Rows of the input in the order of the kernel: `[slot][word][column plane][column]`, with padding columns.
///
/// Columns `j = x + padding` are split into `stride` planes by `j % stride`, so that consecutive output columns read
/// consecutive words for either stride. Slot `kernel` is all zero and stands for padding rows.
#define OCC_MAX_SLOTS 4

/// A binary convolution under way.
typedef struct occ_conv_state {
    occ_conv conv;
    size_t words, taps, terms, padding, out_height, out_width, blocks, padded_out;
    /// Geometry of the transposed rows, in words.
    size_t plane_pitch, pitch, row_size;
    const uint32_t *weight_signs;
    const uint32_t *weight_nonzero;
    /// Which blocks have zero weights, and whether any has.
    bool *zero_blocks;
    bool has_zero_block;
    uint32_t *rows_signs, *rows_nonzero;
    /// What each slot holds: row + 1, or 0 for nothing.
    size_t slot_row[OCC_MAX_SLOTS];
    bool slot_has_zero[OCC_MAX_SLOTS], slot_mask_filled[OCC_MAX_SLOTS];
    /// Nonzero activations at each padded column of each slot.
    int32_t *slot_count;
    /// Offset into the rows of each term of the sum for output column 0; `terms` entries.
    int32_t *offsets;
    /// Set bits of the weights of each tap, `[tap][padded_out]`.
    int32_t *tap_bits;
    /// Value of the sum before `-2 * bits`, `[column class][padded_out]`, for the current row class.
    int32_t *base;
    size_t base_row_class;
    /// Column class of each output column: 1 for the left border, 2 for the right, 3 for both.
    uint8_t *column_class;
    /// Nonzero activations under each output column (masked mode).
    int32_t *column_count;
    /// For the variant that looks sums up (avx2_conv.h): tables, indices made of weights, and each input row's tables,
    /// `entry_row` a slot.
    uint8_t *byte_tables, *nibbles;
    uint16_t *entries;
    size_t entry_row;
    int32_t *entry_offsets;
    occ_padded_epilogue epilogue;
    /// The current row's, for blocks without zero weights.
    occ_mode mode;
} occ_conv_state;

OCC_INLINE occ_mode occ_block_mode(const occ_conv_state *s, size_t block) {
    return s->zero_blocks[block] ? occ_mode_ternary : s->mode;
}

/// Where the rows of a convolution come from.
typedef struct occ_row_source {
    /// Packed bits ...
    const occ_signs *packed;
    /// ... or real values, packed row by row into `row_signs` and `row_nonzero`.
    occ_map x;
    const float *move_scale;
    const float *move_bias;
    uint32_t *row_signs;
    uint32_t *row_nonzero;
} occ_row_source;

/// The workspace of a 1x1 convolution.
typedef struct occ_pointwise_state {
    size_t words, blocks, padded_out;
    occ_padded_epilogue epilogue;
    /// Which blocks have zero weights.
    bool *zero_blocks;
    /// `[OCC_LUT_PIXELS][padded_out]`.
    float *accumulators;
    /// `[OCC_LUT_PIXELS][OCC_TABLE_STRIDE]`.
    float *tables;
} occ_pointwise_state;

/// Floats between the tables of one pixel and those of the next.
#define OCC_TABLE_STRIDE ((size_t)OCC_LUT_WORDS * OCC_WORD_GROUPS * OCC_LUT_ENTRIES)

/// One step of a 1x1 convolution: some pixels, some words of input channels, all output channels.
typedef struct occ_lookup {
    /// `[pixels][OCC_TABLE_STRIDE]`.
    const float *tables;
    size_t pixels, words;
    /// Weights of the step's first word in the first block; `nonzero` may be NULL.
    const uint32_t *signs;
    const uint32_t *nonzero;
    /// Which blocks have zero weights.
    const bool *zero_blocks;
    size_t block_stride, blocks, padded_out, out_channels;
    /// Sums so far, `[pixels][padded_out]`.
    float *accumulators;
    /// Whether the sums start at zero, and whether this step completes them.
    bool first, last;
    /// For the last step.
    occ_padded_epilogue epilogue;
    float *y;
    size_t y_stride;
    /// May be NULL.
    double *sums;
} occ_lookup;

/// A 1x1 convolution of bytes under way.
typedef struct occ_bytes_step {
    /// `q + 128`, and 128 in the padding that whole groups of either size need.
    const uint8_t *bytes;
    size_t byte_stride, groups, blocks, out_channels;
    const int8_t *weights;
    /// What takes the 128 back out: start values of the sums, `[blocks * OCC_BLOCK]`.
    int32_t *starts;
    /// Where no weight is zero, what `occ_expand_lookup` wrote; else NULL. Groups of six, parts of OCC_BYTES_SIXES, blocks of 32 channels.
    const uint16_t *lookup;
    size_t sixes, parts, wide_blocks;
    /// Sums of the parts so far, `[OCC_BYTES_AT_ONCE][OCC_BYTES_PASS]`.
    int32_t *partial;
    occ_padded_epilogue epilogue;
    occ_target y;
    /// May be NULL.
    double *sums;
} occ_bytes_step;

/// The workspace of a 1x1 convolution of bytes.
typedef struct occ_bytes_state {
    occ_bytes_step step;
    /// Of the scale.
    float inverse;
    /// `[OCC_BYTES_AT_ONCE][byte_stride]`.
    uint8_t *bytes;
} occ_bytes_state;

/// The workspace of a body.
typedef struct occ_body_state {
    occ_conv_state conv;
    occ_pointwise_state pointwise;
    occ_bytes_state bytes;
    uint32_t *row_signs, *row_nonzero;
    /// One output row of the 3x3, `[out_width][conv.out_channels]`.
    float *row;
    /// Results that are not written as float32, `[OCC_BODY_PIXELS][out_channels]`.
    float *results;
} occ_body_state;

/// Hands out 64-byte aligned pieces of a workspace; counts only, if `start` is 0.
typedef struct occ_arena {
    uintptr_t start, next;
} occ_arena;

static inline OCC_UNUSED occ_arena occ_arena_make(void *workspace) {
    occ_arena arena = {(uintptr_t)workspace, ((uintptr_t)workspace + 63) & ~(uintptr_t)63};
    return arena;
}

static inline OCC_UNUSED void *occ_arena_take(occ_arena *arena, size_t bytes) {
    void *piece = (void *)arena->next;
    arena->next += (bytes + 63) & ~(size_t)63;
    return piece;
}

/// Bytes of workspace that serve at any alignment.
static inline OCC_UNUSED size_t occ_arena_bytes(const occ_arena *arena) { return arena->next - arena->start + 64; }

/// Divides the workspace and fills in the geometry; reads no tensor.
void occ_plan_conv(occ_conv_state *state, const occ_conv *conv, occ_arena *arena);
void occ_plan_pointwise(
    occ_pointwise_state *state, size_t in_channels, size_t out_channels, occ_arena *arena);
void occ_plan_bytes(occ_bytes_state *state, size_t in_channels, size_t out_channels, occ_arena *arena);
/// Fills in all of a step but where pixels come from and go to; the epilogue takes in the scale.
void occ_begin_bytes(
    occ_bytes_state *state, const occ_byte_weights *weights, const occ_epilogue *epilogue, double *sums);
void occ_plan_body(occ_body_state *state, const occ_body *body, occ_arena *arena);
/// Notes which blocks of output channels have zero weights; returns whether any has.
bool occ_find_zero_blocks(
    const occ_weights *weights, size_t out_channels, size_t in_channels, size_t taps, bool *zero_blocks);
/// Copies an epilogue (NULL: identity) into its padded arrays.
void occ_fill_epilogue(
    occ_padded_epilogue *padded, const occ_epilogue *epilogue, size_t channels, size_t padded_channels);

/// Adds values to what was seen before.
void occ_observe(const float *values, size_t count, occ_observation *seen);

/// The tables of the variants; NULL where not compiled in.
extern const occ_kernels occ_kernels_scalar_table;
#if defined(__x86_64__)
extern const occ_kernels occ_kernels_avx2_table;
extern const occ_kernels occ_kernels_avx2_pairs_table;
extern const occ_kernels occ_kernels_avx512_table;
#endif
#if defined(__aarch64__)
extern const occ_kernels occ_kernels_neon_table;
#endif

#endif
