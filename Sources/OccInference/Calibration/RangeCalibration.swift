internal import Scenes
internal import TensorRuntime

/// Finds the scales of a network's values from keyframes, for `Precision.int8`.
///
/// A keyframe is computed in fp32, and what every convolution reads and writes is counted by size. The scale of a value ends where
/// rounding and cutting off together cost least (`RangeHistogram`). Not for use by two threads at once.
public final class RangeCalibration {
    /// What every name of a scale holds: the dot before its kind, and no module's name has it.
    private static let infix = "put_scale"

    private let package: ModelPackage
    private let session: InferenceSession
    private let names: Set<String>
    private var histograms: [String: RangeHistogram] = [:]
    /// Keyframes seen.
    public private(set) var keyframes = 0

    /// Prepares a network.
    ///
    /// - Throws: `ModelPackageError` or `InferenceError`.
    public init(_ package: ModelPackage) throws {
        self.package = package
        let model = try PreparedModel(package, .fp32, observesRanges: true)
        session = try model.makeSession()
        names = Set(model.tapNames.filter { $0.contains(Self.infix) })
    }

    /// Computes a keyframe and counts.
    ///
    /// - Throws: `InferenceError`.
    public func add(_ input: KeyframeInput) throws {
        _ = try session.predict(input, taps: names) { tap in
            // A layer that runs for several frames has one scale.
            let name = String(tap.name.prefix { $0 != "#" })
            histograms[name, default: RangeHistogram()].add(tap.values)
        }
        keyframes += 1
    }

    /// The package with the scales found: another model, as scales decide predictions.
    ///
    /// - Returns: the bytes of the file.
    /// - Throws: `ModelPackageError` (`damaged`).
    /// - Precondition: a keyframe was added.
    public func calibratedPackage() throws -> [UInt8] {
        precondition(keyframes > 0)
        return try package.bytes(scales: histograms.mapValues { $0.end(levels: 127) })
    }
}
