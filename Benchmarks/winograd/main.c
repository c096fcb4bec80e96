/// The kernels' Winograd convolution beside oneDNN's convolutions, one thread, on the 3x3 layers of the published networks.
///
/// Usage: winograd [calls]. `OCC_KERNELS` chooses the kernels, `ONEDNN_MAX_CPU_ISA` (`DNNL_MAX_CPU_ISA` in old builds) what oneDNN may
/// use. Each figure is the best of some calls, one of each kind in turn, in seconds of the thread, so that other processes cost cache
/// lines only. Weights are laid out beforehand.
#include <dnnl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "BinaryKernels.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *take(size_t bytes) {
    void *p = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    if (p == NULL) {
        fprintf(stderr, "winograd: cannot allocate %zu bytes\n", bytes);
        exit(3);
    }
    memset(p, 0, (bytes + 63) & ~(size_t)63);
    return p;
}

static float *values(size_t count, float scale) {
    float *p = take(count * sizeof(float));
    for (size_t i = 0; i < count; i++) p[i] = scale * ((float)rand() / (float)RAND_MAX * 2 - 1);
    return p;
}

static dnnl_engine_t engine;
static dnnl_stream_t stream;

/// A convolution of oneDNN in the layouts that it likes best, with its input and output.
typedef struct convolution {
    dnnl_primitive_t primitive;
    dnnl_memory_t x, weights, bias, y;
    const char *name;
} convolution;

static void reorder(dnnl_memory_t from, dnnl_memory_t to) {
    const dnnl_memory_desc_t *a, *b;
    dnnl_memory_get_memory_desc(from, &a);
    dnnl_memory_get_memory_desc(to, &b);
    dnnl_primitive_desc_t plan;
    dnnl_primitive_t primitive;
    dnnl_reorder_primitive_desc_create(&plan, a, engine, b, engine, NULL);
    dnnl_primitive_create(&primitive, plan);
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    dnnl_primitive_execute(primitive, stream, 2, arguments);
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(plan);
}

static dnnl_memory_t plain(const dnnl_dims_t dims, int axes, dnnl_format_tag_t tag, float *at) {
    dnnl_memory_desc_t md;
    dnnl_memory_t memory;
    dnnl_memory_desc_init_by_tag(&md, axes, dims, dnnl_f32, tag);
    dnnl_memory_create(&memory, &md, engine, at);
    return memory;
}

static bool plan(convolution *c, const occ_winograd *w, dnnl_alg_kind_t algorithm, float *x, float *oihw, float *bias) {
    const dnnl_dim_t n = (dnnl_dim_t)w->images, h = (dnnl_dim_t)w->height, v = (dnnl_dim_t)w->width;
    const dnnl_dim_t in = (dnnl_dim_t)w->in_channels, out = (dnnl_dim_t)w->out_channels;
    const dnnl_dims_t xs = {n, in, h, v}, ws = {out, in, 3, 3}, bs = {out}, ys = {n, out, h, v}, one = {1, 1};
    dnnl_memory_desc_t xm, wm, bm, ym;
    dnnl_memory_desc_init_by_tag(&xm, 4, xs, dnnl_f32, dnnl_format_tag_any);
    dnnl_memory_desc_init_by_tag(&wm, 4, ws, dnnl_f32, dnnl_format_tag_any);
    dnnl_memory_desc_init_by_tag(&bm, 1, bs, dnnl_f32, dnnl_x);
    dnnl_memory_desc_init_by_tag(&ym, 4, ys, dnnl_f32, dnnl_format_tag_any);
    dnnl_convolution_desc_t description;
    dnnl_convolution_forward_desc_init(
        &description, dnnl_forward_inference, algorithm, &xm, &wm, &bm, &ym, one, one, one);
    dnnl_primitive_desc_t made;
    if (dnnl_primitive_desc_create(&made, &description, NULL, engine, NULL) != dnnl_success) return false;
    dnnl_primitive_create(&c->primitive, made);
    dnnl_primitive_desc_query(made, dnnl_query_impl_info_str, 0, &c->name);
    dnnl_memory_create(&c->x, dnnl_primitive_desc_query_md(made, dnnl_query_src_md, 0), engine, DNNL_MEMORY_ALLOCATE);
    dnnl_memory_create(
        &c->weights, dnnl_primitive_desc_query_md(made, dnnl_query_weights_md, 0), engine, DNNL_MEMORY_ALLOCATE);
    dnnl_memory_create(&c->y, dnnl_primitive_desc_query_md(made, dnnl_query_dst_md, 0), engine, DNNL_MEMORY_ALLOCATE);
    c->bias = plain(bs, 1, dnnl_x, bias);
    reorder(plain(xs, 4, dnnl_nhwc, x), c->x);
    reorder(plain(ws, 4, dnnl_oihw, oihw), c->weights);
    return true;
}

