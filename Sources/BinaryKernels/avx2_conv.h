/// Binary convolution by tables of bytes: the inner loop of the AVX2 variant.
///
/// Four activations (signs `x`, nonzeros `m`) and four weights (signs `n`) differ in `popcount((n ^ x) & m)` places. The
/// activations choose one of 256 tables of 16 bytes, the weights of 32 output channels are the indices of one byte shuffle: two
/// instructions for 128 multiply-adds. Padding and zeros are tables with fewer bits in `m`, so borders and empty cells cost
/// nothing. Blocks of output channels with zero weights, and one that has no neighbour, are counted by nibble (avx2.c).

/// Output columns of the largest tile, and words of input channels after which bytes are emptied: 7 * 8 * 4 < 256.
#define OCC_AVX2_COLUMNS 4
#define OCC_AVX2_BYTE_WORDS 7
/// Bytes of the indices of one word of input channels for 32 output channels.
#define OCC_AVX2_WORD_BYTES 256

/// Whether sums of so many words of input channels fit into 16 bits.
OCC_INLINE bool occ_avx2_has_tables(const occ_conv_state *s) { return s->terms * 32 <= UINT16_MAX; }

/// The tables, at `16 * (16 * m + x)`.
static void occ_avx2_fill_tables(uint8_t *tables) {
    const __m128i counts = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m128i all = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int m = 0; m < 16; m++) {
        for (int x = 0; x < 16; x++, tables += 16) {
            const __m128i differ = _mm_and_si128(_mm_xor_si128(all, _mm_set1_epi8((char)x)), _mm_set1_epi8((char)m));
            _mm_store_si128((__m128i *)tables, _mm_shuffle_epi8(counts, differ));
        }
    }
}

/// Weights as indices: `[out / 32][terms][8 groups of four channels][32 out]`, one byte each.
static void occ_avx2_spread_weights(const occ_conv_state *s) {
    const __m256i nibble = _mm256_set1_epi32(15), order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    uint8_t *to = s->nibbles;
    for (size_t block = 0; block + 2 <= s->blocks; block += 2) {
        const uint32_t *first = s->weight_signs + block * s->terms * OCC_BLOCK;
        const uint32_t *second = first + s->terms * OCC_BLOCK;
        for (size_t k = 0; k < s->terms; k++, first += OCC_BLOCK, second += OCC_BLOCK) {
            __m256i a = _mm256_loadu_si256((const __m256i *)first), b = _mm256_loadu_si256((const __m256i *)(first + 8));
            __m256i c = _mm256_loadu_si256((const __m256i *)second), d = _mm256_loadu_si256((const __m256i *)(second + 8));
            for (size_t g = 0; g < OCC_WORD_GROUPS; g++, to += 32) {
                const __m256i low = _mm256_packus_epi32(_mm256_and_si256(a, nibble), _mm256_and_si256(b, nibble));
                const __m256i high = _mm256_packus_epi32(_mm256_and_si256(c, nibble), _mm256_and_si256(d, nibble));
                const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), order);
                _mm256_store_si256((__m256i *)to, bytes);
                a = _mm256_srli_epi32(a, 4);
                b = _mm256_srli_epi32(b, 4);
                c = _mm256_srli_epi32(c, 4);
                d = _mm256_srli_epi32(d, 4);
            }
        }
    }
}

/// Makes tables and indices once a call; padding columns and the zero slot keep table 0, which is all zero.
static void OCC_NAME(begin_tables)(const occ_conv_state *s) {
    if (!occ_avx2_has_tables(s) || s->blocks < 2) return;
    __builtin_memset(s->entries, 0, (s->conv.kernel + 1) * s->entry_row * sizeof(uint16_t));
    occ_avx2_fill_tables(s->byte_tables);
    occ_avx2_spread_weights(s);
}

/// Notes the tables of one input row: `[column][words][8]`, the byte offset of each group's table.
static void OCC_NAME(load_tables)(
    const occ_conv_state *s, size_t slot, const uint32_t *signs, const uint32_t *nonzero) {
    if (!occ_avx2_has_tables(s) || s->blocks < 2) return;
    const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28), nibble = _mm256_set1_epi32(15);
    uint16_t *to = s->entries + slot * s->entry_row + s->padding * s->words * OCC_WORD_GROUPS;
    for (size_t i = 0; i < s->conv.width * s->words; i++, to += OCC_WORD_GROUPS) {
        const __m256i x = _mm256_and_si256(_mm256_srlv_epi32(_mm256_set1_epi32((int)signs[i]), shifts), nibble);
        __m256i m = nibble;
        if (nonzero != NULL) {
            m = _mm256_and_si256(_mm256_srlv_epi32(_mm256_set1_epi32((int)nonzero[i]), shifts), nibble);
        }
        const __m256i at = _mm256_or_si256(_mm256_slli_epi32(m, 8), _mm256_slli_epi32(x, 4));
        const __m256i pairs = _mm256_permute4x64_epi64(_mm256_packus_epi32(at, at), 0x08);
        _mm_storeu_si128((__m128i *)to, _mm256_castsi256_si128(pairs));
    }
}

