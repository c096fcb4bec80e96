internal import BinaryKernels

extension PreparationContext {
    /// Prepares the libraries for a package.
    ///
    /// - Throws: `InferenceError`.
    convenience init(_ package: ModelPackage) throws {
        var problem: UnsafePointer<CChar>?
        guard let kernels = occ_kernels_from_environment(&problem) else {
            let reason = problem.map { String(cString: $0) } ?? "no kernels"
            throw InferenceError(
                .badConfiguration,
                "the environment variable OCC_KERNELS cannot be followed: \(reason)"
            )
        }
        self.init(package: package, engine: try DNNLEngine(), kernels: kernels)
    }
}
