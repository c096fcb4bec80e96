internal import TensorRuntime

/// The same maps in a slot's memory.
struct BoundDetectionMaps {
    let offset: BoundMap
    let height: BoundMap
    let size: BoundMap
    let rotation: BoundMap
    let velocity: BoundMap
    let heatmap: BoundMap

    init(_ maps: DetectionMaps, _ memory: BoundMemory) {
        func bound(_ map: Tensor) -> BoundMap { BoundMap(values: memory.floats(map), pixelStride: map.pixelStride) }
        (offset, height, size) = (bound(maps.offset), bound(maps.height), bound(maps.size))
        (rotation, velocity, heatmap) = (bound(maps.rotation), bound(maps.velocity), bound(maps.heatmap))
    }
}

/// A channels-last map in memory.
struct BoundMap {
    let values: UnsafePointer<Float>
    let pixelStride: Int

    subscript(pixel: Int, channel: Int) -> Float { values[pixel * pixelStride + channel] }
}
