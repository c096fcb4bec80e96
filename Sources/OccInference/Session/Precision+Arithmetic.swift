internal import Scenes
internal import TensorRuntime

extension Precision {
    /// What the runtime is to compute with.
    ///
    /// - Throws: `InferenceError` (`unsupported`) where this host cannot, or the package has no scales.
    func arithmetic(of package: ModelPackage) throws -> Arithmetic {
        switch self {
        case .fp32: return .float32
        case .bf16:
            guard HostArithmetic.hasBFloat16 else {
                throw InferenceError(
                    .unsupported,
                    "precision bf16 needs a processor that multiplies bfloat16 (AVX512-BF16 or AMX); this one does not, or "
                        + "ONEDNN_MAX_CPU_ISA hides it: take fp32, or int8"
                )
            }
            return .bfloat16
        case .int8:
            guard package.isCalibrated else {
                throw InferenceError(
                    .unsupported,
                    "model package '\(package.source)' has no scales for int8; make one that has with 'occ-scheduler calibrate'"
                )
            }
            if let flaw = try package.scaleFlaw() {
                throw InferenceError(
                    .unsupported,
                    "model package '\(package.source)' cannot be used for int8: \(flaw); calibrate it again"
                )
            }
            return .int8 { package.contains($0) }
        }
    }
}
