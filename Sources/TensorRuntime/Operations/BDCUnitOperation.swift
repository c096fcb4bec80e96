internal import BinaryKernels

/// Sign, binary 3x3, 1x1 with binary weights and real inputs, squeeze-excitation, shortcut and what the tail adds, image by image.
public struct BDCUnitOperation: Operation {
    /// The unit: its numbers and the names of its parameters.
    public struct Unit: Sendable {
        /// The layer's name, for messages and costs.
        public var name: String
        /// 1 or 2.
        public var stride: Int
        /// What is done to the input before its sign is taken.
        public var move: ScaleParameters
        /// The binary 3x3.
        public var spatial: BinaryConvolutionParameters
        /// The 1x1 with binary weights and real inputs.
        public var pointwise: BinaryConvolutionParameters
        /// Name of the number that 127 of the 1x1's inputs stands for, where those are signed bytes; nil: they are float32.
        public var pointwiseScale: String?
        /// First layer of the squeeze-excitation.
        public var squeeze: BinaryConvolutionParameters
        /// Second layer of the squeeze-excitation, before the sigmoid.
        public var excite: BinaryConvolutionParameters
        /// What is done to the shortcut.
        public var shortcut: ScaleParameters?

        /// Makes a unit from its parts.
        public init(
            name: String,
            stride: Int,
            move: ScaleParameters,
            spatial: BinaryConvolutionParameters,
            pointwise: BinaryConvolutionParameters,
            pointwiseScale: String? = nil,
            squeeze: BinaryConvolutionParameters,
            excite: BinaryConvolutionParameters,
            shortcut: ScaleParameters?
        ) {
            self.name = name
            self.stride = stride
            self.move = move
            self.spatial = spatial
            self.pointwise = pointwise
            self.pointwiseScale = pointwiseScale
            self.squeeze = squeeze
            self.excite = excite
            self.shortcut = shortcut
        }

        var inChannels: Int { spatial.inChannels }
        var outChannels: Int { pointwise.outChannels }
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
        let (pixels, inputs, outputs) = (output.images * output.pixels, unit.inChannels, unit.outChannels)
        return [
            LayerCost(
                layer: unit.name,
                output: output.shape,
                binaryMACs: pixels * 9 * inputs * inputs,
                binaryWeightMACs: pixels * inputs * outputs + input.images * 2 * outputs * outputs,
                unit: Self.shape(unit, input)
            )
        ]
    }

    private static func shape(_ unit: Unit, _ input: Tensor) -> UnitShape {
        UnitShape(
            height: input.height,
            width: input.width,
            inChannels: unit.inChannels,
            outChannels: unit.outChannels,
            stride: unit.stride,
            pointwise: unit.pointwiseScale == nil ? "float32" : "int8"
        )
    }

