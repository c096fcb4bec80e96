internal import CDNNL

/// What this host multiplies, as oneDNN uses it: `ONEDNN_MAX_CPU_ISA` may hide some of it.
public enum HostArithmetic {
    /// Whether there are products of bfloat16 (AVX512-BF16 or AMX).
    public static var hasBFloat16: Bool { has(dnnl_cpu_isa_avx512_core_bf16) }
    /// Whether four products of bytes are added at once to 32 bits (VNNI); else pairs of them are added to 16 bits first.
    public static var hasByteProducts: Bool { has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni) }
    /// Whether there are the vectors of AVX-512.
    static var hasAVX512: Bool { has(dnnl_cpu_isa_avx512_core) }

    private static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
        dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue
    }
}
