/// Shapes, packed weights, workspaces: what does not depend on the instruction set.
#include <math.h>
#include <string.h>

#include "internal.h"

#define OCC_MAX_CHANNELS 65536
/// Rows and columns; with the channels, keeps every product of sizes far below 2^63 and offsets within int32.
#define OCC_MAX_SIDE 65536

const char *occ_conv_problem(const occ_conv *conv) {
    if (conv->height < 1 || conv->width < 1) return "height and width must be at least 1";
    if (conv->height > OCC_MAX_SIDE || conv->width > OCC_MAX_SIDE) return "height and width must be at most 65536";
    if (conv->in_channels < 1 || conv->out_channels < 1) return "a convolution needs at least 1 channel";
    if (conv->in_channels > OCC_MAX_CHANNELS || conv->out_channels > OCC_MAX_CHANNELS) {
        return "a convolution has at most 65536 channels";
    }
    if (conv->kernel != 1 && conv->kernel != 3) return "the kernel must be 1 or 3";
    if (conv->stride != 1 && conv->stride != 2) return "the stride must be 1 or 2";
    if (occ_words(conv->in_channels) * (conv->width + 64) > (size_t)1 << 28) {
        return "a row of the input must have fewer than 2^33 channels in all";
    }
    return NULL;
}

size_t occ_conv_out_height(const occ_conv *conv) { return (conv->height - 1) / conv->stride + 1; }

size_t occ_conv_out_width(const occ_conv *conv) { return (conv->width - 1) / conv->stride + 1; }

size_t occ_words(size_t channels) { return (channels + 31) / 32; }

static size_t blocks_of(size_t channels) { return (channels + OCC_BLOCK - 1) / OCC_BLOCK; }

size_t occ_weight_words(size_t out_channels, size_t in_channels, size_t kernel) {
    return blocks_of(out_channels) * kernel * kernel * occ_words(in_channels) * OCC_BLOCK;
}

bool occ_pack_weights(
    const float *oihw, size_t out_channels, size_t in_channels, size_t kernel, uint32_t *signs, uint32_t *nonzero) {
    size_t taps = kernel * kernel, words = occ_words(in_channels);
    size_t count = occ_weight_words(out_channels, in_channels, kernel);
    memset(signs, 0, count * sizeof(uint32_t));
    memset(nonzero, 0, count * sizeof(uint32_t));
    bool any_zero = false;
    for (size_t o = 0; o < out_channels; o++) {
        for (size_t i = 0; i < in_channels; i++) {
            for (size_t tap = 0; tap < taps; tap++) {
                float value = oihw[(o * in_channels + i) * taps + tap];
                size_t word = ((o / OCC_BLOCK * taps + tap) * words + i / 32) * OCC_BLOCK + o % OCC_BLOCK;
                signs[word] |= (uint32_t)(value < 0) << (i % 32);
                nonzero[word] |= (uint32_t)(value != 0) << (i % 32);
                any_zero |= value == 0;
            }
        }
    }
    return any_zero;
}

size_t occ_byte_weight_count(size_t out_channels, size_t in_channels) {
    return blocks_of(out_channels) * ((in_channels + OCC_BYTES_GROUP - 1) / OCC_BYTES_GROUP) * OCC_BYTES_BLOCK;
}

void occ_expand_weights(
    const occ_weights *weights, size_t out_channels, size_t in_channels, int8_t *bytes, int32_t *sums) {
    const size_t words = occ_words(in_channels), groups = (in_channels + OCC_BYTES_GROUP - 1) / OCC_BYTES_GROUP;
    for (size_t block = 0; block < blocks_of(out_channels); block++) {
        for (size_t o = 0; o < OCC_BLOCK; o++) {
            int32_t sum = 0;
            for (size_t i = 0; i < groups * OCC_BYTES_GROUP; i++) {
                const size_t word = (block * words + i / 32) * OCC_BLOCK + o;
                const bool exists = block * OCC_BLOCK + o < out_channels && i < in_channels;
                const uint32_t negative = exists ? weights->signs[word] >> (i % 32) & 1 : 0;
                const uint32_t kept = !exists ? 0
                    : weights->nonzero == NULL ? 1 : weights->nonzero[word] >> (i % 32) & 1;
                const int8_t value = (int8_t)(kept ? (negative ? -1 : 1) : 0);
                bytes[(block * groups + i / OCC_BYTES_GROUP) * OCC_BYTES_BLOCK + o * OCC_BYTES_GROUP
                    + i % OCC_BYTES_GROUP] = value;
                sum += value;
            }
            sums[block * OCC_BLOCK + o] = sum;
        }
    }
}

