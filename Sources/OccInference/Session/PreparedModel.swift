internal import TensorRuntime

/// A network ready to run: everything that slots share, immutable.
///
/// Binary weights are read where the model package is mapped; full-precision weights are laid out once for this host's
/// instruction set. Sessions, one a slot, hold the rest.
public final class PreparedModel: Sendable {
    /// The package that it was made from.
    public let package: ModelPackage
    /// Name of the binary kernels in use: "avx512", "avx2", "neon" or "scalar".
    public let kernelName: String
    /// Bytes of memory that each session needs.
    public var sessionByteCount: Int { program.arenaByteCount }
    /// The part of `sessionByteCount` that holds remembered frames; 0 for networks of one frame.
    public var rememberedByteCount: Int { program.heldByteCount }
    /// Names that can be tapped, in the order of execution.
    ///
    /// Modules that a network calls for every frame stand here for every frame, the oldest first: `img_neck.0`, `img_neck.0#1`.
    public var tapNames: [String] { TapPoint.names(of: taps, frames: configuration.frames) }

    let configuration: NetworkConfiguration
    let program: Program
    private let taps: [TapPoint]

    /// Checks a package's content and prepares its network.
    ///
    /// The environment variable `OCC_KERNELS` (scalar, avx2, avx2-pairs, avx512, neon) chooses the binary kernels; unset is the fastest.
    ///
    /// - Throws: `ModelPackageError` or `InferenceError`.
    public init(_ package: ModelPackage) throws {
        try package.verify()
        let network = try Network(package.configuration)
        let builder = ProgramBuilder()
        (program, kernelName) = try InferenceError.translating {
            try network.emit(to: builder)
            let context = try PreparationContext(PackageParameters(package))
            return (try Program(builder, context), context.kernels.name)
        }
        self.package = package
        configuration = package.configuration
        taps = builder.taps
    }

    /// Makes what one slot needs.
    ///
    /// - Throws: `InferenceError` (`outOfMemory`, `library`).
    public func makeSession() throws -> InferenceSession {
        try InferenceSession(self)
    }
}
