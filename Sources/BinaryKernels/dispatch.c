/// Which variant runs on this machine.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static bool runs(occ_isa isa) {
    switch (isa) {
    case occ_isa_scalar:
        return true;
#if defined(__x86_64__)
    case occ_isa_avx2:
    case occ_isa_avx2_pairs:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case occ_isa_avx512:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
            && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vnni");
#endif
#if defined(__aarch64__)
    case occ_isa_neon:
        return true;
#endif
    default:
        return false;
    }
}

/// Whether a permutation across 32 bytes takes two cycles: Zen 1 to 3, whose successors have AVX-512.
static bool permutes_slowly(void) {
#if defined(__x86_64__)
    return __builtin_cpu_is("amd") && !__builtin_cpu_supports("avx512f");
#else
    return false;
#endif
}

const occ_kernels *occ_kernels_for(occ_isa isa) {
    if (!runs(isa)) return NULL;
    switch (isa) {
#if defined(__x86_64__)
    case occ_isa_avx2:
        return &occ_kernels_avx2_table;
    case occ_isa_avx2_pairs:
        return &occ_kernels_avx2_pairs_table;
    case occ_isa_avx512:
        return &occ_kernels_avx512_table;
#endif
#if defined(__aarch64__)
    case occ_isa_neon:
        return &occ_kernels_neon_table;
#endif
    default:
        return &occ_kernels_scalar_table;
    }
}

const occ_kernels *occ_kernels_named(const char *name, const char **problem) {
    // Slowest first; of the two for AVX2 the processor decides.
    static const struct {
        occ_isa isa;
        const char *name;
    } variants[] = {
        {occ_isa_scalar, "scalar"},
        {occ_isa_neon, "neon"},
        {occ_isa_avx2, "avx2"},
        {occ_isa_avx2_pairs, "avx2-pairs"},
        {occ_isa_avx512, "avx512"}};
    const size_t count = sizeof(variants) / sizeof(variants[0]);
    if (problem != NULL) *problem = NULL;
    if (name == NULL || name[0] == '\0') {
        const occ_kernels *fastest = NULL;
        for (size_t i = 0; i < count; i++) {
            const occ_kernels *kernels = occ_kernels_for(variants[i].isa);
            if (kernels != NULL && (variants[i].isa != occ_isa_avx2_pairs || permutes_slowly())) fastest = kernels;
        }
        return fastest;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, variants[i].name) != 0) continue;
        const occ_kernels *kernels = occ_kernels_for(variants[i].isa);
        if (kernels == NULL && problem != NULL) {
            *problem = "this machine cannot run the binary kernels asked for; unset OCC_KERNELS to take the fastest";
        }
        return kernels;
    }
    if (problem != NULL) {
        *problem = "unknown name of binary kernels; OCC_KERNELS must be scalar, avx2, avx2-pairs, avx512 or neon, or unset";
    }
    return NULL;
}

const occ_kernels *occ_kernels_from_environment(const char **problem) {
    return occ_kernels_named(getenv("OCC_KERNELS"), problem);
}
