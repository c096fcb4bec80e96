/// Rays through a grid: scalar, AVX2 (four at once) and AVX-512 (eight at once), two such groups side by side.
///
/// A group goes on until its last ray has ended; rays that have ended read cell 0 and keep what they found.
#include "include/ray_walk.h"

#include <float.h>
#include <stdbool.h>

#include "internal.h"

#pragma STDC FP_CONTRACT OFF

// MARK: One ray

/// A place along an axis, from metres to cells, rounded to single precision.
OCC_INLINE double occ_cells(const occ_ray_walk *walk, int axis, double place_m) {
    return (double)(float)((place_m - walk->corner_m[axis]) / walk->size_m);
}

/// Distances to the first boundary along an axis and from one to the next, for a direction of length 1.
OCC_INLINE void occ_boundaries(const occ_ray_walk *walk, int axis, double unit, double *next, double *delta, int32_t *move) {
    const bool forward = unit >= 0;
    *move = forward ? walk->strides[axis] : -walk->strides[axis];
    // Plus 0, so that no distance is -0.
    *next = unit != 0 ? ((double)(walk->voxel[axis] + forward) - walk->start[axis]) / unit + 0.0 : DBL_MAX;
    *delta = unit != 0 ? (forward ? 1.0 : -1.0) / unit : DBL_MAX;
}

