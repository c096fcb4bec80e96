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
    /// The binary kernels of all that `unitKernels` does not name.
    public let kernels: KernelTable
    /// The binary kernels of units of some shapes.
    private let unitKernels: [String: KernelTable]
    /// Convolutions prepared so far: a layer that runs image by image keeps its weights once.
    private var convolutions: [ConvolutionPrimitive.Key: ConvolutionPrimitive] = [:]
    private var winograds: [ConvolutionPrimitive.Key: WinogradConvolution] = [:]

    /// What else operations share, by keys of their own types.
    private var others: [AnyHashable: any Sendable] = [:]

    /// Prepares the libraries for a source of parameters.
    ///
    /// - Throws: `TensorRuntimeError`, also for kernels that this machine cannot run.
    public init(_ parameters: any ParameterSource, kernels choice: KernelChoice = .byRules) throws {
        self.parameters = parameters
        kernels = try choice.general.map { try KernelTable(named: $0) } ?? KernelTable()
        unitKernels = try choice.units.mapValues { try KernelTable(named: $0) }
        engine = try DNNLEngine()
    }

    /// The binary kernels for a unit.
    func kernels(for unit: UnitShape) -> KernelTable { unitKernels[unit.description] ?? kernels }

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
            ConvolutionPrimitive.Units(
                input: try unit(of: key.input),
                output: try unit(of: key.output),
                added: try key.added.map { try unit(of: $0) } ?? 1
            ),
            weights: try parameters.floats(convolution.weight, count: count),
            bias: try convolution.bias.map { try parameters.floats($0, count: convolution.paddedOutChannels) }
        )
        convolutions[key] = primitive
        return primitive
    }

    /// What 1 of a tensor's elements stands for.
    ///
    /// - Throws: where its scale is not there, or is no range.
    func unit(of format: Tensor.Format) throws -> Float {
        guard let largest = format.element.largestByte else { return 1 }
        guard let name = format.scale else {
            throw TensorRuntimeError(.misfit, "a tensor of bytes of shape \(format.shape) has no scale")
        }
        return try unit(scale: name, largest: largest)
    }

    /// What 1 stands for where a scale's end stands for a byte.
    ///
    /// - Throws: where the scale is not there, or is no range.
    func unit(scale name: String, largest: Float) throws -> Float {
        let end = try parameters.floats(name, count: 1)[0]
        guard Arithmetic.ends.contains(end) else {
            throw TensorRuntimeError(
                .misfit,
                "scale '\(name)' is \(end), not a number from 2^-64 to 2^64; calibrate the model again"
            )
        }
        return end / largest
    }

    /// What an operation makes once for equal keys.
    func shared<Value: Sendable>(_ key: some Hashable & Sendable, _ make: () throws -> Value) rethrows -> Value {
        if let value = others[AnyHashable(key)] as? Value { return value }
        let value = try make()
        others[AnyHashable(key)] = value
        return value
    }
}
