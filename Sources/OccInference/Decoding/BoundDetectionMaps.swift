/// The same maps in a slot's memory.
struct BoundDetectionMaps {
    let offset: BoundMap
    let height: BoundMap
    let size: BoundMap
    let rotation: BoundMap
    let velocity: BoundMap
    let heatmap: BoundMap

    init(_ maps: DetectionMaps, _ arena: BoundArena) {
        func bound(_ map: FeatureMap) -> BoundMap { BoundMap(values: arena.floats(map), pixelStride: map.pixelStride) }
        (offset, height, size) = (bound(maps.offset), bound(maps.height), bound(maps.size))
        (rotation, velocity, heatmap) = (bound(maps.rotation), bound(maps.velocity), bound(maps.heatmap))
    }
}
