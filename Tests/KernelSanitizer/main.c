/// Runs every variant of the binary kernels against the scalar one, and that against naive loops.
///
/// Meant for a build with -fsanitize=address,undefined: every buffer is its own allocation of exactly the documented
/// size, at an odd alignment, so any access outside is caught. Prints one line per variant; exits 1 on a mismatch.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "BinaryKernels.h"
#include "ray_walk.h"
#include "resample.h"

static uint64_t random_state;
static int failures;

static uint64_t next_random(void) {
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// A value in -2 ..< 2, exactly zero with the given chance in 256.
static float random_value(unsigned zeros) {
    uint64_t r = next_random();
    if ((r & 255) < zeros) return r & 256 ? 0.0f : -0.0f;
    return (float)((double)(r >> 11) / 9007199254740992.0 * 4 - 2);
}

/// Memory with natural alignment only (4 bytes past a 16-byte boundary); leaked until `release_all`.
static void *pieces[4096];
static size_t piece_count;

static void *take(size_t bytes) {
    char *piece = malloc(bytes + 4);
    if (piece == NULL || piece_count == sizeof(pieces) / sizeof(pieces[0])) exit(2);
    memset(piece, 0xa5, bytes + 4);
    pieces[piece_count++] = piece;
    return piece + 4;
}

static void release_all(void) {
    while (piece_count > 0) free(pieces[--piece_count]);
}

static float *take_values(size_t count, unsigned zeros) {
    float *values = take(count * sizeof(float));
    for (size_t i = 0; i < count; i++) values[i] = random_value(zeros);
    return values;
}

static void check(bool ok, const char *variant, const char *what, const char *where) {
    if (ok) return;
    failures++;
    fprintf(stderr, "mismatch: %s: %s: %s\n", variant, what, where);
}

static bool same(const void *a, const void *b, size_t bytes) { return memcmp(a, b, bytes) == 0; }

static int sign_of(float value) { return (value > 0) - (value < 0); }

typedef struct shape {
    size_t height, width, in_channels, out_channels, kernel, stride;
} shape;

static occ_epilogue random_epilogue(size_t channels, bool rprelu) {
    occ_epilogue e = {take_values(channels, 0), take_values(channels, 0), NULL, NULL, NULL};
    if (rprelu) {
        e.shift_in = take_values(channels, 0);
        e.slope = take_values(channels, 0);
        e.shift_out = take_values(channels, 0);
    }
    return e;
}

static float apply(float a, const occ_epilogue *e, size_t o) {
    float y = fmaf(a, e->alpha[o], e->beta[o]);
    if (e->slope == NULL) return y;
    y += e->shift_in[o];
    volatile float scaled = e->slope[o] * y;
    return (y > 0 ? y : scaled) + e->shift_out[o];
}

/// The convolution by its definition.
static int naive_sum(
    const shape *s, const float *x, const float *oihw, size_t row, size_t column, size_t out) {
    long padding = (long)s->kernel / 2;
    int sum = 0;
    for (size_t tap = 0; tap < s->kernel * s->kernel; tap++) {
        long y = (long)(row * s->stride + tap / s->kernel) - padding;
        long z = (long)(column * s->stride + tap % s->kernel) - padding;
        if (y < 0 || z < 0 || y >= (long)s->height || z >= (long)s->width) continue;
        const float *pixel = x + ((size_t)y * s->width + (size_t)z) * s->in_channels;
        for (size_t c = 0; c < s->in_channels; c++) {
            sum += sign_of(pixel[c]) * sign_of(oihw[(out * s->in_channels + c) * s->kernel * s->kernel + tap]);
        }
    }
    return sum;
}

/// Makes every value but the zeros 1 or -1, which drives counters to their extremes.
static void flatten(float *values, size_t count, float to) {
    for (size_t i = 0; i < count; i++) values[i] = values[i] == 0 ? 0 : to;
}

/// Leaves zeros of `[out][per_channel]` weights in every third block of channels only, or in all if there is one.
static void leave_some_zeros(float *weights, size_t out, size_t per_channel) {
    if (out <= 16) return;
    for (size_t i = 0; i < out * per_channel; i++) {
        if (weights[i] == 0 && i / per_channel / 16 % 3 != 1) weights[i] = 1;
    }
}

/// `weight` is 0 for random values, or the weight that all have, all activations being 1.
static void test_conv(const shape *s, unsigned zeros_x, unsigned zeros_w, float weight, uint64_t seed) {
    random_state = seed;
    occ_conv conv = {s->height, s->width, s->in_channels, s->out_channels, s->kernel, s->stride};
    char where[200];
    snprintf(
        where, sizeof(where), "%zux%zu %zu->%zu k%zu s%zu zeros %u/%u all %g seed %llu", s->height, s->width,
        s->in_channels, s->out_channels, s->kernel, s->stride, zeros_x, zeros_w, (double)weight,
        (unsigned long long)seed);
    check(occ_conv_problem(&conv) == NULL, "all", "shape refused", where);
    const occ_kernels *scalar = occ_kernels_for(occ_isa_scalar);
    size_t pixels = s->height * s->width, words = occ_words(s->in_channels), taps = s->kernel * s->kernel;
    size_t out_height = occ_conv_out_height(&conv), out_width = occ_conv_out_width(&conv);
    size_t out_pixels = out_height * out_width, stride = s->out_channels + 3;
    float *x = take_values(pixels * s->in_channels, zeros_x);
    float *oihw = take_values(s->out_channels * s->in_channels * taps, zeros_w);
    if (seed & 1) leave_some_zeros(oihw, s->out_channels, s->in_channels * taps);
    if (weight != 0) {
        flatten(x, pixels * s->in_channels, 1);
        flatten(oihw, s->out_channels * s->in_channels * taps, weight);
    }
    size_t weight_words = occ_weight_words(s->out_channels, s->in_channels, s->kernel);
    uint32_t *weight_signs = take(weight_words * 4), *weight_nonzero = take(weight_words * 4);
    bool zero_weight = occ_pack_weights(
        oihw, s->out_channels, s->in_channels, s->kernel, weight_signs, weight_nonzero);
    occ_weights weights = {weight_signs, zero_weight ? weight_nonzero : NULL};
    uint32_t *signs = take(pixels * words * 4), *nonzero = take(pixels * words * 4);
    bool zero = scalar->pack_signs(occ_floats(x, s->in_channels), pixels, s->in_channels, NULL, NULL, signs, nonzero);
    bool expected_zero = false;
    for (size_t i = 0; i < pixels * s->in_channels; i++) expected_zero |= x[i] == 0;
    check(zero == expected_zero, "scalar", "zero detection", where);
    occ_signs activations = {signs, next_random() & 1 || zero ? nonzero : NULL};
    occ_epilogue epilogue = random_epilogue(s->out_channels, seed & 1);
    size_t bytes = occ_conv_workspace_bytes(&conv);
    void *workspace = take(bytes);

    size_t count = out_pixels * stride - 3;
    const occ_epilogue nothing = {NULL, NULL, NULL, NULL, NULL};
    float *reference = take(count * 4);
    scalar->binary_conv_f32(
        &conv, &activations, &weights, &nothing, 0, out_height, reference, stride, workspace);
    float *reference_f = take(count * 4);
    scalar->binary_conv_f32(
        &conv, &activations, &weights, &epilogue, 0, out_height, reference_f, stride, workspace);
    size_t step = out_pixels * s->out_channels * s->in_channels * taps > 4000000 ? 37 : 1;
    bool ok = true, ok_f = true;
    for (size_t i = 0; i < out_pixels * s->out_channels; i += step) {
        size_t p = i / s->out_channels, o = i % s->out_channels;
        int sum = naive_sum(s, x, oihw, p / out_width, p % out_width, o);
        ok &= reference[p * stride + o] == (float)sum;
        float y = apply((float)sum, &epilogue, o);
        ok_f &= same(&reference_f[p * stride + o], &y, 4);
    }
    check(ok, "scalar", "sums of binary_conv_f32 against naive", where);
    check(ok_f, "scalar", "binary_conv_f32 against naive", where);

    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        uint32_t *own_signs = take(pixels * words * 4), *own_nonzero = take(pixels * words * 4);
        check(
            k->pack_signs(occ_floats(x, s->in_channels), pixels, s->in_channels, NULL, NULL, own_signs, own_nonzero) == zero,
            k->name, "zero detection", where);
        check(same(own_signs, signs, pixels * words * 4), k->name, "sign plane", where);
        check(same(own_nonzero, nonzero, pixels * words * 4), k->name, "nonzero plane", where);
        void *own_workspace = take(bytes);
        float *out = take(count * 4);
        size_t half = out_height / 2;
        k->binary_conv_f32(
            &conv, &activations, &weights, &nothing, half, out_height, out, stride, own_workspace);
        k->binary_conv_f32(&conv, &activations, &weights, &nothing, 0, half, out, stride, own_workspace);
        check(same(out, reference, count * 4), k->name, "sums of binary_conv_f32", where);
        float *out_f = take(count * 4);
        k->binary_conv_f32(
            &conv, &activations, &weights, &epilogue, 0, out_height, out_f, stride, own_workspace);
        check(same(out_f, reference_f, count * 4), k->name, "binary_conv_f32", where);
    }
    release_all();
}

