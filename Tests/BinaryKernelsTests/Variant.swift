import BinaryKernels

/// A variant of the kernels that this machine can run, for parameterised tests.
struct Variant: CustomStringConvertible, @unchecked Sendable {
    // Unchecked: the pointer leads to a constant table.
    let kernels: UnsafePointer<occ_kernels>

    var table: occ_kernels { kernels.pointee }
    var description: String { String(cString: table.name) }

    static let scalar = Variant(kernels: occ_kernels_for(occ_isa_scalar)!)

    /// Slowest first; which of those for AVX2 is faster depends on the processor.
    static let all: [Variant] = [occ_isa_scalar, occ_isa_neon, occ_isa_avx2, occ_isa_avx2_pairs, occ_isa_avx512]
        .compactMap { occ_kernels_for($0) }
        .map(Variant.init)
}
