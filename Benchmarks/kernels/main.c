/// Multiply-adds per cycle of the binary kernels, one thread, for every variant that this machine runs.
///
/// Usage: kernels [variant] [--quick]. "cache": a 16 x 16 image, whose data stays in the caches; "layer": whole layers
/// of the published networks, with maps of float32, of bfloat16, and of bfloat16 with bytes before the 1x1, whose calls
/// alternate. The cycle is that of the core clock, measured by a chain of dependent additions just before each figure;
/// each figure is the best of several runs in seconds of the thread, since other work can only slow a run down.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "BinaryKernels.h"

static uint64_t state = 1;

static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void *take(size_t bytes) {
    void *p = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    if (p == NULL) {
        fprintf(stderr, "kernels: cannot allocate %zu bytes\n", bytes);
        exit(3);
    }
    memset(p, 0, (bytes + 63) & ~(size_t)63);
    return p;
}

static float *values(size_t count) {
    float *p = take(count * sizeof(float));
    for (size_t i = 0; i < count; i++) p[i] = (float)(int64_t)next_random() / 9.3e18f + 1e-6f;
    return p;
}

typedef struct job {
    const occ_kernels *kernels;
    occ_body body;
    size_t in, out;
    occ_signs activations;
    occ_map x;
    occ_target y;
    float *middle;
    double *sums;
    occ_residual residual;
    void *workspace;
} job;

static void run_conv(const job *j) {
    j->kernels->binary_conv_f32(
        &j->body.conv, &j->activations, &j->body.weights3x3, &j->body.epilogue3x3, 0,
        occ_conv_out_height(&j->body.conv), j->middle, j->in, j->workspace);
}

static size_t out_pixels(const job *j) {
    return occ_conv_out_height(&j->body.conv) * occ_conv_out_width(&j->body.conv);
}

static void run_pointwise(const job *j) {
    j->kernels->pointwise_conv(
        out_pixels(j), j->in, j->out, j->middle, j->in, &j->body.weights1x1, &j->body.epilogue1x1,
        (float *)j->y.values, j->out, j->sums, j->workspace);
}

static void run_pack(const job *j) {
    j->kernels->pack_signs(
        j->x, j->body.conv.height * j->body.conv.width, j->in, j->body.move_scale, j->body.move_bias,
        (uint32_t *)j->activations.signs, NULL);
}

static void run_body(const job *j) {
    j->kernels->bdc_body(&j->body, j->x, j->y, j->sums, j->workspace);
}

static void run_residual(const job *j) { j->kernels->residual(&j->residual, out_pixels(j), j->out); }

static void run_pool(const job *j) {
    j->kernels->average_pool2x2(j->x, j->body.conv.height, j->body.conv.width, j->in, j->y);
}

/// Doubles the first quarter of the map.
static void run_resize(const job *j) {
    const size_t height = j->body.conv.height / 2, width = j->body.conv.width / 2;
    j->kernels->resize_bilinear(j->x, height, width, j->in, 2 * height, 2 * width, false, j->y);
}

/// Best seconds of one call of each job, whose calls alternate, so that other work on the machine hits all of them.
static void compare(void (*run)(const job *), const job *jobs, size_t count, bool quick, double *best) {
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        run(&jobs[i]);
        best[i] = 1e9;
    }
    for (int attempt = 0; attempt < (quick ? 3 : 15) || total < (quick ? 0.02 : 0.2) * (double)count; attempt++) {
        for (size_t i = 0; i < count; i++) {
            double begin = now();
            int calls = 0;
            double passed;
            do {
                run(&jobs[i]);
                calls++;
                passed = now() - begin;
            } while (passed < 0.001);
            total += passed;
            if (passed / calls < best[i]) best[i] = passed / calls;
        }
    }
}

static double seconds(void (*run)(const job *), const job *j, bool quick) {
    double best;
    compare(run, j, 1, quick, &best);
    return best;
}