/// The 1x1 of bytes by its definition, into either type of map.
static void test_bytes(
    size_t pixels, size_t in, size_t out, const float *x, size_t x_stride, const float *oihw, const occ_weights *weights,
    const occ_epilogue *epilogue, const char *where) {
    const size_t padded = (out + 15) / 16 * 16;
    int8_t *bytes = take(occ_byte_weight_count(out, in));
    int32_t *byte_sums = take(padded * 4);
    occ_expand_weights(weights, out, in, bytes, byte_sums);
    uint16_t *lookup = take(occ_lookup_weight_count(out, in) * 2);
    const bool has_lookup = occ_expand_lookup(weights, out, in, lookup);
    check(has_lookup == (weights->nonzero == NULL), "all", "occ_expand_lookup finds zeros", where);
    // By lookup, where no weight is zero; into bfloat16 without.
    occ_byte_weights expanded = {bytes, byte_sums, has_lookup ? lookup : NULL, 0.0123f};
    const float inverse = 1 / expanded.scale;
    float *alpha = take(out * 4), *expected = take(pixels * out * 4);
    for (size_t o = 0; o < out; o++) alpha[o] = epilogue->alpha[o] * expanded.scale;
    occ_epilogue scaled = *epilogue;
    scaled.alpha = alpha;
    for (size_t p = 0; p < pixels; p++) {
        for (size_t o = 0; o < out; o++) {
            int sum = 0;
            for (size_t c = 0; c < in; c++) {
                const float value = x[p * x_stride + c] * inverse;
                const float clamped = value > 127 ? 127 : value < -127 ? -127 : value;
                sum += (int)rintf(clamped) * sign_of(oihw[o * in + c]);
            }
            expected[p * out + o] = apply((float)sum, &scaled, o);
        }
    }
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        void *workspace = take(occ_bytes_workspace_bytes(in, out));
        float *y = take(pixels * out * 4);
        k->pointwise_bytes(
            pixels, in, out, occ_floats(x, x_stride), &expanded, epilogue, occ_floats_out(y, out), NULL, workspace);
        check(same(y, expected, pixels * out * 4), k->name, "pointwise_bytes", where);
        expanded.lookup = NULL;
        uint16_t *halves = take(pixels * out * 2);
        const occ_target target = {halves, out, occ_element_bfloat16};
        k->pointwise_bytes(pixels, in, out, occ_floats(x, x_stride), &expanded, epilogue, target, NULL, workspace);
        bool rounded = true;
        for (size_t i = 0; i < pixels * out; i++) rounded &= halves[i] == occ_bfloat16(expected[i]);
        check(rounded, k->name, "pointwise_bytes into bfloat16", where);
        if (has_lookup) expanded.lookup = lookup;
    }
}

