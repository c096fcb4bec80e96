internal import Datasets
internal import OccInference
internal import Scenes

/// Measures a model the way a worker runs it, JPEG files to what is stored: keyframes of a scene in order.
///
/// A network that looks back is measured twice in the same run, keyframe by keyframe in turns: in scene order, where its session keeps
/// the image branch of earlier frames, and with everything forgotten before each keyframe, as the published code computes it. What
/// both predict must be the same in every byte.
struct Bench {
    /// One way of going through the scene.
    struct Way: Equatable {
        /// Medians by stage, in the order of execution.
        var stages: [(stage: String, seconds: Double)]
        /// Median of whole keyframes.
        var totalSeconds: Double

        static func == (left: Way, right: Way) -> Bool {
            left.totalSeconds == right.totalSeconds
                && left.stages.elementsEqual(right.stages) { $0.stage == $1.stage && $0.seconds == $1.seconds }
        }
    }

    /// What was measured.
    struct Result: Equatable {
        var keyframes: Int
        var inOrder: Way
        /// Each keyframe anew; nil for networks of one frame.
        var anew: Way?

        /// How many times faster scene order is.
        var ratio: Double? { anew.map { $0.totalSeconds / inOrder.totalSeconds } }
    }

    /// Two ways that should be one.
    struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    /// Frames that the network reads.
    let frameCount: Int
    /// Makes what runs in one slot.
    let makePredictor: () throws -> NetworkPredictor

    /// Samples that a scene must have for so many measured keyframes.
    ///
    /// The first with all its earlier frames is not counted.
    func sampleCount(keyframes: Int) -> Int { keyframes + frameCount }

    /// Goes through a scene.
    ///
    /// - Throws: `Difference`, and what the predictor throws.
    func measure(_ scene: SceneFrames, root: String, keyframes: Int) throws -> Result {
        let inOrder = try makePredictor()
        let anew = frameCount > 1 ? try makePredictor() : nil
        let first = frameCount
        var inOrderRows: [Row] = []
        var anewRows: [Row] = []
        inOrder.startScene()
        for sample in 0..<(first + keyframes) {
            func goOn() throws -> PredictedContent {
                let prediction = try inOrder.predict(scene, sample: sample, datasetRoot: root)
                if sample >= first { inOrderRows.append(Row(inOrder, prediction)) }
                return prediction.content
            }
            func beginAnew() throws -> PredictedContent? {
                guard let anew, sample >= first - 1 else { return nil }
                anew.startScene()
                let prediction = try anew.predict(scene, sample: sample, datasetRoot: root)
                if sample >= first { anewRows.append(Row(anew, prediction)) }
                return prediction.content
            }
            // Whoever comes second finds the pictures in the processor's caches: take turns.
            var contents: [PredictedContent?] = []
            if sample.isMultiple(of: 2) {
                contents = [try goOn(), try beginAnew()]
            } else {
                contents = [try beginAnew(), try goOn()]
            }
            let found = contents.compactMap(\.self)
            guard found.allSatisfy({ $0 == found[0] }) else {
                throw Difference(
                    description: "keyframe \(sample): scene order and a keyframe by itself predict different bytes;"
                        + " this is a mistake in the program, please report it"
                )
            }
        }
        return Result(
            keyframes: keyframes,
            inOrder: Self.way(inOrderRows),
            anew: anew == nil ? nil : Self.way(anewRows)
        )
    }

    /// One keyframe.
    private struct Row {
        var stages: [(stage: String, seconds: Double)]
        var totalSeconds: Double

        init(_ predictor: NetworkPredictor, _ prediction: PredictedSample) {
            stages = [("decode, resize", predictor.lastDecodingSeconds)] + predictor.lastTimings.rows
            totalSeconds = prediction.seconds
        }
    }

    private static func way(_ rows: [Row]) -> Way {
        let stages = rows.first?.stages.indices.map { stage in
            (stage: rows[0].stages[stage].stage, seconds: median(rows.map { $0.stages[stage].seconds }))
        }
        return Way(stages: stages ?? [], totalSeconds: median(rows.map(\.totalSeconds)))
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
}
