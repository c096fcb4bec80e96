internal import Foundation
public import Scenes
internal import TensorRuntime

/// What this host computes with.
public enum InferenceBackend {
    /// Name of the binary kernels that are chosen here: "avx512", "avx2", "neon" or "scalar".
    ///
    /// - Throws: `InferenceError` (`badConfiguration`) when the environment variables `OCC_KERNELS` and `OCC_TUNING` ask for what cannot be had.
    public static func kernelName() throws -> String { try kernelName(ProcessInfo.processInfo.environment) }

    /// - Parameter environment: where `OCC_TUNING` is looked up.
    static func kernelName(_ environment: [String: String]) throws -> String {
        // A worker whose tuning cannot be used must leave before it fails scenes.
        _ = try KernelTuning.fromEnvironment(environment)
        return try InferenceError.translating { try KernelTable().name }
    }

    /// The precisions that this host computes, given a package that has scales.
    public static var precisions: [Precision] {
        Precision.allCases.filter { $0 != .bf16 || HostArithmetic.hasBFloat16 }
    }
}
