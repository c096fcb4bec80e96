internal import BinaryKernels

/// Weights of a 1x1 convolution expanded into bytes, for inputs of signed bytes.
final class ByteWeights: Sendable {
    private let memory: AlignedBytes
    private let weightCount: Int

    /// Expands packed weights.
    ///
    /// - Throws: what the source of parameters throws.
    private init(_ convolution: BinaryConvolutionParameters, in source: any ParameterSource) throws {
        let (outputs, inputs) = (convolution.outChannels, convolution.inChannels)
        var packed = try convolution.weights(in: source)
        // Whole cache lines of 64 bytes, so that the sums behind them are aligned.
        weightCount = occ_byte_weight_count(outputs, inputs)
        memory = AlignedBytes(count: weightCount + (outputs + 15) / 16 * 16 * MemoryLayout<Int32>.stride)
        occ_expand_weights(
            &packed,
            outputs,
            inputs,
            memory.pointer.assumingMemoryBound(to: Int8.self),
            (memory.pointer + weightCount).assumingMemoryBound(to: Int32.self)
        )
    }

    /// The weights of a convolution; the same ones for equal parameters, since a layer that runs image by image is prepared several
    /// times.
    static func shared(
        _ convolution: BinaryConvolutionParameters,
        in context: PreparationContext
    ) throws -> ByteWeights {
        try context.shared(convolution) { try ByteWeights(convolution, in: context.parameters) }
    }

    /// See `occ_byte_weights`.
    var weights: UnsafePointer<Int8> { UnsafePointer(memory.pointer.assumingMemoryBound(to: Int8.self)) }
    /// See `occ_byte_weights`.
    var sums: UnsafePointer<Int32> {
        UnsafePointer((memory.pointer + weightCount).assumingMemoryBound(to: Int32.self))
    }
}
