public import BinaryKernels

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

    /// An image of a channels-last tensor of float32 or bfloat16, to read.
    public func map(_ tensor: Tensor, image: Int = 0) -> occ_map {
        precondition(tensor.layout == .channelsLast, "a tensor that is \(tensor.layout) is read as channels-last")
        return occ_map(
            values: UnsafeRawPointer(bytes(tensor, image: image)),
            stride: tensor.pixelStride,
            element: tensor.element.ofKernels
        )
    }

    /// An image of a channels-last tensor of float32 or bfloat16, to write.
    public func target(_ tensor: Tensor, image: Int = 0) -> occ_target {
        precondition(tensor.layout == .channelsLast, "a tensor that is \(tensor.layout) is written as channels-last")
        return occ_target(
            values: bytes(tensor, image: image),
            stride: tensor.pixelStride,
            element: tensor.element.ofKernels
        )
    }

    /// Every image that an operation reads, writes and adds: float32 or bfloat16, each tensor of its own type.
    ///
    /// - Parameters:
    ///   - input: what is read.
    ///   - output: what is written, of as many images.
    ///   - skip: what is added, of as many images; nil for nothing.
    func frames(
        _ input: Tensor,
        _ output: Tensor,
        skip: Tensor?
    ) -> [(input: occ_map, output: occ_target, skip: occ_map?)] {
        (0..<input.images).map { image in
            (map(input, image: image), target(output, image: image), skip.map { map($0, image: image) })
        }
    }
}