static void test_pointwise(size_t pixels, size_t in, size_t out, unsigned zeros_w, uint64_t seed) {
    random_state = seed;
    char where[200];
    snprintf(
        where, sizeof(where), "pixels %zu %zu->%zu zeros %u seed %llu", pixels, in, out, zeros_w,
        (unsigned long long)seed);
    size_t x_stride = in + 5, y_stride = out + 2, x_count = pixels * x_stride - 5, y_count = pixels * y_stride - 2;
    float *x = take_values(x_count, 20), *oihw = take_values(out * in, zeros_w);
    if (seed & 2) leave_some_zeros(oihw, out, in);
    size_t weight_words = occ_weight_words(out, in, 1);
    uint32_t *weight_signs = take(weight_words * 4), *weight_nonzero = take(weight_words * 4);
    bool zero_weight = occ_pack_weights(oihw, out, in, 1, weight_signs, weight_nonzero);
    occ_weights weights = {weight_signs, zero_weight ? weight_nonzero : NULL};
    occ_epilogue epilogue = random_epilogue(out, seed & 1), plain = {NULL, NULL, NULL, NULL, NULL};
    size_t bytes = occ_pointwise_workspace_bytes(in, out);
    float *reference = NULL;
    double *reference_sums = NULL;
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        void *workspace = take(bytes);
        float *y = take(y_count * 4);
        double *sums = take(out * 8 + 4);
        sums = (double *)(((uintptr_t)sums + 7) & ~(uintptr_t)7);
        for (size_t o = 0; o < out; o++) sums[o] = 1;
        if (isa == occ_isa_scalar) {
            k->pointwise_conv(pixels, in, out, x, x_stride, &weights, &plain, y, y_stride, NULL, workspace);
            double worst = 0;
            for (size_t p = 0; p < pixels; p++) {
                for (size_t o = 0; o < out; o++) {
                    double sum = 0;
                    for (size_t c = 0; c < in; c++) sum += (double)x[p * x_stride + c] * sign_of(oihw[o * in + c]);
                    double error = fabs(sum - (double)y[p * y_stride + o]);
                    if (error > worst) worst = error;
                }
            }
            check(worst < 1e-6 * (double)in + 1e-6, k->name, "pointwise_conv against naive", where);
        }
        k->pointwise_conv(pixels, in, out, x, x_stride, &weights, &epilogue, y, y_stride, sums, workspace);
        if (isa == occ_isa_scalar) {
            reference = y;
            reference_sums = sums;
        }
        check(same(y, reference, y_count * 4), k->name, "pointwise_conv", where);
        check(same(sums, reference_sums, out * 8), k->name, "pointwise_conv sums", where);
    }
    test_bytes(pixels, in, out, x, x_stride, oihw, &weights, &epilogue, where);
    release_all();
}

