/// Matching cost of two images along the first one's rays, compiled once per variant.
///
/// Needs OCC_NAME. No guard: included once by each variant.

/// Sixteen values; the compiler splits them where registers are smaller. Every lane is rounded by itself, so that all
/// variants give the same bits.
typedef float OCC_NAME(stereo_lanes) __attribute__((vector_size(64), aligned(4)));
typedef uint32_t OCC_NAME(stereo_bits) __attribute__((vector_size(64), aligned(4)));

#define OCC_LANES_OF(v) {v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v}

/// Where a ray's bins lie in the adjacent map, in pixels of the map; far outside where they are behind its camera.
static void OCC_NAME(stereo_places)(
    const occ_stereo *s, const occ_stereo_view *view, float column, float row, float *restrict xs,
    float *restrict ys) {
    const float *u = view->undo_rotation, *m = view->combined, *o = view->origin, *k = view->intrinsics;
    const float *r = view->rotation, *t = view->translation;
    const float wide = s->image_width - 1, high = s->image_height - 1;
    const float x_scale = (float)(s->width - 1) / 2, y_scale = (float)(s->height - 1) / 2;
    const float px = column - t[0], py = row - t[1];
    for (size_t d = 0; d < s->bins; d++) {
        const float pz = s->depths[d] - t[2];
        // From the network's input to the original image, then to the adjacent camera.
        float x = u[0] * px + u[1] * py + u[2] * pz;
        float y = u[3] * px + u[4] * py + u[5] * pz;
        float z = u[6] * px + u[7] * py + u[8] * pz;
        x = x * z;
        y = y * z;
        const float cx = m[0] * x + m[1] * y + m[2] * z + o[0];
        const float cy = m[3] * x + m[4] * y + m[5] * z + o[1];
        const float cz = m[6] * x + m[7] * y + m[8] * z + o[2];
        const bool behind = cz < 1e-3f;
        // To the adjacent camera's original image, then to the network's input.
        const float iz = k[6] * cx + k[7] * cy + k[8] * cz;
        const float ix = (k[0] * cx + k[1] * cy + k[2] * cz) / iz;
        const float iy = (k[3] * cx + k[4] * cy + k[5] * cz) / iz;
        float gx = (r[0] * ix + r[1] * iy + t[0]) / wide * 2 - 1;
        float gy = (r[2] * ix + r[3] * iy + t[1]) / high * 2 - 1;
        gx = behind ? -2 : gx;
        gy = behind ? -2 : gy;
        xs[d] = (gx + 1) * x_scale;
        ys[d] = (gy + 1) * y_scale;
    }
}

/// Sum over channels of the distances between a pixel and a weighted mean of four.
OCC_INLINE float OCC_NAME(stereo_distance)(
    const float *pixel, const float *const corners[4], const float weights[4], size_t channels) {
    const OCC_NAME(stereo_lanes) w0 = OCC_LANES_OF(weights[0]), w1 = OCC_LANES_OF(weights[1]);
    const OCC_NAME(stereo_lanes) w2 = OCC_LANES_OF(weights[2]), w3 = OCC_LANES_OF(weights[3]);
    const OCC_NAME(stereo_bits) magnitude = OCC_LANES_OF(0x7fffffffu);
    OCC_NAME(stereo_lanes) sum = OCC_LANES_OF(0);
    for (size_t c = 0; c < channels; c += 16) {
        OCC_NAME(stereo_lanes) value = *(const OCC_NAME(stereo_lanes) *)(corners[0] + c) * w0;
        value += *(const OCC_NAME(stereo_lanes) *)(corners[1] + c) * w1;
        value += *(const OCC_NAME(stereo_lanes) *)(corners[2] + c) * w2;
        value += *(const OCC_NAME(stereo_lanes) *)(corners[3] + c) * w3;
        value = *(const OCC_NAME(stereo_lanes) *)(pixel + c) - value;
        sum += (OCC_NAME(stereo_lanes))((OCC_NAME(stereo_bits))value & magnitude);
    }
    float parts[16];
    memcpy(parts, &sum, sizeof(parts));
    for (size_t half = 8; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) parts[i] += parts[i + half];
    }
    return parts[0];
}

static void OCC_NAME(stereo_cost)(
    const occ_stereo *s, const occ_stereo_view *view, const float *current, const float *adjacent, float *cost,
    float *workspace) {
    const size_t channels = s->channels, pixels = s->height * s->width, bins = s->bins;
    float *xs = workspace, *ys = xs + bins, *row_cost = ys + bins;
    const float width = (float)s->width, height = (float)s->height;
    const float nothing[4] = {0};
    for (size_t row = 0; row < s->height; row++) {
        for (size_t column = 0; column < s->width; column++) {
            const size_t pixel = row * s->width + column;
            const float *own = current + pixel * channels;
            OCC_NAME(stereo_places)(s, view, s->columns[column], s->rows[row], xs, ys);
            float outside = -1;
            float smallest = INFINITY;
            for (size_t d = 0; d < bins; d++) {
                float distance;
                // Not a number is outside.
                if (xs[d] > -1 && xs[d] < width && ys[d] > -1 && ys[d] < height) {
                    const float left = floorf(xs[d]), top = floorf(ys[d]);
                    const float w = xs[d] - left, n = ys[d] - top;
                    const float e = 1 - w, south = 1 - n;
                    float weights[4] = {south * e, south * w, n * e, n * w};
                    const float *corners[4];
                    const ptrdiff_t x = (ptrdiff_t)left, y = (ptrdiff_t)top;
                    for (int i = 0; i < 4; i++) {
                        const ptrdiff_t cx = x + (i & 1), cy = y + (i >> 1);
                        const bool inside =
                            cx >= 0 && cy >= 0 && cx < (ptrdiff_t)s->width && cy < (ptrdiff_t)s->height;
                        if (!inside) weights[i] = 0;
                        corners[i] = adjacent + (inside ? (size_t)cy * s->width + (size_t)cx : 0) * channels;
                    }
                    distance = OCC_NAME(stereo_distance)(own, corners, weights, channels);
                    const size_t probe = channels - 4;
                    const float probed = corners[0][probe] * weights[0] + corners[1][probe] * weights[1]
                        + corners[2][probe] * weights[2] + corners[3][probe] * weights[3];
                    if (probed == 0) distance += s->bias;
                } else {
                    if (outside < 0) {
                        const float *const corners[4] = {adjacent, adjacent, adjacent, adjacent};
                        outside = OCC_NAME(stereo_distance)(own, corners, nothing, channels) + s->bias;
                    }
                    distance = outside;
                }
                row_cost[d] = distance;
                smallest = distance < smallest ? distance : smallest;
            }
            float sum = 0;
            for (size_t d = 0; d < bins; d++) {
                row_cost[d] = expf(smallest - row_cost[d]);
                sum += row_cost[d];
            }
            for (size_t d = 0; d < bins; d++) row_cost[d] = row_cost[d] / sum;
            for (size_t d = bins; d < s->padded_bins; d++) row_cost[d] = 0;
            for (size_t first = 0; first < s->padded_bins; first += s->block) {
                memcpy(cost + first * pixels + pixel * s->block, row_cost + first, s->block * sizeof(float));
            }
        }
    }
}

#undef OCC_LANES_OF
