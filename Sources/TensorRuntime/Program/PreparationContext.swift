/// Where packed parameters come from; they stay where they are as long as this object lives.
public protocol ParameterSource: AnyObject, Sendable {
    /// The numbers of a parameter.
    ///
    /// - Throws: where there are none of that name, or not so many.
    func floats(_ name: String, count: Int) throws -> UnsafePointer<Float>
    /// The words of bits of a parameter.
    ///
    /// - Throws: where there are none of that name, or not so many.
    func words(_ name: String, count: Int) throws -> UnsafePointer<UInt32>
    /// Whether there is a parameter of that name.
    func contains(_ name: String) -> Bool
}

/// What the operations of a program are prepared with.
public final class PreparationContext {
    /// The parameters.
    public let parameters: any ParameterSource
    let engine: DNNLEngine
    /// The binary kernels.
    public let kernels: KernelTable
    /// Convolutions prepared so far: a layer that runs image by image keeps its weights once.
    private var convolutions: [ConvolutionPrimitive.Key: ConvolutionPrimitive] = [:]
    private var winograds: [ConvolutionPrimitive.Key: WinogradConvolution] = [:]

    /// Prepares the libraries for a source of parameters.
    ///
    /// - Throws: `TensorRuntimeError`.
    public init(_ parameters: any ParameterSource) throws {
        self.parameters = parameters
        kernels = try KernelTable()
        engine = try DNNLEngine()
    }

    /// Prepared convolutions of oneDNN; for tests.
    var convolutionCount: Int { convolutions.count }
    /// Convolutions prepared for the kernels' Winograd; for tests.
    var winogradCount: Int { winograds.count }

    /// A convolution by the kernels' Winograd, the same one for equal keys; nil where it does not fit or oneDNN's is to be taken.
    func winograd(_ key: ConvolutionPrimitive.Key) throws -> WinogradConvolution? {
        if let prepared = winograds[key] { return prepared }
        let convolution = key.convolution
        if engine.hasWinograd && convolution.mayUseWinograd { return nil }
        let prepared = try WinogradConvolution(
            key,
            kernels: kernels.functions,
            blockSize: engine.blockSize,
            weights: { try parameters.floats(convolution.weight, count: convolution.weightShape.reduce(1, *)) },
            bias: { try convolution.bias.map { try parameters.floats($0, count: convolution.paddedOutChannels) } }
        )
        winograds[key] = prepared
        return prepared
    }

    /// The primitive of a convolution; the same one for equal keys.
    func convolution(_ key: ConvolutionPrimitive.Key) throws -> ConvolutionPrimitive {
        if let prepared = convolutions[key] { return prepared }
        let convolution = key.convolution
        let count = convolution.weightShape.reduce(1, *)
        let primitive = try ConvolutionPrimitive(
            engine,
            key,
            weights: try parameters.floats(convolution.weight, count: count),
            bias: try convolution.bias.map { try parameters.floats($0, count: convolution.paddedOutChannels) }
        )
        convolutions[key] = primitive
        return primitive
    }

    /// The primitive of a convolution of dense channels-last tensors that are no tensors of a program, such as a few rows in scratch
    /// memory.
    public func convolution(_ convolution: Convolution, height: Int, width: Int) throws -> ConvolutionPrimitive {
        func format(_ channels: Int, _ height: Int, _ width: Int) -> Tensor.Format {
            Tensor.Format(
                shape: [1, channels, height, width],
                element: .float32,
                layout: .channelsLast,
                pixelStride: channels
            )
        }
        return try self.convolution(
            ConvolutionPrimitive.Key(
                convolution: convolution,
                input: format(convolution.paddedInChannels, height, width),
                output: format(
                    convolution.paddedOutChannels,
                    convolution.outputLength(height),
                    convolution.outputLength(width)
                ),
                addsToOutput: false
            )
        )
    }
}