size_t occ_lookup_weight_count(size_t out_channels, size_t in_channels) {
    const size_t sixes = (in_channels + OCC_BYTES_SIX - 1) / OCC_BYTES_SIX;
    return ((sixes + OCC_BYTES_SIXES - 1) / OCC_BYTES_SIXES + sixes) * ((out_channels + 31) / 32) * 32;
}

bool occ_expand_lookup(
    const occ_weights *weights, size_t out_channels, size_t in_channels, uint16_t *lookup) {
    const size_t words = occ_words(in_channels), row = (out_channels + 31) / 32 * 32;
    const size_t sixes = (in_channels + OCC_BYTES_SIX - 1) / OCC_BYTES_SIX;
    const size_t parts = (sixes + OCC_BYTES_SIXES - 1) / OCC_BYTES_SIXES;
    memset(lookup, 0, (parts + sixes) * row * sizeof(uint16_t));
    for (size_t o = 0; o < out_channels; o++) {
        const size_t block = o / OCC_BLOCK * words * OCC_BLOCK + o % OCC_BLOCK;
        for (size_t g = 0; g < sixes; g++) {
            uint16_t index = 0;
            for (size_t i = g * OCC_BYTES_SIX; i < (g + 1) * OCC_BYTES_SIX && i < in_channels; i++) {
                const size_t word = block + i / 32 * OCC_BLOCK;
                if (weights->nonzero != NULL && (weights->nonzero[word] >> (i % 32) & 1) == 0) return false;
                index |= (uint16_t)((weights->signs[word] >> (i % 32) & 1) << (i % OCC_BYTES_SIX));
            }
            lookup[(parts + g) * row + o] = index;
            // Padding counts as positive, and holds 128 as well.
            const int sum = OCC_BYTES_SIX - 2 * __builtin_popcount(index);
            uint16_t *start = &lookup[g / OCC_BYTES_SIXES * row + o];
            *start = (uint16_t)(*start - 128 * sum);
        }
    }
    return true;
}

void occ_weight_scales(
    const float *oihw, size_t out_channels, size_t in_channels, size_t kernel, float *scales) {
    size_t count = in_channels * kernel * kernel;
    for (size_t o = 0; o < out_channels; o++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) sum += fabs((double)oihw[o * count + i]);
        scales[o] = (float)(sum / (double)count);
    }
}

static void plan_epilogue(occ_padded_epilogue *epilogue, size_t padded, occ_arena *arena) {
    epilogue->alpha = occ_arena_take(arena, padded * sizeof(float));
    epilogue->beta = occ_arena_take(arena, padded * sizeof(float));
    epilogue->shift_in = occ_arena_take(arena, padded * sizeof(float));
    epilogue->slope = occ_arena_take(arena, padded * sizeof(float));
    epilogue->shift_out = occ_arena_take(arena, padded * sizeof(float));
    epilogue->rprelu = false;
}

void occ_plan_conv(occ_conv_state *state, const occ_conv *conv, occ_arena *arena) {
    memset(state, 0, sizeof(*state));
    state->conv = *conv;
    state->words = occ_words(conv->in_channels);
    state->taps = conv->kernel * conv->kernel;
    state->terms = state->taps * state->words;
    state->padding = conv->kernel / 2;
    state->out_height = occ_conv_out_height(conv);
    state->out_width = occ_conv_out_width(conv);
    state->blocks = blocks_of(conv->out_channels);
    state->padded_out = state->blocks * OCC_BLOCK;
    size_t columns = conv->width + 2 * state->padding;
    state->plane_pitch = (columns + conv->stride - 1) / conv->stride;
    // An odd number of cache lines, so that the words of one column do not fall into the same cache set.
    size_t lines = (state->plane_pitch * conv->stride + 15) / 16;
    state->pitch = (lines | 1) * 16;
    state->row_size = state->pitch * state->words;

    state->zero_blocks = occ_arena_take(arena, state->blocks * sizeof(bool));
    size_t slots = conv->kernel + 1;
    state->rows_signs = occ_arena_take(arena, slots * state->row_size * sizeof(uint32_t));
    state->rows_nonzero = occ_arena_take(arena, slots * state->row_size * sizeof(uint32_t));
    state->slot_count = occ_arena_take(arena, slots * state->pitch * sizeof(int32_t));
    state->offsets = occ_arena_take(arena, state->terms * sizeof(int32_t));
    state->tap_bits = occ_arena_take(arena, state->taps * state->padded_out * sizeof(int32_t));
    state->base = occ_arena_take(arena, 4 * state->padded_out * sizeof(int32_t));
    state->column_class = occ_arena_take(arena, state->out_width);
    state->column_count = occ_arena_take(arena, state->out_width * sizeof(int32_t));
    plan_epilogue(&state->epilogue, state->padded_out, arena);

    state->entry_row = columns * state->words * OCC_WORD_GROUPS;
    state->byte_tables = occ_arena_take(arena, OCC_BYTE_TABLES);
    state->nibbles = occ_arena_take(arena, state->blocks / 2 * state->terms * OCC_WORD_GROUPS * 2 * OCC_BLOCK);
    state->entries = occ_arena_take(arena, slots * state->entry_row * sizeof(uint16_t));
    state->entry_offsets = occ_arena_take(arena, state->terms * sizeof(int32_t));
}