static void test_body(const shape *s, unsigned zeros_x, uint64_t seed) {
    random_state = seed;
    char where[200];
    snprintf(
        where, sizeof(where), "body %zux%zu %zu->%zu s%zu zeros %u seed %llu", s->height, s->width, s->in_channels,
        s->out_channels, s->stride, zeros_x, (unsigned long long)seed);
    size_t c = s->in_channels, out = s->out_channels, pixels = s->height * s->width, words = occ_words(c);
    occ_body body = {.conv = {s->height, s->width, c, c, 3, s->stride}, .out_channels = out};
    size_t out_pixels = occ_conv_out_height(&body.conv) * occ_conv_out_width(&body.conv);
    float *x = take_values(pixels * c, zeros_x);
    if (zeros_x != 0 && s->height > 4) {
        // A whole row without zeros, so that masked and plain rows meet.
        for (size_t i = 0; i < 3 * s->width * c; i++) x[i] = x[i] == 0 ? 1 : x[i];
    }
    float *scale = take_values(c, 0), *bias = take_values(c, 128);
    uint32_t *planes[4];
    size_t words3 = occ_weight_words(c, c, 3), words1 = occ_weight_words(out, c, 1);
    for (int i = 0; i < 4; i++) planes[i] = take((i < 2 ? words3 : words1) * 4);
    const unsigned zeros_w = seed & 1 ? 5 : 0;
    float *spatial = take_values(c * c * 9, zeros_w), *pointwise = take_values(out * c, zeros_w);
    leave_some_zeros(spatial, c, c * 9);
    const bool zero3 = occ_pack_weights(spatial, c, c, 3, planes[0], planes[1]);
    const bool zero1 = occ_pack_weights(pointwise, out, c, 1, planes[2], planes[3]);
    body.move_scale = scale;
    body.move_bias = bias;
    body.weights3x3 = (occ_weights){planes[0], zero3 ? planes[1] : NULL};
    body.weights1x1 = (occ_weights){planes[2], zero1 ? planes[3] : NULL};
    body.epilogue3x3 = random_epilogue(c, true);
    body.epilogue1x1 = random_epilogue(out, true);
    float *gate = take_values(out, 0), *identity = take_values(out_pixels * ((out + 1) / 2), 0);
    float *skip = take_values(out_pixels * out, 0);
    occ_residual residual = {
        .gate = gate, .identity = occ_floats(identity, (out + 1) / 2), .identity_channels = (out + 1) / 2,
        .skip = occ_floats(skip, out), .factor = 0.5f, .shift_in = gate, .slope = gate, .shift_out = gate};

    int8_t *bytes = take(occ_byte_weight_count(out, c));
    int32_t *byte_sums = take((out + 15) / 16 * 16 * 4);
    occ_expand_weights(&body.weights1x1, out, c, bytes, byte_sums);
    uint16_t *lookup = take(occ_lookup_weight_count(out, c) * 2);
    const bool has_lookup = occ_expand_lookup(&body.weights1x1, out, c, lookup);
    const occ_byte_weights expanded = {bytes, byte_sums, has_lookup ? lookup : NULL, 0.25f};
    float *reference = NULL, *reference_bytes = NULL;
    occ_observation reference_seen = {0};
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        float *y = take(out_pixels * out * 4);
        k->bdc_body(&body, occ_floats(x, c), occ_floats_out(y, out), NULL, take(occ_body_workspace_bytes(&body)));
        if (isa == occ_isa_scalar) {
            // By its parts.
            uint32_t *signs = take(pixels * words * 4), *nonzero = take(pixels * words * 4);
            k->pack_signs(occ_floats(x, c), pixels, c, scale, bias, signs, nonzero);
            float *middle = take(out_pixels * c * 4), *end = take(out_pixels * out * 4);
            occ_signs activations = {signs, nonzero};
            k->binary_conv_f32(
                &body.conv, &activations, &body.weights3x3, &body.epilogue3x3, 0, occ_conv_out_height(&body.conv),
                middle, c, take(occ_conv_workspace_bytes(&body.conv)));
            k->pointwise_conv(
                out_pixels, c, out, middle, c, &body.weights1x1, &body.epilogue1x1, end, out, NULL,
                take(occ_pointwise_workspace_bytes(c, out)));
            check(same(y, end, out_pixels * out * 4), k->name, "bdc_body against its parts", where);
        }
        // The same into bfloat16, rounded once.
        uint16_t *halves = take(out_pixels * out * 2);
        const occ_target half_target = {halves, out, occ_element_bfloat16};
        k->bdc_body(&body, occ_floats(x, c), half_target, NULL, take(occ_body_workspace_bytes(&body)));
        bool rounded = true;
        for (size_t i = 0; i < out_pixels * out; i++) rounded &= halves[i] == occ_bfloat16(y[i]);
        check(rounded, k->name, "bdc_body into bfloat16", where);
        // The same with bytes before the 1x1, and what that would have read.
        occ_body of_bytes = body;
        of_bytes.bytes1x1 = expanded;
        float *y_bytes = take(out_pixels * out * 4);
        k->bdc_body(
            &of_bytes, occ_floats(x, c), occ_floats_out(y_bytes, out), NULL, take(occ_body_workspace_bytes(&of_bytes)));
        uint64_t *bins = (uint64_t *)(((uintptr_t)take(2048 * 8 + 4) + 7) & ~(uintptr_t)7);
        memset(bins, 0, 2048 * 8);
        occ_observation seen = {0, 0, bins};
        k->observe_body(&body, occ_floats(x, c), &seen, take(occ_body_workspace_bytes(&body)));
        if (isa == occ_isa_scalar) {
            reference_bytes = y_bytes;
            reference_seen = seen;
        }
        check(same(y_bytes, reference_bytes, out_pixels * out * 4), k->name, "bdc_body of bytes", where);
        check(
            seen.count == out_pixels * c && seen.largest == reference_seen.largest
                && same(bins, reference_seen.bins, 2048 * 8),
            k->name, "observe_body", where);
        residual.x = occ_floats(y, out);
        residual.y = occ_floats_out(y, out);
        k->residual(&residual, out_pixels, out);
        if (isa == occ_isa_scalar) reference = y;
        check(same(y, reference, out_pixels * out * 4), k->name, "bdc_body and residual", where);
    }
    release_all();
}

