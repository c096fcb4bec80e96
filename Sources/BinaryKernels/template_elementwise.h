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

/// Channels `c ..< c + n` of one pixel of bfloat16.
OCC_INLINE bool OCC_NAME(pack_narrow_chunk)(
    occ_map x, size_t c, const size_t n, const float *scale, const float *bias, uint32_t *signs, uint32_t *nonzero) {
    _Alignas(64) float buffer[OCC_CHUNK];
    return OCC_NAME(pack_pixel)(
        occ_widened(occ_map_at(x, 0, c), n, buffer), n, scale != NULL ? scale + c : NULL,
        bias != NULL ? bias + c : NULL, signs + c / 32, nonzero != NULL ? nonzero + c / 32 : NULL);
}

/// Packs one pixel of bfloat16, widening a chunk at a time.
OCC_INLINE bool OCC_NAME(pack_narrow_pixel)(
    occ_map x, size_t channels, const float *scale, const float *bias, uint32_t *signs, uint32_t *nonzero) {
    bool any_zero = false;
    size_t c = 0;
    for (; c + OCC_CHUNK <= channels; c += OCC_CHUNK) {
        any_zero |= OCC_NAME(pack_narrow_chunk)(x, c, OCC_CHUNK, scale, bias, signs, nonzero);
    }
    if (c < channels) any_zero |= OCC_NAME(pack_narrow_chunk)(x, c, channels - c, scale, bias, signs, nonzero);
    return any_zero;
}