/// The epilogue on 8 channels; `places` holds in how many places of `count` they differ.
OCC_INLINE __m256 occ_avx2_finish8(const occ_padded_epilogue *e, size_t channel, __m128i places, __m256i count) {
    const __m256i differ = _mm256_cvtepu16_epi32(places);
    const __m256 sum = _mm256_cvtepi32_ps(_mm256_sub_epi32(count, _mm256_add_epi32(differ, differ)));
    __m256 y = _mm256_fmadd_ps(sum, _mm256_load_ps(e->alpha + channel), _mm256_load_ps(e->beta + channel));
    if (e->rprelu) {
        y = _mm256_add_ps(y, _mm256_load_ps(e->shift_in + channel));
        const __m256 scaled = _mm256_mul_ps(y, _mm256_load_ps(e->slope + channel));
        y = _mm256_blendv_ps(scaled, y, _mm256_cmp_ps(y, _mm256_setzero_ps(), _CMP_GT_OQ));
        y = _mm256_add_ps(y, _mm256_load_ps(e->shift_out + channel));
    }
    return y;
}

OCC_INLINE void occ_avx2_store8(float *out, size_t channel, size_t out_channels, __m256 y) {
    if (channel + 8 <= out_channels) {
        _mm256_storeu_ps(out + channel, y);
    } else if (channel < out_channels) {
        float values[8];
        _mm256_storeu_ps(values, y);
        __builtin_memcpy(out + channel, values, (out_channels - channel) * sizeof(float));
    }
}

/// `columns` output columns by `vectors` times 32 output channels from block `block` on.
OCC_INLINE void occ_avx2_table_tile(
    const occ_conv_state *s, const size_t columns, const size_t vectors, size_t block, size_t column, float *out,
    size_t out_stride) {
    const uint8_t *tables = s->byte_tables;
    const size_t vector_stride = s->terms * OCC_AVX2_WORD_BYTES;
    const uint8_t *weights = s->nibbles + block / 2 * vector_stride;
    const size_t step = s->conv.stride * s->words * OCC_WORD_GROUPS;
    const uint16_t *entries = s->entries + column * step;
    __m256i sums[OCC_AVX2_COLUMNS][2][2];
    // The results are stored long after: fetch their lines for writing meanwhile.
    const float *target = out + column * out_stride + block * OCC_BLOCK;
#pragma unroll
    for (size_t p = 0; p < columns; p++) {
#pragma unroll
        for (size_t i = 0; i < 2 * vectors; i++) {
            __builtin_prefetch(target + p * out_stride + i * OCC_BLOCK, 1, 3);
            sums[p][i / 2][i % 2] = _mm256_setzero_si256();
        }
    }
    for (size_t begin = 0; begin < s->terms; begin += OCC_AVX2_BYTE_WORDS) {
        const size_t left = s->terms - begin, end = begin + (left < OCC_AVX2_BYTE_WORDS ? left : OCC_AVX2_BYTE_WORDS);
        __m256i bytes[OCC_AVX2_COLUMNS][2];
#pragma unroll
        for (size_t p = 0; p < columns; p++) bytes[p][0] = bytes[p][1] = _mm256_setzero_si256();
        for (size_t k = begin; k < end; k++) {
            const uint16_t *from[OCC_AVX2_COLUMNS];
#pragma unroll
            for (size_t p = 0; p < columns; p++) {
                from[p] = entries + s->entry_offsets[k] + p * step;
                // One register a column: the compiler would make an offset of each group and column, and spill them.
                __asm__("" : "+r"(from[p]));
            }
#pragma unroll
            for (size_t g = 0; g < OCC_WORD_GROUPS; g++) {
                __m256i index[2];
                __asm__ volatile("" : : : "memory");
#pragma unroll
                for (size_t v = 0; v < vectors; v++) {
                    index[v] = _mm256_load_si256((const __m256i *)(weights + v * vector_stride + 32 * g));
                }
#pragma unroll
                for (size_t p = 0; p < columns; p++) {
                    const __m256i table = _mm256_broadcastsi128_si256(
                        _mm_load_si128((const __m128i *)(tables + from[p][g])));
#pragma unroll
                    for (size_t v = 0; v < vectors; v++) {
                        bytes[p][v] = _mm256_add_epi8(bytes[p][v], _mm256_shuffle_epi8(table, index[v]));
                        // Add at once: sums of two groups would take the registers of other columns.
                        __asm__("" : "+x"(bytes[p][v]));
                    }
                }
            }
            weights += OCC_AVX2_WORD_BYTES;
        }
#pragma unroll
        for (size_t p = 0; p < columns; p++) {
#pragma unroll
            for (size_t v = 0; v < vectors; v++) {
                const __m256i zero = _mm256_setzero_si256();
                sums[p][v][0] = _mm256_add_epi16(sums[p][v][0], _mm256_unpacklo_epi8(bytes[p][v], zero));
                sums[p][v][1] = _mm256_add_epi16(sums[p][v][1], _mm256_unpackhi_epi8(bytes[p][v], zero));
            }
        }
    }
#pragma unroll
    for (size_t p = 0; p < columns; p++) {
        const __m256i count = _mm256_set1_epi32(s->column_count[column + p]);
        float *to = out + (column + p) * out_stride;
#pragma unroll
        for (size_t i = 0; i < 4 * vectors; i++) {
            // Bytes are unpacked within halves: 0 ... 7 and 16 ... 23, then the rest.
            const __m256i pair = sums[p][i / 4][i % 2];
            const __m128i places = i % 4 < 2 ? _mm256_castsi256_si128(pair) : _mm256_extracti128_si256(pair, 1);
            const size_t channel = block * OCC_BLOCK + 8 * i;
            const __m256 y = occ_avx2_finish8(&s->epilogue, channel, places, count);
            occ_avx2_store8(to, channel, s->conv.out_channels, y);
        }
    }
}