static double run(const convolution *c) {
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, c->x}, {DNNL_ARG_WEIGHTS, c->weights}, {DNNL_ARG_BIAS, c->bias}, {DNNL_ARG_DST, c->y}};
    const double begin = now();
    dnnl_primitive_execute(c->primitive, stream, 4, arguments);
    return now() - begin;
}

static void bench(const occ_kernels *k, size_t images, size_t height, size_t width, size_t in, size_t out, int calls) {
    const size_t pixels = height * width;
    const occ_winograd w = {
        images, height, width, in, out, {in, in, 0, pixels * in}, {out, out, 0, pixels * out}, false, false};
    float *x = values(images * pixels * in, 1), *oihw = values(out * in * 9, 0.05f), *bias = values(out, 1);
    float *y = values(images * pixels * out, 1), *direct = values(images * pixels * out, 1);
    float *weights = take(occ_winograd_weight_floats(out, in) * sizeof(float));
    void *workspace = take(occ_winograd_workspace_bytes(out, in));
    occ_winograd_pack(oihw, out, in, weights);
    convolution kinds[2];
    const dnnl_alg_kind_t algorithms[2] = {dnnl_convolution_direct, dnnl_convolution_winograd};
    bool has[2];
    for (int i = 0; i < 2; i++) has[i] = plan(&kinds[i], &w, algorithms[i], x, oihw, bias);
    double best[3] = {1e9, 1e9, 1e9};
    for (int call = 0; call < calls; call++) {
        const double begin = now();
        k->winograd(&w, x, weights, bias, y, workspace);
        best[2] = fmin(best[2], now() - begin);
        for (int i = 0; i < 2; i++) {
            if (has[i]) best[i] = fmin(best[i], run(&kinds[i]));
        }
    }
    const double macs = 9.0 * (double)(images * pixels * in * out);
    printf(
        "%zu x %3zux%-3zu %3zu->%-3zu %s %7.1f ms %6.1f GMAC/s", images, height, width, in, out, k->name, best[2] * 1e3,
        macs / best[2] * 1e-9);
    for (int i = 0; i < 2; i++) {
        if (has[i]) printf("   %s %7.1f ms, %.2f times", kinds[i].name, best[i] * 1e3, best[i] / best[2]);
    }
    if (has[0]) {
        const dnnl_dims_t ys = {(dnnl_dim_t)images, (dnnl_dim_t)out, (dnnl_dim_t)height, (dnnl_dim_t)width};
        reorder(kinds[0].y, plain(ys, 4, dnnl_nhwc, direct));
        double worst = 0, largest = 0;
        for (size_t i = 0; i < images * pixels * out; i++) {
            worst = fmax(worst, fabs((double)y[i] - (double)direct[i]));
            largest = fmax(largest, fabs((double)direct[i]));
        }
        printf("   largest difference %.1e of %.1f", worst, largest);
    }
    printf("\n");
    fflush(stdout);
}

int main(int count, char **arguments) {
    const int calls = count > 1 ? atoi(arguments[1]) : 5;
    const char *problem = NULL;
    const occ_kernels *k = occ_kernels_from_environment(&problem);
    if (k == NULL || k->winograd == NULL) {
        fprintf(stderr, "winograd: %s\n", problem != NULL ? problem : "these kernels have no Winograd convolution");
        return 2;
    }
    dnnl_engine_create(&engine, dnnl_cpu, 0);
    dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    bench(k, 6, 64, 176, 64, 64, calls);
    bench(k, 6, 32, 88, 128, 128, calls);
    bench(k, 6, 16, 44, 256, 256, calls);
    bench(k, 6, 8, 22, 512, 512, calls);
    bench(k, 1, 8, 22, 512, 512, calls);
    bench(k, 1, 100, 100, 640, 512, calls);
    return 0;
}