static void run_bytes(const job *j) {
    j->kernels->pointwise_bytes(
        out_pixels(j), j->in, j->out, occ_floats(j->middle, j->in), &j->body.bytes1x1, &j->body.epilogue1x1, j->y,
        j->sums, j->workspace);
}

/// Times what reads or writes maps, by element type.
static void bench_elements(const job *j, bool quick) {
    static const struct {
        const char *name;
        void (*run)(const job *);
    } works[] = {{"pack", run_pack}, {"body", run_body}, {"residual", run_residual}, {"pool", run_pool}, {"x2", run_resize}};
    const size_t count = j->body.conv.height * j->body.conv.width * j->in;
    uint16_t *x = take(count * 2), *y = take(count * 2);
    job jobs[3] = {*j, *j, *j};
    for (size_t i = 0; i < count; i++) x[i] = occ_bfloat16(((const float *)j->x.values)[i]);
    jobs[1].x = (occ_map){x, j->in, occ_element_bfloat16};
    jobs[1].y = (occ_target){y, j->out, occ_element_bfloat16};
    jobs[1].residual.x = (occ_map){y, j->out, occ_element_bfloat16};
    jobs[1].residual.identity = jobs[1].x;
    jobs[1].residual.y = jobs[1].y;
    int8_t *weights = take(occ_byte_weight_count(j->out, j->in));
    int32_t *weight_sums = take((j->out + 15) / 16 * 16 * sizeof(int32_t));
    uint16_t *lookup = take(occ_lookup_weight_count(j->out, j->in) * sizeof(uint16_t));
    if (!occ_expand_lookup(&j->body.weights1x1, j->out, j->in, lookup)) exit(3);
    occ_expand_weights(&j->body.weights1x1, j->out, j->in, weights, weight_sums);
    jobs[2] = jobs[1];
    jobs[2].body.bytes1x1 = (occ_byte_weights){weights, weight_sums, lookup, 0.01f};
    size_t bytes = occ_body_workspace_bytes(&jobs[2].body), other = occ_bytes_workspace_bytes(j->in, j->out);
    jobs[2].workspace = take(bytes > other ? bytes : other);
    printf("%-7s ", j->kernels->name);
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        double best[3];
        compare(works[i].run, jobs, works[i].run == run_body ? 3 : 2, quick, best);
        printf("  %s %.3f, bf16 %.3f", works[i].name, best[0] * 1e3, best[1] * 1e3);
        if (works[i].run == run_body) printf(", int8 %.3f", best[2] * 1e3);
        printf(" ms");
    }
    printf("  1x1 of int8 %.3f ms", seconds(run_bytes, &jobs[2], quick) * 1e3);
    free(jobs[2].workspace);
    free(weights);
    free(weight_sums);
    free(lookup);
    printf("\n");
    free(x);
    free(y);
}

