internal import BinaryKernels

/// The table of binary kernels, which the library keeps for ever.
struct KernelTable: @unchecked Sendable {
    // Guard: the table is a constant of the kernel library.
    let pointer: UnsafePointer<occ_kernels>
}
