internal import BinaryKernels

/// What this host computes with.
public enum InferenceBackend {
    /// Name of the binary kernels that are chosen here: "avx512", "avx2", "neon" or "scalar".
    ///
    /// - Throws: `InferenceError` (`badConfiguration`) when the environment variable `OCC_KERNELS` asks for what cannot be had.
    public static func kernelName() throws -> String {
        var problem: UnsafePointer<CChar>?
        guard let kernels = occ_kernels_from_environment(&problem) else {
            let reason = problem.map { String(cString: $0) } ?? "no kernels"
            throw InferenceError(
                .badConfiguration,
                "the environment variable OCC_KERNELS cannot be followed: \(reason)"
            )
        }
        return String(cString: kernels.pointee.name)
    }
}