/// Full-precision 3x3 by Winograd, in both layouts, against sums in double precision.
static void test_winograd(size_t height, size_t width, size_t in, size_t out, bool adds, uint64_t seed) {
    random_state = seed;
    char where[200];
    snprintf(where, sizeof(where), "winograd 2x%zux%zu %zu->%zu seed %llu", height, width, in, out, (unsigned long long)seed);
    const size_t images = 2, pixels = height * width, in_stride = in + 3;
    float *x = take_values(images * pixels * in_stride - 3, 10), *oihw = take_values(out * in * 9, 0);
    float *bias = take_values(out, 0), *before = take_values(images * pixels * out, 0);
    float *weights = take(occ_winograd_weight_floats(out, in) * 4);
    occ_winograd_pack(oihw, out, in, weights);
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL || k->winograd == NULL) continue;
        // Channels last with gaps in, blocks of 16 out.
        const occ_winograd w = {
            images, height, width, in, out, {in_stride, in, 0, pixels * in_stride}, {16, 16, pixels * 16, pixels * out},
            adds, seed & 1};
        float *y = take(images * pixels * out * 4);
        memcpy(y, before, images * pixels * out * 4);
        k->winograd(&w, x, weights, bias, y, take(occ_winograd_workspace_bytes(out, in)));
        bool ok = true;
        for (size_t i = 0; i < images * pixels * out; i += 7) {
            const size_t image = i / (pixels * out), o = i % (pixels * out) / (pixels * 16) * 16 + i % 16;
            const size_t pixel = i / 16 % pixels;
            double exact = (double)bias[o] + (adds ? (double)before[i] : 0), magnitude = 1;
            for (size_t tap = 0; tap < 9; tap++) {
                const size_t row = pixel / width + tap / 3, column = pixel % width + tap % 3;
                if (row < 1 || column < 1 || row > height || column > width) continue;
                for (size_t c = 0; c < in; c++) {
                    const double product =
                        (double)x[(image * pixels + (row - 1) * width + column - 1) * in_stride + c]
                        * (double)oihw[(o * in + c) * 9 + tap];
                    exact += product;
                    magnitude += fabs(product);
                }
            }
            if ((seed & 1) != 0 && exact < 0) exact = 0;
            ok &= fabs((double)y[i] - exact) <= magnitude / 65536;
        }
        check(ok, k->name, "winograd against naive", where);
    }
    release_all();
}

