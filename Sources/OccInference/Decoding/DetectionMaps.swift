/// The six maps of a detection head, channels last.
struct DetectionMaps: Sendable {
    let offset: FeatureMap
    let height: FeatureMap
    let size: FeatureMap
    let rotation: FeatureMap
    let velocity: FeatureMap
    let heatmap: FeatureMap

    /// Takes the maps in the published order of values: `reg`, `height`, `dim`, `rot`, `vel`, `heatmap`.
    init(_ maps: [FeatureMap]) {
        precondition(maps.count == 6 && maps.allSatisfy { $0.layout == .channelsLast && $0.images == 1 })
        (offset, height, size) = (maps[0], maps[1], maps[2])
        (rotation, velocity, heatmap) = (maps[3], maps[4], maps[5])
    }

    var buffers: [BufferID] { [offset, height, size, rotation, velocity, heatmap].map(\.buffer) }
}
