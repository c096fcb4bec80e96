internal import Evaluation
internal import MCAPFiles
internal import Scenes

/// Writes the recording of one scene, sample by sample; the same calls give the same bytes.
final class SceneRecorder {
    /// What the run predicts.
    enum Prediction {
        /// Labels of voxels, [x, y, z] with z fastest.
        case labels([UInt8])
        case boxes([DetectionBox])
    }

    private let writer: MCAPWriter
    private let about: [String: String]
    private let hasGrid: Bool
    private var schemas: [FoxgloveSchema: UInt16] = [:]
    private var channels: [String: UInt16] = [:]

    /// Begins a recording.
    ///
    /// - Parameters:
    ///   - about: what stands in the metadata of the channels of predictions.
    ///   - hasGrid: whether voxel labels are also written as dense grids.
    /// - Throws: what the sink throws.
    init(_ sink: any MCAPSink, about: [String: String], hasGrid: Bool) throws {
        writer = try MCAPWriter(sink)
        self.about = about
        self.hasGrid = hasGrid
    }

    /// Writes a sample's messages in the order of their times.
    ///
    /// - Parameter pictures: the files of the sample's cameras in their order; empty for none.
    /// - Throws: `MCAPError` for times before 1970 or after 2262, `EvaluationError` for labels that are none; what the sink throws.
    func add(_ sample: SampleFrames, _ prediction: Prediction, pictures: [[UInt8]]) throws {
        var messages = try SampleMessages.transforms(sample)
        messages += try sample.cameras.map(SampleMessages.calibration)
        messages += try zip(sample.cameras, pictures).map(SampleMessages.picture)
        switch prediction {
        case .labels(let labels):
            messages.append(try SampleMessages.points(labels, sample))
            if hasGrid { messages.append(try SampleMessages.grid(labels, sample)) }
        case .boxes(let boxes): messages.append(try SampleMessages.boxes(boxes, sample))
        }
        for (_, message) in messages.enumerated().sorted(by: { ($0.1.time_ns, $0.0) < ($1.1.time_ns, $1.0) }) {
            try writer.write(message.data, channel: channel(of: message), logTime_ns: message.time_ns)
        }
    }

    /// Writes the summary.
    ///
    /// - Throws: what the sink throws.
    func finish() throws { try writer.finish() }

    private func channel(of message: SampleMessage) throws -> UInt16 {
        if let known = channels[message.topic] { return known }
        let schema = try schemas[message.schema] ?? writer.add(message.schema)
        schemas[message.schema] = schema
        let hasClasses = [.pointCloud, .voxelGrid].contains(message.schema)
        let classes = hasClasses ? ["classes": OccupancyClass.names.joined(separator: ",")] : [:]
        let channel = try writer.addChannel(
            topic: message.topic,
            schema: schema,
            messageEncoding: FoxgloveSchema.messageEncoding,
            metadata: hasClasses || message.schema == .sceneUpdate ? about.merging(classes) { $1 } : [:]
        )
        channels[message.topic] = channel
        return channel
    }
}
