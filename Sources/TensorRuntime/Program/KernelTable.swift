public import BinaryKernels

/// The table of binary kernels, which the library keeps for ever.
public struct KernelTable: @unchecked Sendable {
    // Guard: the table is a constant of the kernel library.
    private let pointer: UnsafePointer<occ_kernels>

    /// The kernels that `OCC_KERNELS` names, or the fastest that this host runs.
    ///
    /// - Throws: `TensorRuntimeError` (`misfit`) when the environment variable asks for what cannot be had.
    public init() throws {
        var problem: UnsafePointer<CChar>?
        guard let kernels = occ_kernels_from_environment(&problem) else {
            let reason = problem.map { String(cString: $0) } ?? "no kernels"
            throw TensorRuntimeError(.misfit, "the environment variable OCC_KERNELS cannot be followed: \(reason)")
        }
        pointer = kernels
    }

    /// The functions.
    public var functions: occ_kernels { pointer.pointee }
    /// "avx512", "avx2", "neon" or "scalar".
    public var name: String { String(cString: pointer.pointee.name) }
}
