/// The part of a binary convolution that is the same for all variants: rows in kernel order, borders, zeros.
///
/// Padding contributes 0 because its words are 0 and the sums start at `taps in the image * channels + 2 * bits of
/// the weights in the padding`, from which twice the differing bits are taken. Needs OCC_NAME. Included once by each
/// variant. Where OCC_HAS_TABLES is defined, OCC_NAME(begin_tables) and OCC_NAME(load_tables) are told of weights and rows too.

/// Counts the bits of each tap's weights, and classes the output columns.
static void OCC_NAME(conv_begin)(
    occ_conv_state *s, const occ_weights *weights, const occ_epilogue *epilogue) {
    s->weight_signs = weights->signs;
    s->weight_nonzero = weights->nonzero;
    s->has_zero_block =
        occ_find_zero_blocks(weights, s->conv.out_channels, s->conv.in_channels, s->taps, s->zero_blocks);
    const size_t zero_slot = s->conv.kernel;
    for (size_t slot = 0; slot < OCC_MAX_SLOTS; slot++) {
        s->slot_row[slot] = 0;
        s->slot_has_zero[slot] = false;
        s->slot_mask_filled[slot] = slot == zero_slot;
    }
    // Padding columns of every slot, and all of the zero slot, stay zero from here on.
    __builtin_memset(s->rows_signs, 0, (zero_slot + 1) * s->row_size * sizeof(uint32_t));
    __builtin_memset(s->rows_nonzero, 0, (zero_slot + 1) * s->row_size * sizeof(uint32_t));
    __builtin_memset(s->slot_count, 0, (zero_slot + 1) * s->pitch * sizeof(int32_t));
    for (size_t block = 0; block < s->blocks; block++) {
        const uint32_t *w = s->weight_signs + block * s->terms * OCC_BLOCK;
        for (size_t tap = 0; tap < s->taps; tap++, w += s->words * OCC_BLOCK) {
            int32_t bits[OCC_BLOCK] = {0};
            for (size_t k = 0; k < s->words; k++) {
                for (size_t o = 0; o < OCC_BLOCK; o++) bits[o] += __builtin_popcount(w[k * OCC_BLOCK + o]);
            }
            __builtin_memcpy(s->tap_bits + tap * s->padded_out + block * OCC_BLOCK, bits, sizeof(bits));
        }
    }
    for (size_t column = 0; column < s->out_width; column++) {
        const size_t left = column * s->conv.stride;  // in padded columns
        bool before = left < s->padding, after = left + s->conv.kernel > s->conv.width + s->padding;
        s->column_class[column] = (uint8_t)(before + 2 * after);
    }
    s->base_row_class = SIZE_MAX;
    occ_fill_epilogue(&s->epilogue, epilogue, s->conv.out_channels, s->padded_out);
#ifdef OCC_HAS_TABLES
    OCC_NAME(begin_tables)(s);
#endif
}

/// Start values of the sums for rows of one class, for each class of columns.
static void OCC_NAME(conv_base)(occ_conv_state *s, size_t row_class) {
    if (s->base_row_class == row_class) return;
    s->base_row_class = row_class;
    for (size_t column_class = 0; column_class < 4; column_class++) {
        int32_t *restrict base = s->base + column_class * s->padded_out;
        for (size_t o = 0; o < s->padded_out; o++) base[o] = 0;
        for (size_t tap = 0; tap < s->taps; tap++) {
            const size_t ky = tap / s->conv.kernel, kx = tap % s->conv.kernel, last = s->conv.kernel - 1;
            bool outside = false;
            if (s->padding != 0) {
                outside = (ky == 0 && row_class & 1) || (ky == last && row_class & 2)
                    || (kx == 0 && column_class & 1) || (kx == last && column_class & 2);
            }
            const int32_t *bits = s->tap_bits + tap * s->padded_out, channels = (int32_t)s->conv.in_channels;
            if (outside) {
                for (size_t o = 0; o < s->padded_out; o++) base[o] += 2 * bits[o];
            } else {
                for (size_t o = 0; o < s->padded_out; o++) base[o] += channels;
            }
        }
    }
}