void occ_plan_pointwise(
    occ_pointwise_state *state, size_t in_channels, size_t out_channels, occ_arena *arena) {
    state->words = occ_words(in_channels);
    state->blocks = blocks_of(out_channels);
    state->padded_out = state->blocks * OCC_BLOCK;
    state->zero_blocks = occ_arena_take(arena, state->blocks * sizeof(bool));
    state->accumulators = occ_arena_take(arena, OCC_LUT_PIXELS * state->padded_out * sizeof(float));
    state->tables = occ_arena_take(arena, OCC_LUT_PIXELS * OCC_TABLE_STRIDE * sizeof(float));
    plan_epilogue(&state->epilogue, state->padded_out, arena);
}

void occ_plan_bytes(occ_bytes_state *state, size_t in_channels, size_t out_channels, occ_arena *arena) {
    memset(state, 0, sizeof(*state));
    occ_bytes_step *step = &state->step;
    step->groups = (in_channels + OCC_BYTES_GROUP - 1) / OCC_BYTES_GROUP;
    step->sixes = (in_channels + OCC_BYTES_SIX - 1) / OCC_BYTES_SIX;
    step->parts = (step->sixes + OCC_BYTES_SIXES - 1) / OCC_BYTES_SIXES;
    step->wide_blocks = (out_channels + 31) / 32;
    step->byte_stride = (in_channels + 11) / 12 * 12;
    step->blocks = blocks_of(out_channels);
    step->out_channels = out_channels;
    step->starts = occ_arena_take(arena, step->blocks * OCC_BLOCK * sizeof(int32_t));
    step->partial = occ_arena_take(arena, OCC_BYTES_AT_ONCE * OCC_BYTES_PASS * sizeof(int32_t));
    plan_epilogue(&step->epilogue, step->blocks * OCC_BLOCK, arena);
    state->bytes = occ_arena_take(arena, OCC_BYTES_AT_ONCE * step->byte_stride);
    step->bytes = state->bytes;
}

void occ_begin_bytes(
    occ_bytes_state *state, const occ_byte_weights *weights, const occ_epilogue *epilogue, double *sums) {
    occ_bytes_step *step = &state->step;
    const size_t padded = step->blocks * OCC_BLOCK;
    step->weights = weights->weights;
    step->lookup = weights->lookup;
    step->sums = sums;
    state->inverse = 1 / weights->scale;
    for (size_t o = 0; o < padded; o++) step->starts[o] = -128 * weights->sums[o];
    occ_fill_epilogue(&step->epilogue, epilogue, step->out_channels, padded);
    for (size_t o = 0; o < padded; o++) step->epilogue.alpha[o] *= weights->scale;
}

void occ_plan_body(occ_body_state *state, const occ_body *body, occ_arena *arena) {
    occ_plan_conv(&state->conv, &body->conv, arena);
    occ_plan_pointwise(&state->pointwise, body->conv.out_channels, body->out_channels, arena);
    if (body->bytes1x1.weights != NULL) {
        occ_plan_bytes(&state->bytes, body->conv.out_channels, body->out_channels, arena);
    }
    size_t row_words = body->conv.width * state->conv.words;
    state->row_signs = occ_arena_take(arena, row_words * sizeof(uint32_t));
    state->row_nonzero = occ_arena_take(arena, row_words * sizeof(uint32_t));
    state->row = occ_arena_take(arena, state->conv.out_width * body->conv.out_channels * sizeof(float));
    state->results = occ_arena_take(arena, OCC_BODY_PIXELS * body->out_channels * sizeof(float));
}

