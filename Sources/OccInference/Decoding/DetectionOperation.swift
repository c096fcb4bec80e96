internal import BinaryKernels

/// From the maps of a detection head to boxes: cells of highest score, their boxes, suppression.
struct DetectionOperation: Operation {
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

    var reads: [BufferID] { maps.buffers }
    var writes: [BufferID] { [] }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = decoder.queues(&scratch)
        return scratch.byteCount
    }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        var scratch = Scratch(arena.scratch)
        let queues = decoder.queues(&scratch)
        let bound = BoundDetectionMaps(maps, arena)
        let (decoder, suppression) = (decoder, suppression)
        return { frame in
            guard let detections = frame.detections else { return }
            let decoded = decoder.decode(bound, queues)
            detections.pointee = Detections(boxes: suppression.kept(of: decoded), decoded: decoded)
        }
    }
}
