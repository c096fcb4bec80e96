internal import BinaryKernels

/// One sign, binary convolutions of it side by side, then everything that is added in one pass, image by image.
public struct SignUnitOperation: Operation {
    /// What is added to the convolutions' result.
    public enum Shortcut: Sendable {
        /// Nothing.
        case none
        /// The input: the mean of 2x2 blocks if the unit has a stride, repeated if it has more channels.
        case input
        /// Half the sum of the two halves of the input's channels.
        case meanOfHalves
    }

    /// The unit: its numbers and the names of its parameters.
    public struct Unit: Sendable {
        /// The layer's name, for messages and costs.
        public var name: String
        /// Channels that it reads.
        public var inChannels: Int
        /// 1 or 2.
        public var stride: Int
        /// Name of the factor before the sign; nil is 1.
        public var moveScale: String?
        /// Name of the shift before the sign.
        public var moveShift: String
        /// Their results stand side by side.
        public var convolutions: [BinaryConvolutionParameters]
        /// What is added to them.
        public var shortcut: Shortcut
        /// The RPReLU after the addition, in the place of the tail's.
        public var activation: RPReLUParameters?

        /// Makes a unit from its parts.
        public init(
            name: String,
            inChannels: Int,
            stride: Int,
            moveScale: String?,
            moveShift: String,
            convolutions: [BinaryConvolutionParameters],
            shortcut: Shortcut,
            activation: RPReLUParameters?
        ) {
            self.name = name
            self.inChannels = inChannels
            self.stride = stride
            self.moveScale = moveScale
            self.moveShift = moveShift
            self.convolutions = convolutions
            self.shortcut = shortcut
            self.activation = activation
        }

        var outChannels: Int { convolutions.reduce(0) { $0 + $1.outChannels } }
        /// Whether the shortcut is the input as it stands.
        var addsInputItself: Bool { shortcut == .input && stride == 1 }
    }

    private let unit: Unit
    private let input: Tensor
    private let output: Tensor
    private let tail: UnitTail

    /// Makes the step from channels-last tensors of float32 or bfloat16.
    public init(_ unit: Unit, input: Tensor, output: Tensor, tail: UnitTail) {
        self.unit = unit
        self.input = input
        self.output = output
        self.tail = tail
    }

    /// See `Operation`.
    public var reads: [Tensor] { [input] + (tail.skip.map { [$0] } ?? []) }
    /// See `Operation`.
    public var writes: [Tensor] { [output] }
    /// See `Operation`.
    public var costs: [LayerCost] {
        let taps = unit.convolutions[0].kernel * unit.convolutions[0].kernel
        return [
            LayerCost(
                layer: unit.name,
                output: output.shape,
                binaryMACs: output.images * output.pixels * taps * unit.inChannels * unit.outChannels
            )
        ]
    }

