/// One slot's memory as an operation sees it while it is bound: turns tensors into addresses.
public struct BoundMemory {
    let base: UnsafeMutableRawPointer
    /// Offsets of buffers in bytes, by index.
    let offsets: [Int]
    /// Scratch of the operation that is being bound.
    public let scratch: UnsafeMutableRawPointer
    /// Where the slot's oneDNN primitives run.
    public let stream: DNNLStream
    /// The binary kernels.
    public let kernels: KernelTable
    /// Channels of a block of the blocked layout.
    public let blockSize: Int

    /// The first value of an image of a tensor, whatever its type.
    public func bytes(_ tensor: Tensor, image: Int = 0) -> UnsafeMutableRawPointer {
        base + offsets[tensor.buffer.index] + tensor.start(image: image)
    }

    /// The first value of an image of a tensor of float32.
    public func floats(_ tensor: Tensor, image: Int = 0) -> UnsafeMutablePointer<Float> {
        precondition(tensor.element == .float32, "a tensor of \(tensor.element) is read as float32")
        return bytes(tensor, image: image).assumingMemoryBound(to: Float.self)
    }

    /// The first values of every image that an operation reads, writes and adds.
    ///
    /// - Parameters:
    ///   - input: what is read, float32.
    ///   - output: what is written, float32, of as many images.
    ///   - skip: what is added, float32, of as many images; nil for nothing.
    func frames(
        _ input: Tensor,
        _ output: Tensor,
        skip: Tensor?
    ) -> [(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, skip: UnsafePointer<Float>?)] {
        (0..<input.images).map { image in
            (
                UnsafePointer(floats(input, image: image)), floats(output, image: image),
                skip.map { UnsafePointer(floats($0, image: image)) }
            )
        }
    }
}
