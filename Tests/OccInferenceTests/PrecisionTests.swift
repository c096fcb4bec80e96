import Scenes
import TensorRuntime
import Testing

@testable import OccInference

/// Lower precisions of whole networks, at a small size.
@Suite(.serialized) struct PrecisionTests {
    /// Every part that a network may have stands in one of them.
    private static let networks = [
        "flashocc-r50_BiMatting-T", "bevdet-r50-cbgs", "flashocc-r50-4d-stereo_BDC-T", "bevdet-occ-r50",
        "occ-small_BDC-T", "det-small_BDC-T",
    ]

    private static func package(_ name: String) throws -> (ModelPackage, KeyframeInput) {
        let goldens = try SmallGoldens.read()
        let configuration = try goldens.small(ModelCatalogue.configuration(named: name))
        let bytes = try ModelImporter.pack(configuration, weights: FormulaWeightSource(seed: goldens.seed))
        return (
            try ModelPackage(bytes: bytes, source: name), goldens.input(seed: 1, frames: configuration.frames)
        )
    }

    @Test(arguments: networks)
    func everyPartRunsInEveryPrecision(_ name: String) throws {
        let (package, input) = try Self.package(name)
        let exact = try PreparedModel(package).makeSession().predict(input)
        let calibration = try RangeCalibration(package)
        try calibration.add(input)
        let calibrated = try ModelPackage(bytes: calibration.calibratedPackage(), source: name)
        try calibrated.verify()
        #expect(calibrated.isCalibrated && !package.isCalibrated && calibrated.digest != package.digest)
        #expect(calibrated.configuration == package.configuration)

        // Scales change nothing in fp32.
        #expect(try PreparedModel(calibrated).makeSession().predict(input) == exact)
        for precision in [Precision.bf16, .int8] where precision == .int8 || HostArithmetic.hasBFloat16 {
            let model = try PreparedModel(calibrated, precision: precision)
            let session = try model.makeSession()
            let prediction = try session.predict(input)
            #expect(try session.predict(input) == prediction, "\(precision) is not the same twice")
            guard case .occupancy(let labels) = prediction, case .occupancy(let wanted) = exact else { continue }
            // Formula weights leave few voxels clear, and signs fall the other way; a wrong scale would leave less than this.
            let agreeing = zip(labels, wanted).filter { $0 == $1 }.count
            let share = Double(agreeing) / Double(wanted.count)
            #expect(share > 0.5, "\(name), \(precision): \(share)")
        }
    }

    @Test func whatCannotBeComputedIsRefused() throws {
        let (package, _) = try Self.package("occ-small_BDC-T")
        let error = #expect(throws: InferenceError.self) { try PreparedModel(package, precision: .int8) }
        #expect(error?.kind == .unsupported && error?.detail.contains("occ-scheduler calibrate") == true)
        if !HostArithmetic.hasBFloat16 {
            let error = #expect(throws: InferenceError.self) { try PreparedModel(package, precision: .bf16) }
            #expect(error?.kind == .unsupported)
        }
    }

    @Test func histogramsGrowByPairs() {
        var histogram = RangeHistogram()
        histogram.add([0, 0.5, -0.5, 3, .infinity, .nan])
        #expect(histogram.counts.reduce(0, +) == 3 && histogram.peak == 3 && histogram.range == 4)
        #expect(histogram.counts[256] == 2 && histogram.counts[1536] == 1 && histogram.hasNegatives)
    }

    @Test func scalesEndWhereTheyCostLeast() {
        var even = RangeHistogram()
        even.add((0..<10_000).map { Float($0) / 10_000 })
        // Cutting off anything of an even distribution costs more than steps gain.
        #expect(abs(even.end(levels: 127) - 1) < 0.02)
        // One value far away does not widen all steps.
        var outlier = RangeHistogram()
        outlier.add((0..<100_000).map { Float($0) / 100_000 } + [8])
        #expect(outlier.end(levels: 127) < 6 && outlier.end(levels: 127) >= 0.99)
        #expect(RangeHistogram().end(levels: 127) == 1)
    }
}