static void bench(
    const occ_kernels *k, const char *form, size_t side, size_t channels, size_t stride, bool masked, bool quick) {
    job j = {.kernels = k, .in = channels, .out = channels};
    size_t pixels = side * side, words = occ_words(channels);
    j.body.conv = (occ_conv){side, side, channels, channels, 3, stride};
    j.body.out_channels = channels;
    j.body.move_scale = values(channels);
    j.body.move_bias = values(channels);
    size_t words3 = occ_weight_words(channels, channels, 3), words1 = occ_weight_words(channels, channels, 1);
    uint32_t *w3 = take(words3 * 4), *w1 = take(words1 * 4), *zeros = take(words3 * 4);
    float *oihw = values(channels * channels * 9);
    occ_pack_weights(oihw, channels, channels, 3, w3, zeros);
    occ_pack_weights(oihw, channels, channels, 1, w1, zeros);
    j.body.weights3x3 = (occ_weights){w3, NULL};
    j.body.weights1x1 = (occ_weights){w1, NULL};
    j.body.epilogue3x3 = (occ_epilogue){
        values(channels), values(channels), values(channels), values(channels), values(channels)};
    j.body.epilogue1x1 = j.body.epilogue3x3;
    float *x = values(pixels * channels);
    if (masked) x[0] = x[pixels * channels / 2] = 0;
    j.x = occ_floats(x, channels);
    uint32_t *signs = take(pixels * words * 4), *nonzero = take(pixels * words * 4);
    k->pack_signs(occ_floats(x, channels), pixels, channels, NULL, NULL, signs, nonzero);
    if (masked) {
        for (size_t i = 0; i < pixels; i++) {
            nonzero[i * words] &= ~(uint32_t)1;
            signs[i * words] &= ~(uint32_t)1;
        }
    }
    j.activations = (occ_signs){signs, masked ? nonzero : NULL};
    j.middle = values(pixels * channels);
    float *y = values(pixels * channels);
    j.y = occ_floats_out(y, channels);
    j.sums = take(channels * sizeof(double));
    j.workspace = take(occ_body_workspace_bytes(&j.body));
    j.residual = (occ_residual){
        .x = occ_floats(y, channels), .gate = j.body.move_scale, .identity = j.x, .factor = 1, .y = j.y};

    double hz = clock_hz();
    double macs = (double)out_pixels(&j) * (double)channels * (double)channels;
    double conv = seconds(run_conv, &j, quick), pointwise = seconds(run_pointwise, &j, quick);
    printf(
        "%-7s %-5s %3zux%-3zu C=%-4zu s%zu%s %5.2f GHz  3x3 %6.1f MAC/cycle %8.3f ms   1x1 %5.1f MAC/cycle %8.3f ms",
        k->name, form, side, side, channels, stride, masked ? " masked" : "       ", hz * 1e-9, 9 * macs / conv / hz,
        conv * 1e3, macs / pointwise / hz, pointwise * 1e3);
    printf("\n");
    if (!masked) bench_elements(&j, quick);
    fflush(stdout);
    free((void *)j.body.move_scale);
    free((void *)j.body.move_bias);
    free(w3);
    free(w1);
    free(zeros);
    free(oihw);
    free((void *)j.body.epilogue3x3.alpha);
    free((void *)j.body.epilogue3x3.beta);
    free((void *)j.body.epilogue3x3.shift_in);
    free((void *)j.body.epilogue3x3.slope);
    free((void *)j.body.epilogue3x3.shift_out);
    free(x);
    free(signs);
    free(nonzero);
    free(j.middle);
    free(y);
    free(j.sums);
    free(j.workspace);
}

int main(int count, char **arguments) {
    const char *only = NULL;
    bool quick = false;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--quick") == 0) {
            quick = true;
        } else {
            only = arguments[i];
        }
    }
    const char *problem = NULL;
    if (only != NULL && occ_kernels_named(only, &problem) == NULL) {
        fprintf(stderr, "kernels: %s: %s\n", only, problem);
        return 2;
    }
    static const occ_isa isas[] = {
        occ_isa_avx512, occ_isa_avx2, occ_isa_avx2_pairs, occ_isa_neon, occ_isa_scalar};
    for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
        const occ_kernels *k = occ_kernels_for(isas[i]);
        if (k == NULL || (only != NULL && strcmp(only, k->name) != 0)) continue;
        for (size_t channels = 64; channels <= 512; channels *= 2) bench(k, "cache", 16, channels, 1, false, quick);
        if (isas[i] == occ_isa_scalar) continue;
        bench(k, "cache", 16, 256, 1, true, quick);
        bench(k, "layer", 200, 128, 1, false, quick);
        bench(k, "layer", 200, 256, 1, false, quick);
        bench(k, "layer", 100, 128, 1, false, quick);
        bench(k, "layer", 100, 256, 1, false, quick);
        bench(k, "layer", 100, 512, 1, false, quick);
        bench(k, "layer", 50, 256, 1, false, quick);
        bench(k, "layer", 25, 512, 1, false, quick);
        bench(k, "layer", 100, 128, 2, false, quick);
    }
    return 0;
}
