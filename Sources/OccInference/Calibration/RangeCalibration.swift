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
    /// Sees what the 1x1 of binary units read.
    private let units = UnitObserver()
    private var histograms: [String: RangeHistogram] = [:]
    /// Keyframes seen.
    public private(set) var keyframes = 0

    /// The network's configuration, for as many cameras as keyframes have.
    public var configuration: NetworkConfiguration { session.model.configuration }

    /// Prepares a network.
    ///
    /// - Parameter cameras: how many cameras the rig has; nil: as many as the network was made for.
    /// - Throws: `ModelPackageError` or `InferenceError`.
    public init(_ package: ModelPackage, cameras: Int? = nil) throws {
        self.package = package
        let model = try PreparedModel(package, .fp32, cameras: cameras, observesRanges: true)
        session = try model.makeSession()
        names = Set(model.tapNames.filter { $0.contains(Self.infix) })
    }

    /// Computes a keyframe and counts.
    ///
    /// - Throws: `InferenceError`.
    public func add(_ input: KeyframeInput) throws {
        _ = try session.predict(input, taps: names, observer: units) { tap in
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
        var scales: [String: Float] = [:]
        for (name, histogram) in histograms {
            // What is never negative is kept in unsigned bytes where a convolution writes it.
            let isUnsigned = name.hasSuffix(Convolution.outputScaleSuffix) && !histogram.hasNegatives
            scales[name] = histogram.end(levels: isUnsigned ? 255 : 127)
        }
        for (unit, values) in units.values {
            scales[BinaryConv2dBDC.pointwiseScale(ofUnit: unit)] = Self.end(values)
        }
        return try package.bytes(scales: scales)
    }

    /// The end of the scale of what a unit's 1x1 reads.
    private static func end(_ values: UnitObserver.Values) -> Float {
        // The first bin holds zeros, which every scale has exactly.
        let bins = values.bins.enumerated().filter { $0 > 0 && $1 > 0 }.map { index, count in
            let lower = Double(UnitObserver.Values.lowerBound(ofBin: index))
            let isLast = index + 1 == UnitObserver.Values.binCount
            let upper = isLast ? lower : Double(UnitObserver.Values.lowerBound(ofBin: index + 1))
            return ScaleEnd.Bin(middle: (lower + upper) / 2, upper: upper, count: Double(count))
        }
        return ScaleEnd.best(bins.filter { $0.upper.isFinite }, peak: values.largest, levels: 127)
    }
}