static void test_elementwise(size_t height, size_t width, size_t channels, uint64_t seed) {
    random_state = seed;
    char where[200];
    snprintf(where, sizeof(where), "%zux%zu %zu seed %llu", height, width, channels, (unsigned long long)seed);
    size_t pixels = height * width, stride = channels + 1, count = pixels * stride - 1;
    float *x = take_values(count, 10);
    void *references[3] = {0};
    size_t up_height = height * 2, up_width = width * 4, up = up_height * up_width * channels;
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        size_t pooled = (height / 2) * (width / 2) * channels;
        const size_t sizes[3] = {pooled * 4, up * 4, up * 4};
        void *results[3];
        for (int i = 0; i < 3; i++) {
            results[i] = (void *)(((uintptr_t)take(sizes[i] + 4) + 7) & ~(uintptr_t)7);
        }
        const occ_map map = occ_floats(x, stride);
        k->average_pool2x2(map, height, width, channels, occ_floats_out(results[0], channels));
        for (int i = 1; i < 3; i++) {
            k->resize_bilinear(
                map, height, width, channels, up_height, up_width, i == 1, occ_floats_out(results[i], channels));
        }
        static const char *const names[3] = {"average_pool2x2", "resize_bilinear aligned", "resize_bilinear"};
        for (int i = 0; i < 3; i++) {
            if (isa == occ_isa_scalar) references[i] = results[i];
            check(same(results[i], references[i], sizes[i]), k->name, names[i], where);
        }
    }
    release_all();
}

/// Maps of either type on both sides; `pair` chooses them. What was compared with the definition above stands for float32.
static void test_types(size_t height, size_t width, size_t channels, unsigned pair, uint64_t seed) {
    random_state = seed;
    char where[200];
    snprintf(
        where, sizeof(where), "types %u %zux%zu %zu seed %llu", pair, height, width, channels,
        (unsigned long long)seed);
    const occ_element in = pair & 1 ? occ_element_bfloat16 : occ_element_float32;
    const occ_element out = pair & 2 ? occ_element_bfloat16 : occ_element_float32;
    const size_t in_bytes = pair & 1 ? 2 : 4, out_bytes = pair & 2 ? 2 : 4;
    size_t pixels = height * width, stride = channels + 1, count = pixels * stride - 1, words = occ_words(channels);
    float *x = take_values(count, 10);
    void *own = take(count * in_bytes);
    for (size_t i = 0; i < count; i++) {
        const uint16_t half = occ_bfloat16(x[i]);
        x[i] = occ_bfloat16_value(half);
        memcpy((char *)own + i * in_bytes, in_bytes == 2 ? (const void *)&half : (const void *)&x[i], in_bytes);
    }
    const occ_map map = {own, stride, in}, floats = occ_floats(x, stride);
    float *scale = take_values(channels, 0), *bias = take_values(channels, 100);
    const size_t sizes[4] = {
        (height / 2) * (width / 2) * channels, 6 * pixels * channels, pixels * channels, pixels * channels};
    const occ_conv conv = {height, width, channels, channels, 3, 1};
    size_t weight_words = occ_weight_words(channels, channels, 3);
    uint32_t *bits = take(weight_words * 4), *kept = take(weight_words * 4);
    float *oihw = take_values(channels * channels * 9, 0);
    occ_pack_weights(oihw, channels, channels, 3, bits, kept);
    const occ_weights weights = {bits, NULL};
    const occ_epilogue epilogue = random_epilogue(channels, true);
    float *expected[4];
    uint32_t *planes = take(pixels * words * 8);
    for (int i = 0; i < 4; i++) expected[i] = take(sizes[i] * 4);
    for (int isa = -1; isa <= occ_isa_avx2_pairs; isa++) {
        const bool reference = isa < 0;
        const occ_kernels *k = occ_kernels_for(reference ? occ_isa_scalar : (occ_isa)isa);
        if (k == NULL) continue;
        const occ_map source = reference ? floats : map;
        occ_target y[4];
        for (int i = 0; i < 4; i++) {
            y[i] = reference ? occ_floats_out(expected[i], channels)
                             : (occ_target){take(sizes[i] * out_bytes), channels, out};
        }
        uint32_t *own_planes = reference ? planes : take(pixels * words * 8);
        k->pack_signs(source, pixels, channels, scale, bias, own_planes, own_planes + pixels * words);
        check(same(own_planes, planes, pixels * words * 8), k->name, "pack_signs", where);
        k->average_pool2x2(source, height, width, channels, y[0]);
        k->resize_bilinear(source, height, width, channels, 2 * height, 3 * width, seed & 1, y[1]);
        const occ_residual residual = {
            .x = source, .gate = scale, .identity = source, .identity_channels = (channels + 1) / 2, .skip = source,
            .factor = 0.5f, .slope = bias, .y = y[2]};
        k->residual(&residual, pixels, channels);
        const occ_signs signs = {own_planes, own_planes + pixels * words};
        void *workspace = take(occ_conv_workspace_bytes(&conv));
        if (y[3].element == occ_element_float32) {
            k->binary_conv_f32(&conv, &signs, &weights, &epilogue, 0, height, y[3].values, channels, workspace);
        } else {
            k->binary_conv_bf16(&conv, &signs, &weights, &epilogue, 0, height, y[3].values, channels, workspace);
        }
        static const char *const names[4] = {"average_pool2x2", "resize_bilinear", "residual", "binary_conv"};
        for (int i = 0; i < 4 && !reference; i++) {
            bool equal = true;
            for (size_t e = 0; e < sizes[i]; e++) {
                const uint16_t half = occ_bfloat16(expected[i][e]);
                const void *value = out_bytes == 2 ? (const void *)&half : (const void *)&expected[i][e];
                equal &= same((const char *)y[i].values + e * out_bytes, value, out_bytes);
            }
            check(equal, k->name, names[i], where);
        }
    }
    release_all();
}

