/// A slot's block with the plan of a program: turns buffers into addresses.
struct BoundArena {
    let base: UnsafeMutableRawPointer
    /// Offsets of buffers, by index.
    let offsets: [Int]
    /// Scratch of the step that is being bound.
    var scratch: UnsafeMutableRawPointer
    let stream: DNNLStream

    /// The first value of an image of a map.
    func floats(_ map: FeatureMap, image: Int = 0) -> UnsafeMutablePointer<Float> {
        (base + offsets[map.buffer.index]).assumingMemoryBound(to: Float.self) + map.start(image: image)
    }
}
