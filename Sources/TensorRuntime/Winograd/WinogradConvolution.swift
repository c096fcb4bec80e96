internal import BinaryKernels

/// A full-precision 3x3 convolution by the kernels' Winograd, with its transformed weights; shared by all slots.
///
/// It needs a few megabytes of scratch memory, whatever the map's size, and half to a third of the time of oneDNN's direct convolution.
struct WinogradConvolution: @unchecked Sendable {
    // Guard: the kernel is a constant of the library, the weights never change.
    private let kernel:
        @convention(c) (
            UnsafePointer<occ_winograd>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?,
            UnsafeMutablePointer<Float>, UnsafeMutableRawPointer
        ) -> Void
    private let shape: occ_winograd
    private let weights: AlignedBytes
    private let bias: AlignedBytes

    /// Transforms the weights, if the kernels have a Winograd for such a convolution and it pays.
    ///
    /// - Parameters:
    ///   - blockSize: channels of a block of the blocked layout.
    ///   - weights: of `Convolution.weightShape`, read now.
    ///   - bias: `[out]`, read now; nil is none.
    /// - Returns: nil where it does not fit.
    init?(
        _ key: ConvolutionPrimitive.Key,
        kernels: occ_kernels,
        blockSize: Int,
        weights: () throws -> UnsafePointer<Float>,
        bias: () throws -> UnsafePointer<Float>?
    ) throws {
        let convolution = key.convolution
        guard let kernel = kernels.winograd, Self.fits(key),
            [key.input, key.output].allSatisfy({ Self.hasVectors($0, kernels.winograd_lanes, blockSize) })
        else { return nil }
        self.kernel = kernel
        let (inputs, outputs) = (convolution.paddedInChannels, convolution.paddedOutChannels)
        shape = occ_winograd(
            images: key.input.shape[0],
            height: key.input.shape[2],
            width: key.input.shape[3],
            in_channels: inputs,
            out_channels: outputs,
            input: Self.map(key.input, blockSize),
            output: Self.map(key.output, blockSize),
            adds_to_output: key.added != nil,
            relu: convolution.activation == .relu
        )
        let floatBytes = ElementType.float32.byteCount
        self.weights = AlignedBytes(count: occ_winograd_weight_floats(outputs, inputs) * floatBytes, alignment: 4096)
        occ_winograd_pack(
            try weights(),
            outputs,
            inputs,
            self.weights.pointer.assumingMemoryBound(to: Float.self)
        )
        self.bias = AlignedBytes(count: outputs * floatBytes)
        if let bias = try bias() { self.bias.pointer.copyMemory(from: bias, byteCount: self.bias.count) }
    }

    /// Whether it is such a convolution, and so large that its 36 products, 16 tiles at once, are at most half of the plain ones.
    private static func fits(_ key: ConvolutionPrimitive.Key) -> Bool {
        let convolution = key.convolution
        guard convolution.kernel == 3, convolution.stride == 1, convolution.dilation == 1, !convolution.isVolume,
            convolution.activation == nil || convolution.activation == .relu,
            convolution.paddedInChannels % 16 == 0, convolution.paddedOutChannels % 16 == 0
        else { return false }
        let (images, height, width) = (key.input.shape[0], key.input.shape[2], key.input.shape[3])
        let tiles = images * ((height + 3) / 4) * ((width + 3) / 4)
        return 2 * 36 * ((tiles + 15) / 16 * 16) <= 9 * images * height * width
    }

    /// Whether vectors of so many channels lie together.
    private static func hasVectors(_ format: Tensor.Format, _ lanes: Int, _ blockSize: Int) -> Bool {
        format.element == .float32
            && (format.layout == .channelsLast || format.layout == .blocked && blockSize % lanes == 0)
    }

    private static func map(_ format: Tensor.Format, _ blockSize: Int) -> occ_winograd_map {
        switch format.layout {
        case .blocked:
            occ_winograd_map(
                pixel_stride: blockSize,
                block: blockSize,
                block_stride: format.shape[2] * format.shape[3] * blockSize,
                image_stride: format.imageStride
            )
        case .channelsLast, .planar:
            occ_winograd_map(
                pixel_stride: format.pixelStride,
                block: format.shape[1],
                block_stride: 0,
                image_stride: format.imageStride
            )
        }
    }

    /// Bytes of scratch memory of one execution.
    var scratchBytes: Int { occ_winograd_workspace_bytes(shape.out_channels, shape.in_channels) }

    /// Executes once.
    func run(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer) {
        withUnsafePointer(to: shape) {
            kernel(
                $0,
                x,
                self.weights.pointer.assumingMemoryBound(to: Float.self),
                self.bias.pointer.assumingMemoryBound(to: Float.self),
                y,
                scratch
            )
        }
    }
}
