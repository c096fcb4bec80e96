internal import BinaryKernels

/// Weights of a 1x1 convolution expanded into bytes, for inputs of signed bytes.
final class ByteWeights: Sendable {
    private let memory: AlignedBytes
    private let weightCount: Int
    private let sumCount: Int
    private let hasLookup: Bool

    /// Expands packed weights.
    ///
    /// - Throws: what the source of parameters throws.
    private init(_ convolution: BinaryConvolutionParameters, in source: any ParameterSource) throws {
        let (outputs, inputs) = (convolution.outChannels, convolution.inChannels)
        var packed = try convolution.weights(in: source)
        // Weights and sums are whole cache lines of 64 bytes, so that what stands behind them is aligned.
        weightCount = occ_byte_weight_count(outputs, inputs)
        sumCount = (outputs + 15) / 16 * 16
        let lookup = weightCount + sumCount * MemoryLayout<Int32>.stride
        memory = AlignedBytes(
            count: lookup + occ_lookup_weight_count(outputs, inputs) * MemoryLayout<UInt16>.stride
        )
        occ_expand_weights(
            &packed,
            outputs,
            inputs,
            memory.pointer.assumingMemoryBound(to: Int8.self),
            (memory.pointer + weightCount).assumingMemoryBound(to: Int32.self)
        )
        hasLookup = occ_expand_lookup(
            &packed,
            outputs,
            inputs,
            (memory.pointer + lookup).assumingMemoryBound(to: UInt16.self)
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

    /// The weights with what one step of the inputs is worth, valid as long as this object lives.
    func with(scale: Float) -> occ_byte_weights {
        let sums = memory.pointer + weightCount
        let lookup = sums + sumCount * MemoryLayout<Int32>.stride
        return occ_byte_weights(
            weights: memory.pointer.assumingMemoryBound(to: Int8.self),
            sums: sums.assumingMemoryBound(to: Int32.self),
            lookup: hasLookup ? UnsafePointer(lookup.assumingMemoryBound(to: UInt16.self)) : nil,
            scale: scale
        )
    }
}
