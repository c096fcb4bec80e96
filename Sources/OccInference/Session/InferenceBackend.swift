public import Scenes
internal import TensorRuntime

/// What this host computes with.
public enum InferenceBackend {
    /// Name of the binary kernels that are chosen here: "avx512", "avx2", "neon" or "scalar".
    ///
    /// - Throws: `InferenceError` (`badConfiguration`) when the environment variable `OCC_KERNELS` asks for what cannot be had.
    public static func kernelName() throws -> String {
        try InferenceError.translating { try KernelTable().name }
    }

    /// The precisions that this host computes, given a package that has scales.
    public static var precisions: [Precision] {
        Precision.allCases.filter { $0 != .bf16 || HostArithmetic.hasBFloat16 }
    }
}
