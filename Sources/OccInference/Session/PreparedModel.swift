public import Scenes
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

    /// What its full-precision layers are computed with.
    public let precision: Precision
    /// The package's configuration, for as many cameras as this model was prepared for.
    public let configuration: NetworkConfiguration
    let program: Program
    private let taps: [TapPoint]

    /// Checks a package's content and prepares its network.
    ///
    /// The environment variable `OCC_KERNELS` (scalar, avx2, avx2-pairs, avx512, neon) chooses the binary kernels, `OCC_TUNING` a file of
    /// `KernelTuning` those of each shape of unit; where neither is set, rules by processor choose.
    ///
    /// - Parameters:
    ///   - cameras: how many cameras the rig has; nil: as many as the network was made for. The networks sum over their cameras, so any number
    ///     will do.
    ///   - kernels: binary kernels for all units, whatever the environment says.
    /// - Throws: `ModelPackageError`, or `InferenceError`, of kind `unsupported` where this host or the package lacks what the
    ///   precision needs.
    public convenience init(
        _ package: ModelPackage,
        precision: Precision = .fp32,
        cameras: Int? = nil,
        kernels: String? = nil
    ) throws {
        let choice = kernels.map { KernelChoice(general: $0) }
        try self.init(package, precision, cameras: cameras, kernels: choice, observesRanges: false)
    }

    /// - Parameter observesRanges: whether what convolutions read and write can be tapped under the names of its scales.
    init(
        _ package: ModelPackage,
        _ precision: Precision,
        cameras: Int? = nil,
        kernels: KernelChoice? = nil,
        observesRanges: Bool
    ) throws {
        try package.verify()
        var configuration = package.configuration
        if let cameras { configuration.cameras = cameras }
        let choice = try kernels ?? KernelTuning.fromEnvironment()
        let network = try Network(configuration)
        let builder = ProgramBuilder(try precision.arithmetic(of: package), observesRanges: observesRanges)
        (program, kernelName) = try InferenceError.translating {
            try network.emit(to: builder)
            let context = try PreparationContext(PackageParameters(package), kernels: choice)
            return (try Program(builder, context), context.kernels.name)
        }
        self.package = package
        self.precision = precision
        self.configuration = configuration
        taps = builder.taps
    }

    /// Checks whether this host can compute with a package in a precision, without preparing anything.
    ///
    /// - Throws: `InferenceError` (`unsupported`).
    public static func check(_ package: ModelPackage, _ precision: Precision) throws {
        _ = try precision.arithmetic(of: package)
    }

    /// Makes what one slot needs.
    ///
    /// - Throws: `InferenceError` (`outOfMemory`, `library`).
    public func makeSession() throws -> InferenceSession {
        try InferenceSession(self)
    }
}
