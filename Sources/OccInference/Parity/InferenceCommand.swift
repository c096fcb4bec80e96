internal import ArrayFiles
public import Scenes

/// Runs a network on a file of inputs and writes a file of outputs: what `occ-worker infer` does.
public enum InferenceCommand {
    /// What was done.
    public struct Summary: Equatable, Sendable {
        /// The network's name.
        public var network: String
        /// The model package's digest.
        public var digest: String
        /// Seconds of the frame, by stage.
        public var timings: StageTimings
        /// Frames that the network reads.
        public var frames: Int
        /// Frames of those that the input holds; the keyframe itself stood for the others.
        public var framesGiven: Int
        /// Names written to the output, sorted.
        public var outputs: [String]
    }

    /// Runs one keyframe.
    ///
    /// The input holds the keyframe first, then earlier frames, newest first; a network that reads fewer frames than there are takes
    /// the first ones, and for one that reads more the keyframe itself stands for those that are not there. The output holds `occ` (uint8 `[200, 200, 16]`), or `det_boxes` (float32 `[boxes, 9]`), `det_scores` and `det_labels`
    /// (float32 `[boxes]`) after suppression and `decoded_*` before it; and `tap:<module>` (float32) for each module asked for.
    ///
    /// - Parameters:
    ///   - package: the network.
    ///   - inputs: path of a safetensors file; see `InferenceInputs`.
    ///   - output: path of the safetensors file to write.
    ///   - precision: what full-precision layers are computed with.
    ///   - taps: modules whose whole output is written too.
    /// - Throws: `FileError`, `ArrayFileError`, `ModelPackageError` or `InferenceError`.
    public static func run(
        _ package: ModelPackage,
        inputs: String,
        output: String,
        precision: Precision = .fp32,
        taps: [String] = []
    ) throws -> Summary {
        let given = try InferenceInputs(contentsOf: inputs)
        let input = try KeyframeInput(given, frames: package.configuration.frames)
        let session = try PreparedModel(package, precision: precision).makeSession()
        var writer = SafetensorsWriter(
            metadata: ["network": package.configuration.name, "model_digest": package.digest])
        var names: [String] = []
        let prediction = try session.predict(input, taps: Set(taps)) { tap in
            names.append("tap:\(tap.name)")
            try writer.add("tap:\(tap.name)", tap.values, shape: tap.shape)
        }
        switch prediction {
        case .occupancy(let labels):
            let configuration = package.configuration
            names.append("occ")
            try writer.add(
                "occ",
                labels,
                shape: [configuration.gridX.cells, configuration.gridY.cells, configuration.head.outChannels[1]]
            )
        case .detections(let detections):
            for (prefix, boxes) in [("det", detections.boxes), ("decoded", detections.decoded)] {
                names += ["\(prefix)_boxes", "\(prefix)_scores", "\(prefix)_labels"]
                try writer.add("\(prefix)_boxes", boxes.flatMap(\.row), shape: [boxes.count, 9])
                try writer.add("\(prefix)_scores", boxes.map(\.score), shape: [boxes.count])
                try writer.add("\(prefix)_labels", boxes.map { Float($0.label) }, shape: [boxes.count])
            }
        }
        try writer.write(to: output)
        return Summary(
            network: package.configuration.name,
            digest: package.digest,
            timings: session.lastTimings,
            frames: input.frames.count,
            framesGiven: min(given.frames.count, input.frames.count),
            outputs: names.sorted()
        )
    }
}