OCC_INLINE void occ_avx2_table_columns(
    const occ_conv_state *s, const size_t vectors, size_t block, float *out, size_t out_stride) {
    size_t column = 0;
    for (; column + 4 <= s->out_width; column += 4) occ_avx2_table_tile(s, 4, vectors, block, column, out, out_stride);
    for (; column + 2 <= s->out_width; column += 2) occ_avx2_table_tile(s, 2, vectors, block, column, out, out_stride);
    if (column < s->out_width) occ_avx2_table_tile(s, 1, vectors, block, column, out, out_stride);
}

static __attribute__((noinline)) void occ_avx2_table_columns_1(
    const occ_conv_state *s, size_t block, float *out, size_t out_stride) {
    occ_avx2_table_columns(s, 1, block, out, out_stride);
}

static __attribute__((noinline)) void occ_avx2_table_columns_2(
    const occ_conv_state *s, size_t block, float *out, size_t out_stride) {
    occ_avx2_table_columns(s, 2, block, out, out_stride);
}

/// Where each term of the sum finds its tables, and how many activations that are not zero lie under each column.
static void occ_avx2_prepare_tables(const occ_conv_state *s) {
    const size_t kernel = s->conv.kernel, pixel = s->words * OCC_WORD_GROUPS;
    size_t rows = 0, k = 0;
    for (size_t ky = 0; ky < kernel; ky++) {
        const size_t slot = (size_t)s->offsets[ky * kernel * s->words] / s->row_size;
        rows += slot != kernel;
        for (size_t kx = 0; kx < kernel; kx++) {
            const size_t at = slot * s->entry_row + kx * pixel;
            for (size_t w = 0; w < s->words; w++) s->entry_offsets[k++] = (int32_t)(at + w * OCC_WORD_GROUPS);
        }
    }
    if (s->mode != occ_mode_plain) return;
    for (size_t column = 0; column < s->out_width; column++) {
        const size_t border = s->padding == 0 ? 0 : s->column_class[column];
        const size_t columns = kernel - (border & 1) - (border >> 1);
        s->column_count[column] = (int32_t)(rows * columns * s->conv.in_channels);
    }
}

/// Whether blocks `block` and the next can be looked up together.
OCC_INLINE bool occ_avx2_is_pair(const occ_conv_state *s, size_t block) {
    return block % 2 == 0 && block + 2 <= s->blocks && !s->zero_blocks[block] && !s->zero_blocks[block + 1];
}

/// Computes the row that `conv_prepare_row` made ready.
static void OCC_NAME(conv_row)(const occ_conv_state *s, float *out, size_t out_stride) {
    const bool has_tables = occ_avx2_has_tables(s) && s->blocks >= 2;
    if (has_tables) occ_avx2_prepare_tables(s);
    for (size_t block = 0; block < s->blocks;) {
        if (!has_tables || !occ_avx2_is_pair(s, block)) {
            OCC_NAME(conv_row_block)(s, block, out, out_stride);
            block += 1;
        } else if (occ_avx2_is_pair(s, block + 2)) {
            occ_avx2_table_columns_2(s, block, out, out_stride);
            block += 4;
        } else {
            occ_avx2_table_columns_1(s, block, out, out_stride);
            block += 2;
        }
    }
}
