/// Elementwise kernels, compiled once per variant: plain loops that the compiler vectorises for the target at hand.
///
/// Needs OCC_NAME and OCC_NAME(pack_word). No guard: included once by each variant.

static const float OCC_NAME(ones)[32] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const float OCC_NAME(zeros)[32] = {0};

/// Packs one pixel; returns whether any value is zero.
OCC_INLINE bool OCC_NAME(pack_pixel)(
    const float *x, size_t channels, const float *scale, const float *bias,
    uint32_t *signs, uint32_t *nonzero) {
    const float *k = scale != NULL ? scale : OCC_NAME(ones);
    const float *b = bias != NULL ? bias : OCC_NAME(zeros);
    const size_t k_step = scale != NULL ? 32 : 0, b_step = bias != NULL ? 32 : 0;
    const size_t full = channels / 32, rest = channels % 32;
    uint32_t zeros = 0, other;
    for (size_t w = 0; w < full; w++) {
        OCC_NAME(pack_word)(x + w * 32, k + w * k_step, b + w * b_step, signs + w, &other);
        if (nonzero != NULL) nonzero[w] = other;
        zeros |= ~other;
    }
    if (rest != 0) {
        float x_tail[32] = {0}, k_tail[32] = {0}, b_tail[32] = {0};
        for (size_t i = 0; i < rest; i++) {
            x_tail[i] = x[full * 32 + i];
            k_tail[i] = k[full * k_step + i];
            b_tail[i] = b[full * b_step + i];
        }
        OCC_NAME(pack_word)(x_tail, k_tail, b_tail, signs + full, &other);
        if (nonzero != NULL) nonzero[full] = other;
        zeros |= ~other & (((uint32_t)1 << rest) - 1);
    }
    return zeros != 0;
}

static bool OCC_NAME(pack_signs)(
    const float *x, size_t x_stride, size_t pixels, size_t channels, const float *scale,
    const float *bias, uint32_t *signs, uint32_t *nonzero) {
    const size_t words = (channels + 31) / 32;
    bool any_zero = false;
    for (size_t p = 0; p < pixels; p++) {
        any_zero |= OCC_NAME(pack_pixel)(
            x + p * x_stride, channels, scale, bias, signs + p * words,
            nonzero != NULL ? nonzero + p * words : NULL);
    }
    return any_zero;
}

OCC_INLINE float OCC_NAME(rprelu_one)(float y, float shift_in, float slope, float shift_out) {
    float t = y + shift_in;
    float scaled = slope * t;
    t = t > 0 ? t : scaled;
    return t + shift_out;
}

/// RPReLU in place on `n` channels; the shifts may be NULL.
OCC_INLINE void OCC_NAME(rprelu_chunk)(
    float *restrict t, size_t n, const float *shift_in, const float *slope,
    const float *shift_out) {
    if (shift_in != NULL) {
        for (size_t i = 0; i < n; i++) t[i] += shift_in[i];
    }
    for (size_t i = 0; i < n; i++) {
        float scaled = slope[i] * t[i];
        t[i] = t[i] > 0 ? t[i] : scaled;
    }
    if (shift_out != NULL) {
        for (size_t i = 0; i < n; i++) t[i] += shift_out[i];
    }
}

/// Adds the identity of channels `c ..< c + n` of one pixel to `t`.
OCC_INLINE void OCC_NAME(add_identity)(
    const occ_residual *r, const float *identity, size_t channels, size_t c, size_t n, float *restrict t) {
    const size_t period = r->identity_channels != 0 ? r->identity_channels : channels;
    float gathered[OCC_CHUNK];
    const float *from = identity + c % period;
    if (c % period + n > period) {
        for (size_t i = 0; i < n; i++) gathered[i] = identity[(c + i) % period];
        from = gathered;
    }
    if (r->identity_scale != NULL && r->identity_shift != NULL) {
        const float *scale = r->identity_scale + c, *shift = r->identity_shift + c;
        for (size_t i = 0; i < n; i++) t[i] += __builtin_fmaf(from[i], scale[i], shift[i]);
    } else {
        for (size_t i = 0; i < n; i++) t[i] += from[i];
    }
}