static bool OCC_NAME(pack_signs)(
    occ_map x, size_t pixels, size_t channels, const float *scale, const float *bias, uint32_t *signs,
    uint32_t *nonzero) {
    const size_t words = (channels + 31) / 32;
    bool any_zero = false;
    for (size_t p = 0; p < pixels; p++) {
        uint32_t *other = nonzero != NULL ? nonzero + p * words : NULL;
        if (x.element == occ_element_float32) {
            const float *values = (const float *)x.values + p * x.stride;
            any_zero |= OCC_NAME(pack_pixel)(values, channels, scale, bias, signs + p * words, other);
        } else {
            any_zero |= OCC_NAME(pack_narrow_pixel)(
                occ_map_at(x, p, 0), channels, scale, bias, signs + p * words, other);
        }
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
    const occ_residual *r, size_t pixel, size_t channels, size_t c, size_t n, float *restrict t) {
    const size_t period = r->identity_channels != 0 ? r->identity_channels : channels;
    _Alignas(64) float gathered[OCC_CHUNK];
    const float *from = gathered;
    if (c % period + n > period) {
        const occ_map identity = occ_map_at(r->identity, pixel, 0);
        for (size_t i = 0; i < n; i++) gathered[i] = occ_load(identity.values, identity.element, (c + i) % period);
    } else {
        from = occ_widened(occ_map_at(r->identity, pixel, c % period), n, gathered);
    }
    if (r->identity_scale != NULL && r->identity_shift != NULL) {
        const float *scale = r->identity_scale + c, *shift = r->identity_shift + c;
        for (size_t i = 0; i < n; i++) t[i] += __builtin_fmaf(from[i], scale[i], shift[i]);
    } else {
        for (size_t i = 0; i < n; i++) t[i] += from[i];
    }
}

/// Channels `c ..< c + n` of one pixel.
OCC_INLINE void OCC_NAME(residual_chunk)(
    const occ_residual *r, size_t pixel, size_t channels, size_t c, const size_t n) {
    _Alignas(64) float t[OCC_CHUNK];
    _Alignas(64) float widened[OCC_CHUNK];
    const float *x = occ_widened(occ_map_at(r->x, pixel, c), n, widened);
    if (r->gate != NULL) {
        for (size_t i = 0; i < n; i++) t[i] = x[i] * r->gate[c + i];
    } else {
        for (size_t i = 0; i < n; i++) t[i] = x[i];
    }
    if (r->identity.values != NULL) OCC_NAME(add_identity)(r, pixel, channels, c, n, t);
    if (r->skip.values != NULL) {
        const float *skip = occ_widened(occ_map_at(r->skip, pixel, c), n, widened);
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
    occ_narrow(t, n, occ_target_at(r->y, pixel, c));
}

static void OCC_NAME(residual)(const occ_residual *r, size_t pixels, size_t channels) {
    for (size_t p = 0; p < pixels; p++) {
        size_t c = 0;
        // A constant length makes loops without remainders.
        for (; c + OCC_CHUNK <= channels; c += OCC_CHUNK) OCC_NAME(residual_chunk)(r, p, channels, c, OCC_CHUNK);
        if (c < channels) OCC_NAME(residual_chunk)(r, p, channels, c, channels - c);
    }
}

OCC_INLINE void OCC_NAME(average_pool_typed)(
    const occ_element in, const occ_element out, occ_map x, size_t height, size_t width, size_t channels,
    occ_target y) {
    size_t pixel = 0;
    for (size_t row = 0; row + 1 < height; row += 2) {
        for (size_t column = 0; column + 1 < width; column += 2, pixel++) {
            const size_t first = row * width + column;
            const void *a = occ_map_at(x, first, 0).values, *b = occ_map_at(x, first + 1, 0).values;
            const void *c = occ_map_at(x, first + width, 0).values, *d = occ_map_at(x, first + width + 1, 0).values;
            void *restrict to = occ_target_at(y, pixel, 0).values;
            for (size_t i = 0; i < channels; i++) {
                const float sum = ((occ_load(a, in, i) + occ_load(b, in, i)) + occ_load(c, in, i)) + occ_load(d, in, i);
                occ_store(to, out, i, sum * 0.25f);
            }
        }
    }
}

static void OCC_NAME(average_pool2x2)(occ_map x, size_t height, size_t width, size_t channels, occ_target y) {
    OCC_BY_ELEMENTS(x.element, y.element, OCC_NAME(average_pool_typed), x, height, width, channels, y);
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

OCC_INLINE void OCC_NAME(resize_typed)(
    const occ_element in, const occ_element out, occ_map x, size_t height, size_t width, size_t channels,
    size_t out_height, size_t out_width, bool align_corners, occ_target y) {
    size_t pixel = 0;
    for (size_t row = 0; row < out_height; row++) {
        size_t top, bottom;
        float down;
        OCC_NAME(source)(row, height, out_height, align_corners, &top, &bottom, &down);
        const float up = 1 - down;
        for (size_t column = 0; column < out_width; column++, pixel++) {
            size_t left, right;
            float east;
            OCC_NAME(source)(column, width, out_width, align_corners, &left, &right, &east);
            const float west = 1 - east;
            const void *a = occ_map_at(x, top * width + left, 0).values;
            const void *b = occ_map_at(x, top * width + right, 0).values;
            const void *c = occ_map_at(x, bottom * width + left, 0).values;
            const void *d = occ_map_at(x, bottom * width + right, 0).values;
            void *restrict to = occ_target_at(y, pixel, 0).values;
            size_t i = 0;
            // A constant length makes loops without remainders.
            for (; i + OCC_CHUNK <= channels; i += OCC_CHUNK) {
                for (size_t k = i; k < i + OCC_CHUNK; k++) {
                    float above = occ_load(a, in, k) * west + occ_load(b, in, k) * east;
                    float below = occ_load(c, in, k) * west + occ_load(d, in, k) * east;
                    occ_store(to, out, k, above * up + below * down);
                }
            }
            for (; i < channels; i++) {
                float above = occ_load(a, in, i) * west + occ_load(b, in, i) * east;
                float below = occ_load(c, in, i) * west + occ_load(d, in, i) * east;
                occ_store(to, out, i, above * up + below * down);
            }
        }
    }
}

static void OCC_NAME(resize_bilinear)(
    occ_map x, size_t height, size_t width, size_t channels, size_t out_height, size_t out_width,
    bool align_corners, occ_target y) {
    OCC_BY_ELEMENTS(
        x.element, y.element, OCC_NAME(resize_typed), x, height, width, channels, out_height, out_width,
        align_corners, y);
}
