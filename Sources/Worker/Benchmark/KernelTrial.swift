internal import Foundation
internal import OccInference
internal import Scenes
internal import SystemSupport

/// Every variant of the binary kernels on the same keyframes by turns: what units of each shape take.
struct KernelTrial: Equatable {
    /// Names of the variants that ran, the usual one first.
    var variants: [String]
    /// Shapes of units in the order in which the network first has them.
    var shapes: [String]
    /// Median over keyframes of what all units of a shape take, by shape and variant.
    var seconds: [String: [String: Double]]
    /// Another variant must save so much of the usual one's time; less is noise.
    static let leastGain = 0.02

    /// Runs a scene's keyframes with every variant that this machine has.
    ///
    /// - Throws: what the predictors throw.
    init(_ package: ModelPackage, _ precision: Precision, scene: SceneFrames, root: String, keyframes: Int) throws {
        let usual = try InferenceBackend.kernelName()
        let variants = [usual] + KernelTuning.variants.filter { $0 != usual }
        let slots = try variants.map { variant in
            let session = try PreparedModel(package, precision: precision, kernels: variant).makeSession()
            session.isProfiling = true
            return (session: session, predictor: try NetworkPredictor(network: session))
        }
        for slot in slots { slot.predictor.startScene() }
        let first = package.configuration.frames
        var runs = [[[LayerTiming]]](repeating: [], count: slots.count)
        for sample in 0..<(first + keyframes) {
            // Whoever comes first finds the pictures cold: take turns.
            for turn in slots.indices {
                let place = (turn + sample) % slots.count
                _ = try slots[place].predictor.predict(scene, sample: sample, datasetRoot: root)
                if sample >= first { runs[place].append(slots[place].session.lastLayers) }
            }
        }
        self.init(variants: variants, layers: runs.map(LayerProfile.medians))
    }

    /// Adds up what was measured.
    ///
    /// - Parameter layers: medians of the same layers for each variant.
    init(variants: [String], layers: [[LayerTiming]]) {
        self.variants = variants
        shapes = []
        seconds = [:]
        for (variant, rows) in zip(variants, layers) {
            for row in rows {
                guard let shape = row.unit else { continue }
                if seconds[shape] == nil { shapes.append(shape) }
                seconds[shape, default: [:]][variant, default: 0] += row.seconds
            }
        }
    }

    /// The quickest variant of every shape.
    var choice: [String: String] {
        KernelTuning.quickest(seconds, usual: variants[0], leastGain: Self.leastGain)
    }

    /// A table for people, and what the choice gains.
    var text: String {
        let choice = choice
        var lines = [["unit"] + variants.map { "\($0) ms" } + ["quickest"]]
        for shape in shapes {
            lines.append(
                [shape] + variants.map { String(format: "%.2f", 1e3 * (seconds[shape]?[$0] ?? 0)) }
                    + [choice[shape] ?? ""]
            )
        }
        let usual = shapes.reduce(0) { $0 + (seconds[$1]?[variants[0]] ?? 0) }
        let best = shapes.reduce(0) { $0 + (seconds[$1]?[choice[$1] ?? ""] ?? 0) }
        let end =
            choice.values.allSatisfy { $0 == variants[0] }
            ? "the rules' choice, \(variants[0]), is the quickest everywhere: there is nothing to tune"
            : String(
                format: "units take %.1f ms with the rules' choice, %@, and %.1f ms tuned",
                1e3 * usual,
                variants[0],
                1e3 * best
            )
        return TextTable.lines(lines, texts: 1).joined(separator: "\n") + "\n" + end + "\n"
    }
}
