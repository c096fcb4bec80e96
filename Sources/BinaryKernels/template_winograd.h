/// Full-precision 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3), in blocks of tiles that stay in the caches.
///
/// A tile of 4x4 outputs reads 6x6 inputs. Both inputs and weights are transformed to 36 values, multiplied value by value as 36
/// matrix products over channels, and transformed back: 36 multiplications for 144. Source: Lavin and Gray, "Fast algorithms for
/// convolutional neural networks" (2016), section 4.3. Needs OCC_NAME, OCC_WINOGRAD_LANES (floats of a vector, 8 or 16) and
/// OCC_WINOGRAD_ROWS (tiles of one product by 16 output channels). Included once by each variant that has it.

#pragma STDC FP_CONTRACT ON

typedef float OCC_NAME(winograd_vector) __attribute__((vector_size(4 * OCC_WINOGRAD_LANES), aligned(4), may_alias));
#define OCC_LANES_AT(p) (*(OCC_NAME(winograd_vector) *)(p))
#define OCC_CONST_LANES_AT(p) (*(const OCC_NAME(winograd_vector) *)(p))
/// Vectors of one product's output channels.
#define OCC_WINOGRAD_VECTORS (OCC_BLOCK / OCC_WINOGRAD_LANES)

/// One column or row of the input's transform, in place, `step` vectors apart.
OCC_INLINE void OCC_NAME(winograd_in)(OCC_NAME(winograd_vector) *d, const size_t step) {
    const OCC_NAME(winograd_vector) d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    const OCC_NAME(winograd_vector) even = d4 - 4 * d2, odd = d3 - 4 * d1, difference = d4 - d2, twice = 2 * (d3 - d1);
    d[0] = 4 * d0 - 5 * d2 + d4;
    d[step] = even + odd;
    d[2 * step] = even - odd;
    d[3 * step] = difference + twice;
    d[4 * step] = difference - twice;
    d[5 * step] = 4 * d1 - 5 * d3 + d5;
}

/// Six values to four: one column or row of the output's transform.
OCC_INLINE void OCC_NAME(winograd_out)(
    const OCC_NAME(winograd_vector) *m, const size_t step, OCC_NAME(winograd_vector) *y, const size_t y_step) {
    const OCC_NAME(winograd_vector) sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    const OCC_NAME(winograd_vector) far_sum = m[3 * step] + m[4 * step], far_difference = m[3 * step] - m[4 * step];
    y[0] = m[0] + sum + far_sum;
    y[y_step] = difference + 2 * far_difference;
    y[2 * y_step] = sum + 4 * far_sum;
    y[3 * y_step] = difference + 8 * far_difference + m[5 * step];
}

/// Address of a channel of pixel 0.
OCC_INLINE size_t OCC_NAME(winograd_channel)(const occ_winograd_map *map, size_t channel) {
    return channel / map->block * map->block_stride + channel % map->block;
}

/// Transforms one tile into `[36][tile_stride]`, all input channels.
static void OCC_NAME(winograd_load)(
    const occ_winograd *w, const float *x, size_t row, size_t column, float *values, size_t tile_stride) {
    const size_t lanes = OCC_WINOGRAD_LANES;
    for (size_t c = 0; c < w->in_channels; c += lanes) {
        const float *from = x + OCC_NAME(winograd_channel)(&w->input, c);
        OCC_NAME(winograd_vector) d[36];
        for (size_t i = 0; i < 6; i++) {
            const size_t y = row + i;
            for (size_t j = 0; j < 6; j++) {
                const size_t z = column + j;
                // Rows and columns count from the padding's.
                const bool inside = y >= 1 && y <= w->height && z >= 1 && z <= w->width;
                d[6 * i + j] = inside
                    ? OCC_CONST_LANES_AT(from + ((y - 1) * w->width + (z - 1)) * w->input.pixel_stride)
                    : (OCC_NAME(winograd_vector)){0};
            }
        }
        for (size_t j = 0; j < 6; j++) OCC_NAME(winograd_in)(d + j, 6);
        for (size_t i = 0; i < 6; i++) OCC_NAME(winograd_in)(d + 6 * i, 1);
        for (size_t i = 0; i < 36; i++) OCC_LANES_AT(values + i * tile_stride + c) = d[i];
    }
}

/// Transforms one tile's products back, adds what is to be added and stores what lies within the image.
static void OCC_NAME(winograd_store)(
    const occ_winograd *w, const float *products, size_t tile_stride, const float *bias, float *y, size_t row,
    size_t column) {
    const size_t lanes = OCC_WINOGRAD_LANES, rows = w->height - row < 4 ? w->height - row : 4;
    const size_t columns = w->width - column < 4 ? w->width - column : 4;
    for (size_t c = 0; c < w->out_channels; c += lanes) {
        OCC_NAME(winograd_vector) m[36], half[24], result[16];
        for (size_t i = 0; i < 36; i++) m[i] = OCC_CONST_LANES_AT(products + i * tile_stride + c);
        for (size_t j = 0; j < 6; j++) OCC_NAME(winograd_out)(m + j, 6, half + j, 6);
        for (size_t i = 0; i < 4; i++) OCC_NAME(winograd_out)(half + 6 * i, 1, result + 4 * i, 1);
        float *to = y + OCC_NAME(winograd_channel)(&w->output, c);
        const OCC_NAME(winograd_vector) start = bias != NULL ? OCC_CONST_LANES_AT(bias + c) : (OCC_NAME(winograd_vector)){0};
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < columns; j++) {
                float *at = to + ((row + i) * w->width + column + j) * w->output.pixel_stride;
                OCC_NAME(winograd_vector) value = result[4 * i + j] + start;
                if (w->adds_to_output) value += OCC_CONST_LANES_AT(at);
                if (w->relu) {
                    for (size_t l = 0; l < lanes; l++) value[l] = value[l] > 0 ? value[l] : 0;
                }
                OCC_LANES_AT(at) = value;
            }
        }
    }
}

