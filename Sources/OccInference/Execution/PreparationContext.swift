internal import BinaryKernels

/// What operations are prepared with.
final class PreparationContext {
    let package: ModelPackage
    let engine: DNNLEngine
    let kernels: UnsafePointer<occ_kernels>
    /// Convolutions prepared so far: a layer that runs image by image keeps its weights once.
    var convolutions: [String: ConvolutionPrimitive] = [:]

    init(package: ModelPackage, engine: DNNLEngine, kernels: UnsafePointer<occ_kernels>) {
        self.package = package
        self.engine = engine
        self.kernels = kernels
    }
}