static void occ_walk_rays_scalar(
    const occ_ray_walk *walk, size_t from, uint16_t *found, double *first, double *second) {
    for (size_t ray = from; ray < walk->count; ray++) {
        double along[3], next[3], delta[3];
        int32_t move[3];
        for (int axis = 0; axis < 3; axis++) {
            const double end_m = walk->directions[axis][ray] + walk->origin_m[axis];
            along[axis] = occ_cells(walk, axis, end_m) - walk->start[axis];
        }
        const double squares = __builtin_fma(along[0], along[0], along[1] * along[1]);
        const double length = sqrt(__builtin_fma(along[2], along[2], squares));
        for (int axis = 0; axis < 3; axis++) {
            occ_boundaries(walk, axis, along[axis] / length, &next[axis], &delta[axis], &move[axis]);
        }
        uint16_t wanted = walk->first_bits | walk->second_bits | walk->border_bit, met = 0;
        double first_exit = 0, second_exit = 0;
        int32_t cell = walk->cell;
        double x = next[0], y = next[1], z = next[2];
        for (int32_t step = 0; step < walk->step_limit; step++) {
            const uint16_t bits = walk->cells[cell] & wanted;
            double leaves;
            if (x < y && x < z) {
                leaves = x;
                x += delta[0];
                cell += move[0];
            } else if (!(x < y) && y < z) {
                leaves = y;
                y += delta[1];
                cell += move[1];
            } else {
                leaves = z;
                z += delta[2];
                cell += move[2];
            }
            if (bits == 0) continue;
            if (bits & walk->border_bit) break;
            met |= bits;
            if (bits & walk->first_bits) {
                first_exit = leaves;
                wanted &= (uint16_t)~walk->first_bits;
            }
            if (bits & walk->second_bits) {
                second_exit = leaves;
                wanted &= (uint16_t)~walk->second_bits;
            }
            if (wanted == walk->border_bit) break;
        }
        found[ray] = met;
        first[ray] = first_exit;
        second[ray] = second_exit;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

// MARK: AVX-512

#define OCC_AVX512 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))

/// Eight rays under way.
typedef struct occ_rays8 {
    __m512d next[3], delta[3], first, second;
    __m256i move[3], cell, wanted, met;
} occ_rays8;

OCC_AVX512 OCC_INLINE __m512d occ_along8(const occ_ray_walk *walk, int axis, size_t ray) {
    __m512d place = _mm512_add_pd(_mm512_loadu_pd(walk->directions[axis] + ray), _mm512_set1_pd(walk->origin_m[axis]));
    place = _mm512_sub_pd(place, _mm512_set1_pd(walk->corner_m[axis]));
    place = _mm512_div_pd(place, _mm512_set1_pd(walk->size_m));
    return _mm512_sub_pd(_mm512_cvtps_pd(_mm512_cvtpd_ps(place)), _mm512_set1_pd(walk->start[axis]));
}

OCC_AVX512 OCC_INLINE void occ_begin8(occ_rays8 *rays, const occ_ray_walk *walk, size_t ray) {
    __m512d along[3];
    for (int axis = 0; axis < 3; axis++) along[axis] = occ_along8(walk, axis, ray);
    __m512d squares = _mm512_fmadd_pd(along[0], along[0], _mm512_mul_pd(along[1], along[1]));
    squares = _mm512_fmadd_pd(along[2], along[2], squares);
    const __m512d length = _mm512_sqrt_pd(squares), most = _mm512_set1_pd(DBL_MAX), zero = _mm512_setzero_pd();
    for (int axis = 0; axis < 3; axis++) {
        const __m512d unit = _mm512_div_pd(along[axis], length);
        const __mmask8 forward = _mm512_cmp_pd_mask(unit, zero, _CMP_GE_OQ);
        const __mmask8 moves = _mm512_cmp_pd_mask(unit, zero, _CMP_NEQ_UQ);
        const double behind = (double)walk->voxel[axis] - walk->start[axis];
        const double ahead = (double)(walk->voxel[axis] + 1) - walk->start[axis];
        const __m512d boundary = _mm512_mask_blend_pd(forward, _mm512_set1_pd(behind), _mm512_set1_pd(ahead));
        const __m512d one = _mm512_mask_blend_pd(forward, _mm512_set1_pd(-1), _mm512_set1_pd(1));
        rays->next[axis] = _mm512_add_pd(_mm512_mask_div_pd(most, moves, boundary, unit), zero);
        rays->delta[axis] = _mm512_mask_div_pd(most, moves, one, unit);
        rays->move[axis] = _mm256_mask_blend_epi32(
            forward, _mm256_set1_epi32(-walk->strides[axis]), _mm256_set1_epi32(walk->strides[axis]));
    }
    rays->first = rays->second = zero;
    rays->cell = _mm256_set1_epi32(walk->cell);
    rays->wanted = _mm256_set1_epi32(walk->first_bits | walk->second_bits | walk->border_bit);
    rays->met = _mm256_setzero_si256();
}

/// Which rays still look for something.
OCC_AVX512 OCC_INLINE __mmask8 occ_active8(const occ_rays8 *rays, const occ_ray_walk *walk) {
    return _mm256_test_epi32_mask(rays->wanted, _mm256_set1_epi32(walk->first_bits | walk->second_bits));
}

OCC_AVX512 OCC_INLINE void occ_step8(occ_rays8 *rays, const occ_ray_walk *walk, __mmask8 active) {
    uint32_t at[8];
    _mm256_storeu_si256((__m256i *)at, _mm256_maskz_mov_epi32(active, rays->cell));
    const uint16_t *cells = walk->cells;
    __m128i packed = _mm_setzero_si128();
    packed = _mm_insert_epi16(packed, cells[at[0]], 0);
    packed = _mm_insert_epi16(packed, cells[at[1]], 1);
    packed = _mm_insert_epi16(packed, cells[at[2]], 2);
    packed = _mm_insert_epi16(packed, cells[at[3]], 3);
    packed = _mm_insert_epi16(packed, cells[at[4]], 4);
    packed = _mm_insert_epi16(packed, cells[at[5]], 5);
    packed = _mm_insert_epi16(packed, cells[at[6]], 6);
    packed = _mm_insert_epi16(packed, cells[at[7]], 7);
    const __m256i bits = _mm256_and_si256(_mm256_cvtepu16_epi32(packed), rays->wanted);

    // The nearest boundary; of equal ones the later axis.
    const __m512d later = _mm512_min_pd(rays->next[1], rays->next[2]);
    const __mmask8 x = _mm512_cmp_pd_mask(rays->next[0], later, _CMP_LT_OQ);
    const __mmask8 y = _mm512_mask_cmp_pd_mask(_knot_mask8(x), rays->next[1], rays->next[2], _CMP_LT_OQ);
    const __mmask8 z = _kxnor_mask8(x, y);
    const __m512d leaves = _mm512_min_pd(rays->next[0], later);
    rays->next[0] = _mm512_mask_add_pd(rays->next[0], x, rays->next[0], rays->delta[0]);
    rays->next[1] = _mm512_mask_add_pd(rays->next[1], y, rays->next[1], rays->delta[1]);
    rays->next[2] = _mm512_mask_add_pd(rays->next[2], z, rays->next[2], rays->delta[2]);
    rays->cell = _mm256_mask_add_epi32(rays->cell, x, rays->cell, rays->move[0]);
    rays->cell = _mm256_mask_add_epi32(rays->cell, y, rays->cell, rays->move[1]);
    rays->cell = _mm256_mask_add_epi32(rays->cell, z, rays->cell, rays->move[2]);

    if (_mm256_testz_si256(bits, bits)) return;
    const __m256i firsts = _mm256_set1_epi32(walk->first_bits), seconds = _mm256_set1_epi32(walk->second_bits);
    const __mmask8 first = _mm256_test_epi32_mask(bits, firsts), second = _mm256_test_epi32_mask(bits, seconds);
    const __mmask8 border = _mm256_test_epi32_mask(bits, _mm256_set1_epi32(walk->border_bit));
    rays->met = _mm256_or_si256(rays->met, bits);
    rays->first = _mm512_mask_mov_pd(rays->first, first, leaves);
    rays->second = _mm512_mask_mov_pd(rays->second, second, leaves);
    rays->wanted = _mm256_mask_andnot_epi32(rays->wanted, first, firsts, rays->wanted);
    rays->wanted = _mm256_mask_andnot_epi32(rays->wanted, second, seconds, rays->wanted);
    rays->wanted = _mm256_mask_mov_epi32(rays->wanted, border, _mm256_setzero_si256());
}

OCC_AVX512 OCC_INLINE void occ_end8(
    const occ_rays8 *rays, const occ_ray_walk *walk, size_t ray, uint16_t *found, double *first, double *second) {
    const __m256i kept = _mm256_set1_epi32(walk->first_bits | walk->second_bits);
    const __m128i met = _mm256_cvtepi32_epi16(_mm256_and_si256(rays->met, kept));
    _mm_storeu_si128((__m128i *)(found + ray), met);
    _mm512_storeu_pd(first + ray, rays->first);
    _mm512_storeu_pd(second + ray, rays->second);
}

OCC_AVX512 static size_t occ_walk_rays_avx512(
    const occ_ray_walk *walk, uint16_t *found, double *first, double *second) {
    size_t ray = 0;
    for (; ray + 16 <= walk->count; ray += 16) {
        occ_rays8 a, b;
        occ_begin8(&a, walk, ray);
        occ_begin8(&b, walk, ray + 8);
        __mmask8 a_active = occ_active8(&a, walk), b_active = occ_active8(&b, walk);
        for (int32_t step = 0; step < walk->step_limit && (a_active | b_active) != 0; step++) {
            occ_step8(&a, walk, a_active);
            occ_step8(&b, walk, b_active);
            a_active = occ_active8(&a, walk);
            b_active = occ_active8(&b, walk);
        }
        occ_end8(&a, walk, ray, found, first, second);
        occ_end8(&b, walk, ray + 8, found, first, second);
    }
    return ray;
}

// MARK: AVX2

#define OCC_AVX2 __attribute__((target("avx2,fma")))

/// Four rays under way; masks and whole numbers have 64 bits, as the distances.
typedef struct occ_rays4 {
    __m256d next[3], delta[3], first, second;
    __m256i move[3], cell, wanted, met;
} occ_rays4;

OCC_AVX2 OCC_INLINE __m256d occ_along4(const occ_ray_walk *walk, int axis, size_t ray) {
    __m256d place = _mm256_add_pd(_mm256_loadu_pd(walk->directions[axis] + ray), _mm256_set1_pd(walk->origin_m[axis]));
    place = _mm256_sub_pd(place, _mm256_set1_pd(walk->corner_m[axis]));
    place = _mm256_div_pd(place, _mm256_set1_pd(walk->size_m));
    return _mm256_sub_pd(_mm256_cvtps_pd(_mm256_cvtpd_ps(place)), _mm256_set1_pd(walk->start[axis]));
}

OCC_AVX2 OCC_INLINE void occ_begin4(occ_rays4 *rays, const occ_ray_walk *walk, size_t ray) {
    __m256d along[3];
    for (int axis = 0; axis < 3; axis++) along[axis] = occ_along4(walk, axis, ray);
    __m256d squares = _mm256_fmadd_pd(along[0], along[0], _mm256_mul_pd(along[1], along[1]));
    squares = _mm256_fmadd_pd(along[2], along[2], squares);
    const __m256d length = _mm256_sqrt_pd(squares), most = _mm256_set1_pd(DBL_MAX), zero = _mm256_setzero_pd();
    for (int axis = 0; axis < 3; axis++) {
        const __m256d unit = _mm256_div_pd(along[axis], length);
        const __m256d forward = _mm256_cmp_pd(unit, zero, _CMP_GE_OQ), moves = _mm256_cmp_pd(unit, zero, _CMP_NEQ_UQ);
        const double behind = (double)walk->voxel[axis] - walk->start[axis];
        const double ahead = (double)(walk->voxel[axis] + 1) - walk->start[axis];
        const __m256d boundary = _mm256_blendv_pd(_mm256_set1_pd(behind), _mm256_set1_pd(ahead), forward);
        const __m256d one = _mm256_blendv_pd(_mm256_set1_pd(-1), _mm256_set1_pd(1), forward);
        rays->next[axis] = _mm256_add_pd(_mm256_blendv_pd(most, _mm256_div_pd(boundary, unit), moves), zero);
        rays->delta[axis] = _mm256_blendv_pd(most, _mm256_div_pd(one, unit), moves);
        rays->move[axis] = _mm256_blendv_epi8(
            _mm256_set1_epi64x(-walk->strides[axis]), _mm256_set1_epi64x(walk->strides[axis]),
            _mm256_castpd_si256(forward));
    }
    rays->first = rays->second = zero;
    rays->cell = _mm256_set1_epi64x(walk->cell);
    rays->wanted = _mm256_set1_epi64x(walk->first_bits | walk->second_bits | walk->border_bit);
    rays->met = _mm256_setzero_si256();
}

/// Which rays have nothing to look for any more: all bits set.
OCC_AVX2 OCC_INLINE __m256i occ_ended4(const occ_rays4 *rays, const occ_ray_walk *walk) {
    const __m256i sought = _mm256_set1_epi64x(walk->first_bits | walk->second_bits);
    return _mm256_cmpeq_epi64(_mm256_and_si256(rays->wanted, sought), _mm256_setzero_si256());
}

/// Bits where `bits` has any of `kind`: all of the number.
OCC_AVX2 OCC_INLINE __m256i occ_holds4(__m256i bits, __m256i kind) {
    return _mm256_cmpgt_epi64(_mm256_and_si256(bits, kind), _mm256_setzero_si256());
}

OCC_AVX2 OCC_INLINE void occ_step4(occ_rays4 *rays, const occ_ray_walk *walk, __m256i ended) {
    uint64_t at[4];
    _mm256_storeu_si256((__m256i *)at, _mm256_andnot_si256(ended, rays->cell));
    const uint16_t *cells = walk->cells;
    const __m256i read = _mm256_set_epi64x(cells[at[3]], cells[at[2]], cells[at[1]], cells[at[0]]);
    const __m256i bits = _mm256_and_si256(read, rays->wanted);

    // The nearest boundary; of equal ones the later axis.
    const __m256d later = _mm256_min_pd(rays->next[1], rays->next[2]);
    const __m256d x = _mm256_cmp_pd(rays->next[0], later, _CMP_LT_OQ);
    const __m256d y = _mm256_andnot_pd(x, _mm256_cmp_pd(rays->next[1], rays->next[2], _CMP_LT_OQ));
    const __m256d not_z = _mm256_or_pd(x, y);
    const __m256d leaves = _mm256_min_pd(rays->next[0], later);
    rays->next[0] = _mm256_add_pd(rays->next[0], _mm256_and_pd(x, rays->delta[0]));
    rays->next[1] = _mm256_add_pd(rays->next[1], _mm256_and_pd(y, rays->delta[1]));
    rays->next[2] = _mm256_add_pd(rays->next[2], _mm256_andnot_pd(not_z, rays->delta[2]));
    __m256i move = _mm256_blendv_epi8(rays->move[2], rays->move[0], _mm256_castpd_si256(x));
    move = _mm256_blendv_epi8(move, rays->move[1], _mm256_castpd_si256(y));
    rays->cell = _mm256_add_epi64(rays->cell, move);

    if (_mm256_testz_si256(bits, bits)) return;
    const __m256i firsts = _mm256_set1_epi64x(walk->first_bits), seconds = _mm256_set1_epi64x(walk->second_bits);
    const __m256i first = occ_holds4(bits, firsts), second = occ_holds4(bits, seconds);
    const __m256i border = occ_holds4(bits, _mm256_set1_epi64x(walk->border_bit));
    rays->met = _mm256_or_si256(rays->met, bits);
    rays->first = _mm256_blendv_pd(rays->first, leaves, _mm256_castsi256_pd(first));
    rays->second = _mm256_blendv_pd(rays->second, leaves, _mm256_castsi256_pd(second));
    rays->wanted = _mm256_andnot_si256(_mm256_and_si256(first, firsts), rays->wanted);
    rays->wanted = _mm256_andnot_si256(_mm256_and_si256(second, seconds), rays->wanted);
    rays->wanted = _mm256_andnot_si256(border, rays->wanted);
}

OCC_AVX2 OCC_INLINE void occ_end4(
    const occ_rays4 *rays, const occ_ray_walk *walk, size_t ray, uint16_t *found, double *first, double *second) {
    uint64_t met[4];
    _mm256_storeu_si256((__m256i *)met, rays->met);
    for (int i = 0; i < 4; i++) found[ray + i] = (uint16_t)met[i] & (walk->first_bits | walk->second_bits);
    _mm256_storeu_pd(first + ray, rays->first);
    _mm256_storeu_pd(second + ray, rays->second);
}

OCC_AVX2 static size_t occ_walk_rays_avx2(const occ_ray_walk *walk, uint16_t *found, double *first, double *second) {
    size_t ray = 0;
    for (; ray + 8 <= walk->count; ray += 8) {
        occ_rays4 a, b;
        occ_begin4(&a, walk, ray);
        occ_begin4(&b, walk, ray + 4);
        __m256i a_ended = occ_ended4(&a, walk), b_ended = occ_ended4(&b, walk);
        for (int32_t step = 0; step < walk->step_limit; step++) {
            if (_mm256_movemask_epi8(_mm256_and_si256(a_ended, b_ended)) == -1) break;
            occ_step4(&a, walk, a_ended);
            occ_step4(&b, walk, b_ended);
            a_ended = occ_ended4(&a, walk);
            b_ended = occ_ended4(&b, walk);
        }
        occ_end4(&a, walk, ray, found, first, second);
        occ_end4(&b, walk, ray + 4, found, first, second);
    }
    return ray;
}
#endif

void occ_walk_rays(occ_isa isa, const occ_ray_walk *walk, uint16_t *found, double *first, double *second) {
    size_t done = 0;
#if defined(__x86_64__)
    if (isa == occ_isa_avx512) done = occ_walk_rays_avx512(walk, found, first, second);
    if (isa == occ_isa_avx2 || isa == occ_isa_avx2_pairs) done = occ_walk_rays_avx2(walk, found, first, second);
#else
    (void)isa;
#endif
    occ_walk_rays_scalar(walk, done, found, first, second);
}
