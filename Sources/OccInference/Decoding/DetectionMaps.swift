internal import TensorRuntime

/// The six maps of a detection head, channels last.
struct DetectionMaps: Sendable {
    let offset: Tensor
    let height: Tensor
    let size: Tensor
    let rotation: Tensor
    let velocity: Tensor
    let heatmap: Tensor

    /// Takes the maps in the published order of values: `reg`, `height`, `dim`, `rot`, `vel`, `heatmap`.
    init(_ maps: [Tensor]) {
        precondition(maps.count == 6 && maps.allSatisfy { $0.layout == .channelsLast && $0.images == 1 })
        (offset, height, size) = (maps[0], maps[1], maps[2])
        (rotation, velocity, heatmap) = (maps[3], maps[4], maps[5])
    }

    var all: [Tensor] { [offset, height, size, rotation, velocity, heatmap] }
}
