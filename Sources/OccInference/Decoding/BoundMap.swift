/// A channels-last map in memory.
struct BoundMap {
    let values: UnsafePointer<Float>
    let pixelStride: Int

    subscript(pixel: Int, channel: Int) -> Float { values[pixel * pixelStride + channel] }
}