size_t occ_conv_workspace_bytes(const occ_conv *conv) {
    occ_arena arena = occ_arena_make(NULL);
    occ_conv_state state;
    occ_plan_conv(&state, conv, &arena);
    // A row on its way to another type.
    (void)occ_arena_take(&arena, state.out_width * conv->out_channels * sizeof(float));
    return occ_arena_bytes(&arena);
}

size_t occ_pointwise_workspace_bytes(size_t in_channels, size_t out_channels) {
    occ_arena arena = occ_arena_make(NULL);
    occ_pointwise_state state;
    occ_plan_pointwise(&state, in_channels, out_channels, &arena);
    return occ_arena_bytes(&arena);
}

size_t occ_bytes_workspace_bytes(size_t in_channels, size_t out_channels) {
    occ_arena arena = occ_arena_make(NULL);
    occ_bytes_state state;
    occ_plan_bytes(&state, in_channels, out_channels, &arena);
    // Pixels on their way from another type.
    (void)occ_arena_take(&arena, OCC_BYTES_AT_ONCE * in_channels * sizeof(float));
    return occ_arena_bytes(&arena);
}

size_t occ_body_workspace_bytes(const occ_body *body) {
    occ_arena arena = occ_arena_make(NULL);
    occ_body_state state;
    occ_plan_body(&state, body, &arena);
    return occ_arena_bytes(&arena);
}

bool occ_find_zero_blocks(
    const occ_weights *weights, size_t out_channels, size_t in_channels, size_t taps, bool *zero_blocks) {
    size_t words = occ_words(in_channels), blocks = blocks_of(out_channels);
    memset(zero_blocks, 0, blocks * sizeof(bool));
    if (weights->nonzero == NULL) return false;
    const uint32_t rest = (uint32_t)(in_channels % 32);
    const uint32_t tail = rest == 0 ? ~(uint32_t)0 : ((uint32_t)1 << rest) - 1;
    const uint32_t *nonzero = weights->nonzero;
    bool any = false;
    for (size_t block = 0; block < blocks; block++) {
        size_t left = out_channels - block * OCC_BLOCK, lanes = left < OCC_BLOCK ? left : OCC_BLOCK;
        for (size_t term = 0; term < taps * words; term++, nonzero += OCC_BLOCK) {
            const uint32_t all = term % words + 1 < words ? ~(uint32_t)0 : tail;
            for (size_t o = 0; o < lanes; o++) zero_blocks[block] |= nonzero[o] != all;
        }
        any |= zero_blocks[block];
    }
    return any;
}

static void fill(float *to, const float *from, float otherwise, size_t count, size_t padded) {
    for (size_t i = 0; i < padded; i++) to[i] = from != NULL && i < count ? from[i] : otherwise;
}

void occ_fill_epilogue(
    occ_padded_epilogue *padded, const occ_epilogue *epilogue, size_t channels, size_t padded_channels) {
    const occ_epilogue identity = {NULL, NULL, NULL, NULL, NULL};
    if (epilogue == NULL) epilogue = &identity;
    fill(padded->alpha, epilogue->alpha, 1, channels, padded_channels);
    fill(padded->beta, epilogue->beta, 0, channels, padded_channels);
    fill(padded->shift_in, epilogue->shift_in, 0, channels, padded_channels);
    fill(padded->slope, epilogue->slope, 1, channels, padded_channels);
    fill(padded->shift_out, epilogue->shift_out, 0, channels, padded_channels);
    padded->rprelu = epilogue->slope != NULL;
}

void occ_channel_means(const double *sums, size_t channels, size_t pixels, float *means) {
    for (size_t c = 0; c < channels; c++) means[c] = (float)(sums[c] / (double)pixels);
}

void occ_sigmoid(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = 1.0f / (1.0f + expf(-x[i]));
}

void occ_observe(const float *values, size_t count, occ_observation *seen) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof(bits));
        bits &= 0x7fffffff;
        if (bits > 0x7f800000) continue;
        const float magnitude = fabsf(values[i]);
        if (magnitude > seen->largest) seen->largest = magnitude;
        seen->bins[bits >> 20]++;
        seen->count++;
    }
}