/// Memory for numbers of eight bytes.
static void *take_wide(size_t bytes) { return (void *)(((uintptr_t)take(bytes + 4) + 7) & ~(uintptr_t)7); }

/// Rays through a small grid, from a random place, with bits in some cells.
static void test_rays(size_t count, unsigned occupied, uint64_t seed) {
    enum { x = 9, y = 7, z = 5, cell_count = (x + 2) * (y + 2) * (z + 2) };
    char where[128];
    snprintf(where, sizeof(where), "%zu rays, %u of 256 cells occupied, seed %llu", count, occupied, (unsigned long long)seed);
    random_state = seed;
    uint16_t *cells = take(cell_count * sizeof(uint16_t));
    for (size_t i = 0; i < cell_count; i++) {
        const size_t at[3] = {i / ((y + 2) * (z + 2)), i / (z + 2) % (y + 2), i % (z + 2)};
        const bool inside = at[0] > 0 && at[0] <= x && at[1] > 0 && at[1] <= y && at[2] > 0 && at[2] <= z;
        const uint64_t r = next_random();
        cells[i] = !inside ? 1u << 10 : (r & 255) < occupied ? (uint16_t)(r >> 8) & 0x3FF : 0;
    }
    occ_ray_walk walk = {
        .count = count, .size_m = 0.5, .strides = {(y + 2) * (z + 2), z + 2, 1}, .step_limit = 40, .first_bits = 0x1F,
        .second_bits = 0x3E0, .border_bit = 1u << 10, .cells = cells};
    const int sizes[3] = {x, y, z};
    for (int axis = 0; axis < 3; axis++) {
        double *directions = take_wide(count * sizeof(double));
        // Some lie along an axis.
        for (size_t i = 0; i < count; i++) directions[i] = i % 9 == (size_t)axis ? 1 : i % 9 < 3 ? 0 : random_value(0);
        walk.directions[axis] = directions;
        walk.corner_m[axis] = -1;
        walk.origin_m[axis] = -1 + 0.5 * (double)(next_random() % (uint64_t)(4 * sizes[axis])) / 4;
        walk.start[axis] = (double)(float)((walk.origin_m[axis] + 1) / 0.5);
        walk.voxel[axis] = (int32_t)walk.start[axis];
        walk.cell += (walk.voxel[axis] + 1) * walk.strides[axis];
    }
    void *references[3] = {NULL, NULL, NULL};
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        const size_t bytes[3] = {count * sizeof(uint16_t), count * sizeof(double), count * sizeof(double)};
        void *results[3] = {take(bytes[0]), take_wide(bytes[1]), take_wide(bytes[2])};
        occ_walk_rays((occ_isa)isa, &walk, results[0], results[1], results[2]);
        for (int i = 0; i < 3; i++) {
            if (references[i] == NULL) references[i] = results[i];
            check(same(results[i], references[i], bytes[i]), k->name, "walk_rays", where);
        }
    }
    release_all();
}

