import ArrayFiles
import FormulaInputs
import Foundation
import Testing

@testable import OccInference

/// Whole networks of several frames, full size, against the published code.
///
/// Skipped with a printed message where the goldens of the published code are absent.
@Suite(.serialized, .enabled(if: SharedGoldens.isPresent)) struct StereoNetworkTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let configuration: String
        let golden: String
        /// Most that the 99th percentile of a tap behind the backbone may differ over its standard deviation: what `NetworkGoldenTests`
        /// allows where image features are signed, 3e-4 where they are not.
        let laterBound: Double

        var folder: String { SharedGoldens.folder! + "/" + golden }
        var testDescription: String { golden }
    }

    static let occupancy = [
        Case(configuration: "flashocc-r50-4d-stereo_BDC-T", golden: "occ-4dstereo-bdc-t@synth", laterBound: 1.5e-2),
        Case(configuration: "flashocc-r50-4d-stereo_BDC-T", golden: "occ-4dstereo-bdc-t@real0", laterBound: 1.5e-2),
        Case(configuration: "flashocc-r50-4d-stereo_BDC-B", golden: "occ-4dstereo-bdc-b@synth", laterBound: 3e-4),
    ]
    static let detection = Case(
        configuration: "bevdet-r50-4d-stereo-cbgs_BDC-T",
        golden: "det-4dstereo-bdc-t@synth",
        laterBound: 6e-3
    )

    /// A checkpoint by the formulas of a manifest.
    private struct ManifestWeights: WeightSource {
        let manifest: GoldenManifest
        var label: String { manifest.name }
        var inventory: [String: [Int]]? {
            Dictionary(uniqueKeysWithValues: manifest.tensors.map { ($0.name, $0.shape) })
        }

        func values(of tensor: TensorSpec) throws -> [Float] {
            manifest.elements(of: try #require(manifest.tensors.first { $0.name == tensor.name }))
        }
    }

    @Test(arguments: occupancy + [detection])
    func formulaWeightsAreThoseOfTheManifest(_ one: Case) throws {
        let manifest = try GoldenManifest(contentsOf: one.folder + "/manifest.json")
        let configuration = try ModelCatalogue.configuration(named: one.configuration)
        let network = try Network(configuration)
        #expect(manifest.config.hasSuffix("/\(one.configuration).py") && manifest.frames == configuration.frames)
        let published = Dictionary(uniqueKeysWithValues: manifest.tensors.map { ($0.name, $0) })
        #expect(Set(network.tensors.map(\.name)) == Set(published.keys))
        for tensor in network.tensors {
            let (amplitude, offset) = FormulaWeightSource.range(of: tensor)
            let expected = try #require(published[tensor.name])
            #expect(expected.shape == tensor.shape && expected.offset == offset, "\(tensor.name): \(offset)")
            // This golden's last layers were drawn smaller than those of the single-frame network.
            #expect(
                expected.amplitude == amplitude || (tensor.kind == .detectionOutput && expected.amplitude == 5e-5),
                "\(tensor.name): \(amplitude)"
            )
        }
    }

    @Test func occupancyAgreesWithThePublishedCode() throws {
        var prepared: [String: PreparedModel] = [:]
        for one in Self.occupancy {
            let manifest = try GoldenManifest(contentsOf: one.folder + "/manifest.json")
            let model = try prepared[one.configuration] ?? prepare(one, manifest)
            prepared = [one.configuration: model]
            guard case .occupancy(let labels) = try run(one, manifest, model) else {
                Issue.record("no occupancy")
                continue
            }
            let file = try SafetensorsFile(path: one.folder + "/outputs.safetensors")
            let agreement = OccupancyAgreement(
                reference: try file.elements(of: "occ", as: UInt8.self),
                candidate: labels,
                margins: zip(
                    try file.elements(of: "occ_margin:index", as: Int32.self),
                    try file.elements(of: "occ_margin:value", as: Float.self)
                ).map { (Int($0), $1) }
            )
            print(one.golden, agreement.agreement, agreement.marginsAtDifferences.last ?? 0)
            #expect(agreement.agreement >= 0.998, "\(one.golden): labels agree to \(agreement.agreement)")
            // Labels may differ at near-ties only.
            let largest = agreement.marginsAtDifferences.last ?? 0
            #expect(largest < 0.1 * (agreement.medianMargin ?? 0), "\(one.golden): margin \(largest)")
        }
    }

    @Test func boxesAgreeWithThePublishedCode() throws {
        let one = Self.detection
        let manifest = try GoldenManifest(contentsOf: one.folder + "/manifest.json")
        let prediction = try run(one, manifest, try prepare(one, manifest))
        guard case .detections(let found) = prediction else { throw InferenceError(.badInput, "no boxes") }
        let file = try SafetensorsFile(path: one.folder + "/outputs.safetensors")
        for (list, boxes) in [("det", found.boxes), ("decoded", found.decoded)] {
            let agreement = DetectionAgreement(
                reference: .init(
                    values: try file.values(of: list + "_boxes"),
                    columns: 9,
                    scores: try file.values(of: list + "_scores"),
                    labels: try file.values(of: list + "_labels")
                ),
                candidate: .init(
                    values: boxes.flatMap(\.row),
                    columns: 9,
                    scores: boxes.map(\.score),
                    labels: boxes.map { Float($0.label) }
                )
            )
            print(one.golden, agreement)
            #expect(agreement.isComplete, "\(agreement)")
            #expect(agreement.largestScoreDifference < 1e-3 && agreement.largestCentreDistance < 0.01, "\(agreement)")
        }
    }

    private func prepare(_ one: Case, _ manifest: GoldenManifest) throws -> PreparedModel {
        let bytes = try ModelImporter.pack(
            try ModelCatalogue.configuration(named: one.configuration),
            weights: ManifestWeights(manifest: manifest)
        )
        let model = try PreparedModel(ModelPackage(bytes: bytes, source: one.configuration))
        print(one.configuration, model.sessionByteCount, model.rememberedByteCount)
        #expect(model.sessionByteCount < 600_000_000)
        return model
    }

    /// Runs a case and compares every tap as it comes.
    private func run(_ one: Case, _ manifest: GoldenManifest, _ model: PreparedModel) throws -> Prediction {
        let inputs =
            one.golden.hasSuffix("@synth")
            ? InferenceInputs.synthetic(frameCount: 3)
            : try InferenceInputs(contentsOf: SharedGoldens.folder! + "/inputs-real0.safetensors")
        let file = try SafetensorsFile(path: one.folder + "/outputs.safetensors")
        var seen: Set<String> = []
        let prediction = try model.makeSession().predict(
            KeyframeInput(inputs, frames: manifest.frames),
            taps: Set(manifest.taps.keys)
        ) { tap in
            seen.insert(tap.name)
            let difference = TensorDifference(
                name: tap.name,
                reference: try file.values(of: "tap:\(tap.name):value"),
                candidate: try file.elements(of: "tap:\(tap.name):index", as: Int32.self).map { tap.values[Int($0)] },
                deviation: try #require(manifest.taps[tap.name]).standardDeviation
            )
            print(one.golden, tap.name, difference.largestRelative, difference.percentile99Relative)
            if tap.name.hasPrefix("img_backbone") {
                #expect(difference.largestRelative < 2e-5, "\(one.golden): \(difference)")
            } else {
                #expect(difference.percentile99Relative < one.laterBound, "\(one.golden): \(difference)")
            }
        }
        #expect(seen == Set(manifest.taps.keys))
        return prediction
    }
}