/// Brings one input row into its slot, words transposed to `[word][column]`.
static void OCC_NAME(conv_load_row)(occ_conv_state *s, const occ_row_source *source, size_t row) {
    const size_t slot = row % s->conv.kernel, width = s->conv.width, words = s->words, stride = s->conv.stride;
    if (s->slot_row[slot] == row + 1) return;
    s->slot_row[slot] = row + 1;
    const uint32_t *signs, *nonzero = NULL;
    bool has_zero = false;
    if (source->packed != NULL) {
        signs = source->packed->signs + row * width * words;
        if (source->packed->nonzero != NULL) {
            nonzero = source->packed->nonzero + row * width * words;
            const uint32_t rest = (uint32_t)(s->conv.in_channels % 32);
            const uint32_t tail = rest == 0 ? ~(uint32_t)0 : ((uint32_t)1 << rest) - 1;
            uint32_t missing = 0;
            for (size_t i = 0; i < width * words; i++) missing |= ~nonzero[i];
            if (rest != 0 && missing != 0) {
                missing = 0;
                for (size_t p = 0; p < width; p++) {
                    for (size_t w = 0; w + 1 < words; w++) missing |= ~nonzero[p * words + w];
                    missing |= ~nonzero[p * words + words - 1] & tail;
                }
            }
            has_zero = missing != 0;
        }
    } else {
        signs = source->row_signs;
        nonzero = source->row_nonzero;
        has_zero = OCC_NAME(pack_signs)(
            occ_map_at(source->x, row * width, 0), width, s->conv.in_channels, source->move_scale,
            source->move_bias, source->row_signs, source->row_nonzero);
    }
    s->slot_has_zero[slot] = has_zero;
    s->slot_mask_filled[slot] = has_zero;
    for (size_t w = 0; w < words; w++) {
        uint32_t *to = s->rows_signs + slot * s->row_size + w * s->pitch;
        for (size_t plane = 0; plane < stride; plane++) {
            // Padded column j = x + padding = plane + stride * i.
            size_t first = plane >= s->padding ? plane - s->padding : plane + stride - s->padding;
            size_t i = (first + s->padding) / stride;
            for (size_t x = first; x < width; x += stride, i++) {
                to[plane * s->plane_pitch + i] = signs[x * words + w];
            }
        }
    }
#ifdef OCC_HAS_TABLES
    OCC_NAME(load_tables)(s, slot, signs, has_zero ? nonzero : NULL);
#endif
    if (!has_zero) return;
    int32_t *count = s->slot_count + slot * s->pitch;
    __builtin_memset(count, 0, s->pitch * sizeof(int32_t));
    for (size_t w = 0; w < words; w++) {
        uint32_t *to = s->rows_nonzero + slot * s->row_size + w * s->pitch;
        for (size_t x = 0; x < width; x++) {
            const size_t j = x + s->padding, at = j % stride * s->plane_pitch + j / stride;
            to[at] = nonzero[x * words + w];
            count[at] += __builtin_popcount(to[at]);
        }
    }
}

/// Writes the mask of a row without zeros, which only rows beside one with zeros need.
static void OCC_NAME(conv_fill_mask)(occ_conv_state *s, size_t slot) {
    if (s->slot_mask_filled[slot]) return;
    s->slot_mask_filled[slot] = true;
    const uint32_t rest = (uint32_t)(s->conv.in_channels % 32);
    const uint32_t tail = rest == 0 ? ~(uint32_t)0 : ((uint32_t)1 << rest) - 1;
    for (size_t x = 0; x < s->conv.width; x++) {
        const size_t j = x + s->padding, at = j % s->conv.stride * s->plane_pitch + j / s->conv.stride;
        for (size_t w = 0; w < s->words; w++) {
            s->rows_nonzero[slot * s->row_size + w * s->pitch + at] = w + 1 < s->words ? ~(uint32_t)0 : tail;
        }
        s->slot_count[slot * s->pitch + at] = (int32_t)s->conv.in_channels;
    }
}

/// Makes everything ready for one output row.
static void OCC_NAME(conv_prepare_row)(occ_conv_state *s, const occ_row_source *source, size_t out_row) {
    const size_t kernel = s->conv.kernel, stride = s->conv.stride;
    size_t slots[3] = {0, 0, 0}, row_class = 0;
    bool has_zero = false;
    for (size_t ky = 0; ky < kernel; ky++) {
        const size_t padded = out_row * stride + ky;
        slots[ky] = kernel;
        if (padded < s->padding) {
            row_class |= 1;
        } else if (padded - s->padding >= s->conv.height) {
            row_class |= 2;
        } else {
            slots[ky] = (padded - s->padding) % kernel;
            OCC_NAME(conv_load_row)(s, source, padded - s->padding);
            has_zero |= s->slot_has_zero[slots[ky]];
        }
    }
    s->mode = has_zero ? occ_mode_masked : occ_mode_plain;
    size_t k = 0;
    for (size_t ky = 0; ky < kernel; ky++) {
        for (size_t kx = 0; kx < kernel; kx++) {
            const size_t at = slots[ky] * s->row_size + kx % stride * s->plane_pitch + kx / stride;
            for (size_t w = 0; w < s->words; w++) s->offsets[k++] = (int32_t)(at + w * s->pitch);
        }
    }
    if (!has_zero) OCC_NAME(conv_base)(s, row_class);
    if (!has_zero && !s->has_zero_block) return;
    for (size_t ky = 0; ky < kernel; ky++) OCC_NAME(conv_fill_mask)(s, slots[ky]);
    for (size_t column = 0; column < s->out_width; column++) s->column_count[column] = 0;
    for (size_t ky = 0; ky < kernel; ky++) {
        for (size_t kx = 0; kx < kernel; kx++) {
            const int32_t *count = s->slot_count + slots[ky] * s->pitch + kx % stride * s->plane_pitch + kx / stride;
            for (size_t column = 0; column < s->out_width; column++) s->column_count[column] += count[column];
        }
    }
}