    /// See `Operation`.
    public func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        Prepared(
            unit: unit,
            input: input,
            output: output,
            skip: tail.skip,
            weights: try Weights(unit, input, tail, context)
        )
    }

    private struct Prepared: PreparedOperation {
        let unit: Unit
        let input: Tensor
        let output: Tensor
        let skip: Tensor?
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
            return { inputs in
                if let observer = inputs[UnitObserver.slot] {
                    for frame in frames { operation.show(frame.input, to: observer, parts) }
                }
                for frame in frames { operation.run(parts, frame.input, frame.output, frame.skip) }
            }
        }

        /// Shows an observer what the 1x1 reads; the 3x3 is computed once more for it.
        private func show(_ x: occ_map, to observer: UnitObserver, _ parts: Parts) {
            observer.observe(unit.name) { seen in
                withUnsafePointer(to: weights.body) {
                    weights.kernels.functions.observe_body($0, x, seen, parts.workspace)
                }
            }
        }

        private func run(
            _ parts: Parts,
            _ x: occ_map,
            _ y: occ_target,
            _ skip: occ_map?
        ) {
            let kernels = weights.kernels.functions
            let channels = unit.outChannels
            parts.sums.update(repeating: 0, count: channels)
            withUnsafePointer(to: weights.body) {
                kernels.bdc_body($0, x, y, parts.sums, parts.workspace)
            }

            occ_channel_means(parts.sums, channels, output.pixels, parts.means)
            for (layer, source, target) in [
                (weights.squeeze, parts.means, parts.hidden), (weights.excite, parts.hidden, parts.gate),
            ] {
                withUnsafePointer(to: layer.weights) { bits in
                    withUnsafePointer(to: layer.epilogue) {
                        kernels.pointwise_conv(
                            1,
                            channels,
                            channels,
                            source,
                            channels,
                            bits,
                            $0,
                            target,
                            channels,
                            nil,
                            parts.workspace
                        )
                    }
                }
            }
            occ_sigmoid(parts.gate, channels)

            var identity = x
            if unit.stride == 2 {
                let pooled = occ_floats_out(parts.pooled, input.channels)
                kernels.average_pool2x2(x, input.height, input.width, input.channels, pooled)
                identity = occ_map(pooled)
            }
            var residual = weights.ending.of(
                occ_map(y),
                gate: UnsafePointer(parts.gate),
                identity: identity,
                skip: skip,
                into: y
            )
            kernels.residual(&residual, output.pixels, channels)
        }
    }

    /// Pointers to the parameters.
    private struct Weights: @unchecked Sendable {
        // Guard: read-only memory that lives as long as the program.
        let kernels: KernelTable
        let body: occ_body
        /// What the body points to, where its 1x1 reads bytes.
        private let bytes: ByteWeights?
        let squeeze: (weights: occ_weights, epilogue: occ_epilogue)
        let excite: (weights: occ_weights, epilogue: occ_epilogue)
        let ending: UnitEnding

        init(_ unit: Unit, _ input: Tensor, _ tail: UnitTail, _ context: PreparationContext) throws {
            let source = context.parameters
            kernels = context.kernels(for: BDCUnitOperation.shape(unit, input))
            let scale = try unit.pointwiseScale.map { try context.unit(scale: $0, largest: 127) }
            let bytes = try scale.map { ($0, try ByteWeights.shared(unit.pointwise, in: context)) }
            self.bytes = bytes?.1
            body = occ_body(
                conv: try unit.spatial.shape(
                    of: unit.name,
                    height: input.height,
                    width: input.width,
                    stride: unit.stride
                ),
                move_scale: try source.floats(unit.move.scale, count: unit.inChannels),
                move_bias: try source.floats(unit.move.shift, count: unit.inChannels),
                weights3x3: try unit.spatial.weights(in: source),
                epilogue3x3: try unit.spatial.epilogue(in: source),
                out_channels: unit.outChannels,
                weights1x1: try unit.pointwise.weights(in: source),
                epilogue1x1: try unit.pointwise.epilogue(in: source),
                bytes1x1: bytes.map { $1.with(scale: $0) } ?? occ_byte_weights()
            )
            squeeze = (try unit.squeeze.weights(in: source), try unit.squeeze.epilogue(in: source))
            excite = (try unit.excite.weights(in: source), try unit.excite.epilogue(in: source))
            ending = try UnitEnding(
                identityChannels: unit.inChannels,
                norm: unit.shortcut,
                factor: tail.factor,
                activation: tail.activation,
                channels: unit.outChannels,
                in: source
            )
        }
    }

    /// The scratch memory of one image.
    private struct Parts {
        let workspace: UnsafeMutableRawPointer
        let sums: UnsafeMutablePointer<Double>
        let means: UnsafeMutablePointer<Float>
        let hidden: UnsafeMutablePointer<Float>
        let gate: UnsafeMutablePointer<Float>
        let pooled: UnsafeMutablePointer<Float>

        init(_ operation: Prepared, _ scratch: inout Scratch) {
            let channels = operation.unit.outChannels
            workspace = scratch.bytes(
                withUnsafePointer(to: operation.weights.body) {
                    max(occ_body_workspace_bytes($0), occ_pointwise_workspace_bytes(channels, channels))
                }
            )
            sums = scratch.elements(channels, of: Double.self)
            means = scratch.elements(channels, of: Float.self)
            hidden = scratch.elements(channels, of: Float.self)
            gate = scratch.elements(channels, of: Float.self)
            pooled = scratch.elements(
                operation.unit.stride == 2 ? operation.output.pixels * operation.input.channels : 0,
                of: Float.self
            )
        }
    }
}
