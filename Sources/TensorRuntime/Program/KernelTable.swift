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

    /// The kernels of a variant.
    ///
    /// - Throws: `TensorRuntimeError` (`misfit`) for a name that is unknown, or a variant that this machine cannot run.
    init(named name: String) throws {
        var problem: UnsafePointer<CChar>?
        guard !name.isEmpty, let kernels = occ_kernels_named(name, &problem) else {
            let reason = problem.map { String(cString: $0) } ?? "they have no name"
            throw TensorRuntimeError(.misfit, "kernels '\(name)' cannot be had: \(reason)")
        }
        pointer = kernels
    }

    /// Names of the variants that this machine runs, the slow reference left out.
    public static var runnable: [String] {
        ["avx512", "avx2", "avx2-pairs", "neon"].filter { (try? KernelTable(named: $0)) != nil }
    }

    /// The functions.
    public var functions: occ_kernels { pointer.pointee }
    /// "avx512", "avx2", "neon" or "scalar".
    public var name: String { String(cString: pointer.pointee.name) }
}