static void OCC_NAME(residual)(const occ_residual *r, size_t pixels, size_t channels) {
    for (size_t p = 0; p < pixels; p++) {
        const float *x = r->x + p * r->x_stride;
        float *y = r->y + p * r->y_stride;
        for (size_t c = 0; c < channels; c += OCC_CHUNK) {
            const size_t n = channels - c < OCC_CHUNK ? channels - c : OCC_CHUNK;
            float t[OCC_CHUNK];
            if (r->gate != NULL) {
                for (size_t i = 0; i < n; i++) t[i] = x[c + i] * r->gate[c + i];
            } else {
                for (size_t i = 0; i < n; i++) t[i] = x[c + i];
            }
            if (r->identity != NULL) {
                OCC_NAME(add_identity)(r, r->identity + p * r->identity_stride, channels, c, n, t);
            }
            if (r->skip != NULL) {
                const float *skip = r->skip + p * r->skip_stride + c;
                for (size_t i = 0; i < n; i++) t[i] += skip[i];
            }
            if (r->factor != 1) {
                for (size_t i = 0; i < n; i++) t[i] *= r->factor;
            }
            if (r->slope != NULL) {
                OCC_NAME(rprelu_chunk)(
                    t, n, r->shift_in != NULL ? r->shift_in + c : NULL, r->slope + c,
                    r->shift_out != NULL ? r->shift_out + c : NULL);
            }
            for (size_t i = 0; i < n; i++) y[c + i] = t[i];
        }
    }
}

static void OCC_NAME(average_pool2x2)(
    const float *x, size_t x_stride, size_t height, size_t width, size_t channels, float *restrict y,
    size_t y_stride) {
    for (size_t row = 0; row + 1 < height; row += 2) {
        for (size_t column = 0; column + 1 < width; column += 2, y += y_stride) {
            const float *a = x + (row * width + column) * x_stride, *b = a + x_stride;
            const float *c = a + width * x_stride, *d = c + x_stride;
            for (size_t i = 0; i < channels; i++) y[i] = (((a[i] + b[i]) + c[i]) + d[i]) * 0.25f;
        }
    }
}

/// Source coordinate of an output coordinate along one axis, as PyTorch's `area_pixel_compute_source_index`.
OCC_INLINE void OCC_NAME(source)(
    size_t out, size_t in_size, size_t out_size, bool align_corners, size_t *low, size_t *high, float *weight) {
    float at;
    if (align_corners) {
        float scale = out_size > 1 ? (float)(in_size - 1) / (float)(out_size - 1) : 0;
        at = scale * (float)out;
    } else {
        float scale = (float)in_size / (float)out_size;
        at = scale * ((float)out + 0.5f);
        at = at - 0.5f;
        if (at < 0) at = 0;
    }
    *low = (size_t)at;
    if (*low > in_size - 1) *low = in_size - 1;
    *high = *low + 1 < in_size ? *low + 1 : *low;
    *weight = at - (float)*low;
    if (*weight > 1) *weight = 1;
}

static void OCC_NAME(resize_bilinear)(
    const float *x, size_t x_stride, size_t height, size_t width, size_t channels, size_t out_height,
    size_t out_width, bool align_corners, float *restrict y, size_t y_stride) {
    for (size_t row = 0; row < out_height; row++) {
        size_t top, bottom;
        float down;
        OCC_NAME(source)(row, height, out_height, align_corners, &top, &bottom, &down);
        const float up = 1 - down;
        for (size_t column = 0; column < out_width; column++, y += y_stride) {
            size_t left, right;
            float east;
            OCC_NAME(source)(column, width, out_width, align_corners, &left, &right, &east);
            const float west = 1 - east;
            const float *a = x + (top * width + left) * x_stride, *b = x + (top * width + right) * x_stride;
            const float *c = x + (bottom * width + left) * x_stride, *d = x + (bottom * width + right) * x_stride;
            for (size_t i = 0; i < channels; i++) {
                float above = a[i] * west + b[i] * east;
                float below = c[i] * west + d[i] * east;
                y[i] = above * up + below * down;
            }
        }
    }
}