    /// See `Operation`.
    public func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        Prepared(
            unit: unit,
            input: input,
            output: output,
            skip: tail.skip,
            needsAddition: unit.shortcut != .none || unit.activation != nil || !tail.isPlain,
            weights: try Weights(unit, input, tail, context)
        )
    }

    private struct Prepared: PreparedOperation {
        let unit: Unit
        let input: Tensor
        let output: Tensor
        let skip: Tensor?
        let needsAddition: Bool
        let weights: Weights

        var scratchBytes: Int {
            var scratch = Scratch()
            _ = Parts(self, &scratch)
            return scratch.byteCount
        }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            var scratch = Scratch(memory.scratch)
            let parts = Parts(self, &scratch)
            let operation = self
            let frames = memory.frames(input, output, skip: skip)
            return { _ in
                for frame in frames {
                    operation.convolve(frame.input, frame.output, parts)
                    guard operation.needsAddition else { continue }
                    operation.add(frame.input, frame.output, frame.skip, parts)
                }
            }
        }

        /// Signs and convolutions of one image.
        private func convolve(_ x: occ_map, _ y: occ_target, _ parts: Parts) {
            let kernels = weights.kernels.functions
            let hasZeros = kernels.pack_signs(
                x,
                input.pixels,
                input.channels,
                weights.moveScale,
                weights.moveShift,
                parts.signs,
                parts.nonzero
            )
            let signs = occ_signs(
                signs: UnsafePointer(parts.signs),
                nonzero: hasZeros ? UnsafePointer(parts.nonzero) : nil
            )
            var channel = 0
            for layer in weights.convolutions {
                withUnsafePointer(to: layer.shape) { shape in
                    withUnsafePointer(to: signs) { signs in
                        withUnsafePointer(to: layer.weights) { bits in
                            withUnsafePointer(to: layer.epilogue) {
                                convolve(shape, signs, bits, $0, into: y.channels(from: channel), parts)
                            }
                        }
                    }
                }
                channel += layer.shape.out_channels
            }
        }

        /// One convolution of one image.
        private func convolve(
            _ shape: UnsafePointer<occ_conv>,
            _ signs: UnsafePointer<occ_signs>,
            _ weights: UnsafePointer<occ_weights>,
            _ epilogue: UnsafePointer<occ_epilogue>,
            into y: occ_target,
            _ parts: Parts
        ) {
            let kernels = self.weights.kernels.functions
            let rows = output.height
            if y.element == occ_element_float32 {
                let values = y.values!.assumingMemoryBound(to: Float.self)
                kernels.binary_conv_f32(shape, signs, weights, epilogue, 0, rows, values, y.stride, parts.workspace)
            } else {
                let values = y.values!.assumingMemoryBound(to: UInt16.self)
                kernels.binary_conv_bf16(shape, signs, weights, epilogue, 0, rows, values, y.stride, parts.workspace)
            }
        }

        /// Shortcut, tail and activation of one image.
        private func add(_ x: occ_map, _ y: occ_target, _ skip: occ_map?, _ parts: Parts) {
            let kernels = weights.kernels.functions
            var identity: occ_map?
            switch unit.shortcut {
            case .none: break
            case .input where unit.addsInputItself: identity = x
            case .input:
                let pooled = occ_floats_out(parts.identity, input.channels)
                kernels.average_pool2x2(x, input.height, input.width, input.channels, pooled)
                identity = occ_map(pooled)
            case .meanOfHalves:
                let channels = input.channels / 2
                let mean = occ_floats_out(parts.identity, channels)
                var halves = weights.halves.of(x, identity: x.channels(from: channels), into: mean)
                kernels.residual(&halves, input.pixels, channels)
                identity = occ_map(mean)
            }
            var residual = weights.ending.of(occ_map(y), identity: identity, skip: skip, into: y)
            kernels.residual(&residual, output.pixels, output.channels)
        }
    }

    /// Pointers to the parameters.
    private struct Weights: @unchecked Sendable {
        // Guard: read-only memory that lives as long as the program.
        let kernels: KernelTable
        let moveScale: UnsafePointer<Float>?
        let moveShift: UnsafePointer<Float>
        let convolutions: [(shape: occ_conv, weights: occ_weights, epilogue: occ_epilogue)]
        let ending: UnitEnding
        /// That of the mean of two halves.
        let halves: UnitEnding

        init(_ unit: Unit, _ input: Tensor, _ tail: UnitTail, _ context: PreparationContext) throws {
            let source = context.parameters
            kernels = context.kernels
            moveShift = try source.floats(unit.moveShift, count: unit.inChannels)
            moveScale = try unit.moveScale.map { try source.floats($0, count: unit.inChannels) }
            convolutions = try unit.convolutions.map {
                (
                    try $0.shape(of: unit.name, height: input.height, width: input.width, stride: unit.stride),
                    try $0.weights(in: source), try $0.epilogue(in: source)
                )
            }
            ending = try UnitEnding(
                identityChannels: unit.shortcut == .input ? unit.inChannels : 0,
                factor: tail.factor,
                activation: unit.activation ?? tail.activation,
                channels: unit.outChannels,
                in: source
            )
            halves = try UnitEnding(factor: 0.5, channels: unit.outChannels, in: source)
        }
    }

    /// The scratch memory of one image.
    private struct Parts {
        let signs: UnsafeMutablePointer<UInt32>
        let nonzero: UnsafeMutablePointer<UInt32>
        let workspace: UnsafeMutableRawPointer
        /// The shortcut, where it is not the input itself.
        let identity: UnsafeMutablePointer<Float>

        init(_ operation: Prepared, _ scratch: inout Scratch) {
            let (unit, input, output) = (operation.unit, operation.input, operation.output)
            let words = input.pixels * occ_words(input.channels)
            signs = scratch.elements(words, of: UInt32.self)
            nonzero = scratch.elements(words, of: UInt32.self)
            workspace = scratch.bytes(
                operation.weights.convolutions
                    .map { withUnsafePointer(to: $0.shape) { occ_conv_workspace_bytes($0) } }.max() ?? 0
            )
            let channels = unit.shortcut == .meanOfHalves ? output.channels : input.channels
            let isElsewhere = unit.shortcut != .none && !unit.addsInputItself
            identity = scratch.elements(isElsewhere ? output.pixels * channels : 0, of: Float.self)
        }
    }
}
