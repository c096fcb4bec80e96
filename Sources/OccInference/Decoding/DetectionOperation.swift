internal import BinaryKernels
internal import TensorRuntime

/// From the maps of a detection head to boxes: cells of highest score, their boxes, suppression.
struct DetectionOperation: Operation, PreparedOperation {
    private let maps: DetectionMaps
    private let decoder: CenterPointDecoder
    private let suppression: BoxSuppression

    init(maps: DetectionMaps, configuration: DetectionConfiguration) throws {
        guard maps.heatmap.channels == configuration.classNames.count else {
            throw InferenceError(
                .badConfiguration,
                "a heatmap of \(maps.heatmap.channels) channels does not fit \(configuration.classNames.count) classes"
            )
        }
        self.maps = maps
        decoder = CenterPointDecoder(configuration, height: maps.heatmap.height, width: maps.heatmap.width)
        suppression = BoxSuppression(configuration)
    }

    var reads: [Tensor] { maps.all }
    var writes: [Tensor] { [] }
    var inputs: [InputID] { [Detections.result.id] }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = decoder.queues(&scratch)
        return scratch.byteCount
    }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        var scratch = Scratch(memory.scratch)
        let queues = decoder.queues(&scratch)
        let bound = BoundDetectionMaps(maps, memory)
        let (decoder, suppression) = (decoder, suppression)
        return { inputs in
            let decoded = decoder.decode(bound, queues)
            inputs.value(Detections.result).pointee = Detections(boxes: suppression.kept(of: decoded), decoded: decoded)
        }
    }
}
