/// What one core can do at most, as JSON: multiply-accumulates a second by kind of instruction, bytes a second from and to memory.
///
/// Usage: peaks [avx2]. Operands stay in registers, sums are independent of each other, so nothing but the instructions themselves is
/// measured; memory is far larger than the caches. Each figure is the best of several runs, since other work can only slow a run down.
/// Kinds: float32 (fused multiply-add), bfloat16 and int8 (dot products), binary (exclusive or, population count, addition),
/// binaryWeight (a lookup in a table of sums and an addition: four real inputs times signs, as in the 1x1 of BDC units).
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"

#define SUMS 12
#define TURNS 200000L
#define BYTES ((size_t)256 << 20)

/// Runs `TURNS` times over all sums; the result depends on every one.
typedef float (*work)(void);

/// Hides a register's value from the compiler, so that what is computed from it is computed every time.
#define HIDE(x) __asm__ volatile("" : "+x"(x))
#define EACH for (int i = 0; i < SUMS; i++)

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx512vnni,avx512bf16")))
#define AVX2 __attribute__((target("avx2,fma")))

#define HIDE512(x) __asm__ volatile("" : "+v"(x))

AVX512 static float float32_512(void) {
    __m512 sums[SUMS], a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(1e-3f);
    EACH sums[i] = _mm512_setzero_ps();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        sums[i] = _mm512_fmadd_ps(a, b, sums[i]);
        HIDE512(sums[i]);
    }
    EACH sums[0] = _mm512_add_ps(sums[0], sums[i]);
    return _mm512_reduce_add_ps(sums[0]);
}

AVX512 static float bfloat16_512(void) {
    __m512 sums[SUMS];
    __m512bh a = (__m512bh)_mm512_set1_epi16(0x3f00), b = (__m512bh)_mm512_set1_epi16(0x3a80);
    EACH sums[i] = _mm512_setzero_ps();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        sums[i] = _mm512_dpbf16_ps(sums[i], a, b);
        HIDE512(sums[i]);
    }
    EACH sums[0] = _mm512_add_ps(sums[0], sums[i]);
    return _mm512_reduce_add_ps(sums[0]);
}

AVX512 static float int8_512(void) {
    __m512i sums[SUMS], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(1);
    EACH sums[i] = _mm512_setzero_si512();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
        HIDE512(sums[i]);
    }
    EACH sums[0] = _mm512_add_epi32(sums[0], sums[i]);
    return (float)_mm512_reduce_add_epi32(sums[0]);
}

AVX512 static float binary_512(void) {
    __m512i sums[SUMS], a = _mm512_set1_epi32(0x5a5a1234), b = _mm512_set1_epi32(0x0f0f4321);
    EACH sums[i] = _mm512_setzero_si512();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        HIDE512(a);
        sums[i] = _mm512_add_epi32(sums[i], _mm512_popcnt_epi32(_mm512_xor_si512(a, b)));
        HIDE512(sums[i]);
    }
    EACH sums[0] = _mm512_add_epi32(sums[0], sums[i]);
    return (float)_mm512_reduce_add_epi32(sums[0]);
}

AVX512 static float binary_weight_512(void) {
    __m512 sums[SUMS], table = _mm512_set1_ps(1e-3f);
    __m512i index = _mm512_set1_epi32(5);
    EACH sums[i] = _mm512_setzero_ps();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        HIDE512(index);
        sums[i] = _mm512_add_ps(sums[i], _mm512_permutexvar_ps(index, table));
        HIDE512(sums[i]);
    }
    EACH sums[0] = _mm512_add_ps(sums[0], sums[i]);
    return _mm512_reduce_add_ps(sums[0]);
}

AVX2 static float sum_256(__m256 x) {
    float parts[8], sum = 0;
    _mm256_storeu_ps(parts, x);
    for (int i = 0; i < 8; i++) sum += parts[i];
    return sum;
}

AVX2 static float float32_256(void) {
    __m256 sums[SUMS], a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(1e-3f);
    EACH sums[i] = _mm256_setzero_ps();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        sums[i] = _mm256_fmadd_ps(a, b, sums[i]);
        HIDE(sums[i]);
    }
    EACH sums[0] = _mm256_add_ps(sums[0], sums[i]);
    return sum_256(sums[0]);
}

AVX2 static float int8_256(void) {
    __m256i sums[SUMS], a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1);
    EACH sums[i] = _mm256_setzero_si256();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        HIDE(a);
        sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
        HIDE(sums[i]);
    }
    EACH sums[0] = _mm256_add_epi32(sums[0], sums[i]);
    return sum_256(_mm256_cvtepi32_ps(sums[0]));
}