/// Both passes of a resize with random weights.
static void test_resample(size_t width, size_t outputs, size_t pairs, size_t rows, uint64_t seed) {
    char where[128];
    snprintf(where, sizeof(where), "%zu pixels to %zu by %zu, %zu rows, seed %llu", width, outputs, 2 * pairs, rows, (unsigned long long)seed);
    random_state = seed;
    const size_t twos = (outputs + 1) / 2, stride = outputs * 3 + OCC_RESAMPLE_SLACK;
    int32_t *offsets = take(2 * twos * sizeof(int32_t)), *weights = take(twos * pairs * 16 * sizeof(int32_t));
    for (size_t i = 0; i < 2 * twos; i++) offsets[i] = (int32_t)(next_random() % (width - 2 * pairs + 1)) * 3;
    for (size_t i = 0; i < twos * pairs * 16; i += 4) {
        const uint32_t low = (uint32_t)(next_random() & 0xFFF), high = (uint32_t)(next_random() & 0x7FF);
        for (size_t j = 0; j < 4; j++) weights[i + j] = (int32_t)(low | high << 16);
    }
    int32_t *down = take((rows + 1) / 2 * 2 * sizeof(int32_t));
    for (size_t i = 0; i < (rows + 1) / 2 * 2; i++) {
        down[i] = (int32_t)((next_random() & 0x7FF) | (rows % 2 == 1 && i / 2 == rows / 2 ? 0 : 0x02000000u));
    }
    const occ_across across = {outputs, pairs, offsets, weights};
    const uint8_t *sources[OCC_RESAMPLE_ROWS];
    for (size_t row = 0; row < OCC_RESAMPLE_ROWS; row++) {
        uint8_t *source = take(width * 3 + 2);
        for (size_t i = 0; i < width * 3; i++) source[i] = (uint8_t)next_random();
        sources[row] = source;
    }
    uint8_t *references[2] = {NULL, NULL};
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k == NULL) continue;
        uint8_t *narrowed = take(stride * rows), *output = take(outputs * 3);
        memset(narrowed, 0, stride * rows);
        for (size_t row = 0; row < rows; row += OCC_RESAMPLE_ROWS) {
            uint8_t *targets[OCC_RESAMPLE_ROWS];
            const size_t batch = rows - row < OCC_RESAMPLE_ROWS ? rows - row : OCC_RESAMPLE_ROWS;
            for (size_t i = 0; i < batch; i++) targets[i] = narrowed + (row + i) * stride;
            occ_resample_across((occ_isa)isa, &across, batch, sources, targets);
        }
        occ_resample_down((occ_isa)isa, down, rows, narrowed, stride, output, outputs * 3);
        if (references[0] == NULL) {
            references[0] = narrowed;
            references[1] = output;
        }
        for (size_t row = 0; row < rows; row++) {
            check(same(narrowed + row * stride, references[0] + row * stride, outputs * 3), k->name, "resample_across", where);
        }
        check(same(output, references[1], outputs * 3), k->name, "resample_down", where);
    }
    release_all();
}

int main(void) {
    static const size_t channels[] = {1, 3, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 100, 144, 255, 256, 512, 640};
    static const size_t sides[][2] = {{1, 1}, {1, 7}, {7, 1}, {2, 2}, {3, 9}, {5, 4}, {17, 13}, {4, 19}};
    const size_t channel_count = sizeof(channels) / sizeof(channels[0]), side_count = sizeof(sides) / sizeof(sides[0]);
    uint64_t seed = 1;
    size_t cases = 0;
    for (size_t i = 0; i < channel_count; i++) {
        for (size_t j = 0; j < side_count; j++) {
            const size_t in = channels[i], out = channels[(i * 5 + j * 7 + 3) % channel_count];
            // The largest products only on the smallest images.
            if (in * out * sides[j][0] * sides[j][1] > 4000000) continue;
            for (size_t stride = 1; stride <= 2; stride++) {
                const shape s = {sides[j][0], sides[j][1], in, out, (i + j) % 4 == 3 ? 1 : 3, stride};
                const unsigned zeros_x = (j + stride) % 3 == 0 ? 8 : 0, zeros_w = (i + stride) % 4 == 0 ? 8 : 0;
                test_conv(&s, zeros_x, zeros_w, 0, seed++);
                cases++;
                if (in <= 144 && out <= 144) test_body(&s, zeros_x, seed++);
            }
            test_pointwise(sides[j][0] * sides[j][1], in, out, j % 3 == 0 ? 8 : 0, seed++);
            if (in <= 144) test_elementwise(sides[j][0], sides[j][1], in, seed++);
            if (in <= 144) test_types(sides[j][0], sides[j][1], in, (unsigned)(i + j) % 4, seed++);
        }
    }
    for (size_t i = 0; i < 12; i++) test_rays(1 + i * 7, (unsigned)(i % 4) * 9, seed++);
    for (size_t i = 0; i < 24; i++) test_resample(12 + i * 3, 1 + i * 2 + i % 3, 1 + i % 5, 1 + i % 9, seed++);
    // The extremes of the counters, plain, masked and ternary.
    for (int zeros = 0; zeros < 4; zeros++) {
        for (int weight = -1; weight <= 1; weight += 2) {
            const shape s = {3, 4, 1280, 20, 3, 1};
            test_conv(&s, zeros & 1 ? 1 : 0, zeros & 2 ? 1 : 0, (float)weight, seed++);
            cases++;
        }
    }
    for (size_t i = 0; i < side_count; i++) test_winograd(sides[i][0], sides[i][1], 16 + 16 * (i % 3), 32, i % 2, seed++);
    // As many channels as 16 bits can count, and more.
    static const size_t many[] = {7264, 7296};
    for (size_t i = 0; i < 2; i++) {
        const shape s = {1, 2, many[i], 33, 3, 1};
        test_conv(&s, 0, 0, -1, seed++);
        cases++;
    }
    for (int isa = 0; isa <= occ_isa_avx2_pairs; isa++) {
        const occ_kernels *k = occ_kernels_for((occ_isa)isa);
        if (k != NULL) printf("%s: %zu convolution shapes compared\n", k->name, cases);
    }
    if (failures != 0) {
        fprintf(stderr, "%d mismatches\n", failures);
        return 1;
    }
    return 0;
}