/// OCC_WINOGRAD_ROWS tiles by 16 output channels of one of the 36 products.
static void OCC_NAME(winograd_product)(
    size_t depth, const float *values, const float *weights, float *products, size_t out_channels) {
    OCC_NAME(winograd_vector) sums[OCC_WINOGRAD_ROWS][OCC_WINOGRAD_VECTORS] = {0};
    for (size_t k = 0; k < depth; k++) {
        OCC_NAME(winograd_vector) u[OCC_WINOGRAD_VECTORS];
#pragma unroll
        for (size_t v = 0; v < OCC_WINOGRAD_VECTORS; v++) {
            u[v] = OCC_CONST_LANES_AT(weights + k * OCC_BLOCK + v * OCC_WINOGRAD_LANES);
        }
#pragma unroll
        for (size_t r = 0; r < OCC_WINOGRAD_ROWS; r++) {
            const float value = values[r * depth + k];
#pragma unroll
            for (size_t v = 0; v < OCC_WINOGRAD_VECTORS; v++) sums[r][v] += value * u[v];
        }
    }
#pragma unroll
    for (size_t r = 0; r < OCC_WINOGRAD_ROWS; r++) {
#pragma unroll
        for (size_t v = 0; v < OCC_WINOGRAD_VECTORS; v++) {
            OCC_LANES_AT(products + r * out_channels + v * OCC_WINOGRAD_LANES) = sums[r][v];
        }
    }
}

/// All products of a block of tiles; those past the last, up to whole OCC_WINOGRAD_ROWS, are multiplied too.
static void OCC_NAME(winograd_multiply)(
    const occ_winograd *w, const float *values, const float *weights, float *products, size_t tiles) {
    const size_t in = w->in_channels, out = w->out_channels;
    for (size_t i = 0; i < 36; i++) {
        const float *v = values + i * OCC_WINOGRAD_TILES * in;
        float *p = products + i * OCC_WINOGRAD_TILES * out;
        for (size_t o = 0; o < out; o += OCC_BLOCK) {
            const float *u = weights + (i * out + o) * in;
            for (size_t t = 0; t < tiles; t += OCC_WINOGRAD_ROWS) {
                OCC_NAME(winograd_product)(in, v + t * in, u, p + t * out + o, out);
            }
        }
    }
}

static void OCC_NAME(winograd)(
    const occ_winograd *w, const float *x, const float *weights, const float *bias, float *y, void *workspace) {
    const size_t in = w->in_channels, out = w->out_channels;
    occ_arena arena = occ_arena_make(workspace);
    float *values = occ_arena_take(&arena, 36 * OCC_WINOGRAD_TILES * in * sizeof(float));
    float *products = occ_arena_take(&arena, 36 * OCC_WINOGRAD_TILES * out * sizeof(float));
    const size_t across = (w->width + 3) / 4, each = (w->height + 3) / 4 * across, count = w->images * each;
    for (size_t begin = 0; begin < count; begin += OCC_WINOGRAD_TILES) {
        const size_t tiles = count - begin < OCC_WINOGRAD_TILES ? count - begin : OCC_WINOGRAD_TILES;
        for (size_t t = 0; t < tiles; t++) {
            const size_t tile = (begin + t) % each, image = (begin + t) / each;
            OCC_NAME(winograd_load)(
                w, x + image * w->input.image_stride, tile / across * 4, tile % across * 4, values + t * in,
                OCC_WINOGRAD_TILES * in);
        }
        // What lies past the last tile is multiplied as well: numbers of ordinary speed.
        const size_t rest = (OCC_WINOGRAD_ROWS - tiles % OCC_WINOGRAD_ROWS) % OCC_WINOGRAD_ROWS;
        for (size_t i = 0; i < 36 && rest != 0; i++) {
            __builtin_memset(values + (i * OCC_WINOGRAD_TILES + tiles) * in, 0, rest * in * sizeof(float));
        }
        OCC_NAME(winograd_multiply)(w, values, weights, products, tiles);
        for (size_t t = 0; t < tiles; t++) {
            const size_t tile = (begin + t) % each, image = (begin + t) / each;
            OCC_NAME(winograd_store)(
                w, products + t * out, OCC_WINOGRAD_TILES * out, bias, y + image * w->output.image_stride,
                tile / across * 4, tile % across * 4);
        }
    }
}

#undef OCC_LANES_AT
#undef OCC_CONST_LANES_AT
#pragma STDC FP_CONTRACT OFF