AVX2 static float binary_256(void) {
    const __m256i counts = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m256i low = _mm256_set1_epi8(15);
    __m256i sums[SUMS / 2], a = _mm256_set1_epi32(0x5a5a1234), b = _mm256_set1_epi32(0x0f0f4321);
    for (int i = 0; i < SUMS / 2; i++) sums[i] = _mm256_setzero_si256();
    for (long turn = 0; turn < 2 * TURNS; turn++) {
        for (int i = 0; i < SUMS / 2; i++) {
            HIDE(a);
            __m256i x = _mm256_xor_si256(a, b);
            __m256i nibbles = _mm256_add_epi8(
                _mm256_shuffle_epi8(counts, _mm256_and_si256(x, low)),
                _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
            sums[i] = _mm256_add_epi8(sums[i], nibbles);
            HIDE(sums[i]);
        }
    }
    for (int i = 1; i < SUMS / 2; i++) sums[0] = _mm256_add_epi8(sums[0], sums[i]);
    return sum_256(_mm256_cvtepi32_ps(sums[0]));
}

AVX2 static float binary_weight_256(void) {
    __m256 sums[SUMS], table = _mm256_set1_ps(1e-3f), sign = _mm256_set1_ps(-0.0f);
    __m256i index = _mm256_set1_epi32(5);
    EACH sums[i] = _mm256_setzero_ps();
    for (long turn = 0; turn < TURNS; turn++) EACH {
        HIDE(index);
        sums[i] = _mm256_add_ps(sums[i], _mm256_xor_ps(_mm256_permutevar8x32_ps(table, index), sign));
        HIDE(sums[i]);
    }
    EACH sums[0] = _mm256_add_ps(sums[0], sums[i]);
    return sum_256(sums[0]);
}
#else
/// Four at once on any machine whose compiler makes fused multiply-adds of it.
static float float32_any(void) {
    typedef float four __attribute__((vector_size(16)));
    four sums[SUMS], a = {0.5f, 0.5f, 0.5f, 0.5f}, b = {1e-3f, 1e-3f, 1e-3f, 1e-3f};
    EACH sums[i] = (four){0, 0, 0, 0};
    for (long turn = 0; turn < TURNS; turn++) EACH {
        sums[i] += a * b;
        __asm__ volatile("" : "+w"(sums[i]));
    }
    EACH sums[0] += sums[i];
    return sums[0][0] + sums[0][1] + sums[0][2] + sums[0][3];
}
#endif

static volatile float kept;

/// Billions of multiply-accumulates a second of a loop that does `macs` of them with every sum in every turn.
static double rate(work run, int macs) {
    double best = 0;
    for (int attempt = 0; attempt < 15; attempt++) {
        double begin = now();
        kept += run();
        double found = (double)TURNS * SUMS * macs / (now() - begin) / 1e9;
        if (found > best) best = found;
    }
    return best;
}

/// Billions of bytes a second, read and, if `writes`, written.
static double memory(bool writes) {
    uint64_t *source = aligned_alloc(64, BYTES), *target = aligned_alloc(64, BYTES);
    if (source == NULL || target == NULL) {
        fprintf(stderr, "peaks: cannot allocate 512 MB\n");
        exit(3);
    }
    memset(source, 1, BYTES);
    memset(target, 2, BYTES);
    double best = 0;
    for (int attempt = 0; attempt < 7; attempt++) {
        double begin = now();
        if (writes) {
            memcpy(target, source, BYTES);
            kept += (float)target[attempt];
        } else {
            uint64_t sums[16] = {0};
            for (size_t i = 0; i < BYTES / 8; i += 16) {
                for (int k = 0; k < 16; k++) sums[k] += source[i + (size_t)k];
            }
            for (int k = 0; k < 16; k++) kept += (float)sums[k];
        }
        double found = (double)BYTES * (writes ? 2 : 1) / (now() - begin) / 1e9;
        if (found > best) best = found;
    }
    free(source);
    free(target);
    return best;
}

static void machine_name(char *name, size_t size) {
    snprintf(name, size, "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
        line[strcspn(line, "\n\"\\")] = 0;
        snprintf(name, size, "%s", colon + 2);
        break;
    }
    if (file != NULL) fclose(file);
}

static const char *separator = "";

static void say(const char *kind, double value) {
    printf("%s\"%s\": %.4g", separator, kind, value);
    separator = ", ";
}

int main(int count, char **arguments) {
    bool narrow = count == 2 && strcmp(arguments[1], "avx2") == 0;
    if (count > 2 || (count == 2 && !narrow)) {
        fprintf(stderr, "usage: peaks [avx2]\n");
        return 2;
    }
    char name[200];
    machine_name(name, sizeof(name));
    printf("{\"machine\": \"%s%s\", \"clockGHz\": %.3f,\n \"gigaMACsPerSecond\": {", name, narrow ? ", AVX2" : "", clock_hz() / 1e9);
#if defined(__x86_64__)
    bool wide = !narrow && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (wide) {
        say("float32", rate(float32_512, 16));
        if (__builtin_cpu_supports("avx512bf16")) say("bfloat16", rate(bfloat16_512, 32));
        if (__builtin_cpu_supports("avx512vnni")) say("int8", rate(int8_512, 64));
        if (__builtin_cpu_supports("avx512vpopcntdq")) say("binary", rate(binary_512, 512));
        say("binaryWeight", rate(binary_weight_512, 64));
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        say("float32", rate(float32_256, 8));
        say("int8", rate(int8_256, 32));
        say("binary", rate(binary_256, 256));
        say("binaryWeight", rate(binary_weight_256, 32));
    }
#else
    say("float32", rate(float32_any, 4));
#endif
    separator = "";
    printf("},\n \"gigabytesPerSecond\": {");
    say("read", memory(false));
    say("copy", memory(true));
    printf("}}\n");
    return 0;
}
