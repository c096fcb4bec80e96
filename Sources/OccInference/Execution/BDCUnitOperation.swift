internal import BinaryKernels

/// A whole BDC unit, image by image: body, squeeze-excitation, shortcut and what the tail adds.
struct BDCUnitOperation: Operation {
    private let unit: BinaryConv2dBDC
    private let input: FeatureMap
    private let output: FeatureMap
    private let tail: UnitTail
    private let weights: Weights
    let scratchBytes: Int

    init(
        _ unit: BinaryConv2dBDC,
        input: FeatureMap,
        output: FeatureMap,
        tail: UnitTail,
        _ context: PreparationContext
    ) throws {
        self.unit = unit
        self.input = input
        self.output = output
        self.tail = tail
        weights = try Weights(unit, input, tail, context)
        var scratch = Scratch()
        _ = Parts(unit, input, output, weights, &scratch)
        scratchBytes = scratch.byteCount
    }

    var reads: [BufferID] { [input.buffer] + (tail.skip.map { [$0.buffer] } ?? []) }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let (unit, input, output, tail, weights) = (unit, input, output, tail, weights)
        var scratch = Scratch(arena.scratch)
        let parts = Parts(unit, input, output, weights, &scratch)
        let frames = (0..<input.images).map { image in
            (
                input: arena.floats(input, image: image), output: arena.floats(output, image: image),
                skip: tail.skip.map { UnsafePointer(arena.floats($0, image: image)) }
            )
        }
        return { _ in
            for frame in frames {
                Self.run(unit, input, output, tail, weights, parts, frame.input, frame.output, frame.skip)
            }
        }
    }

    private static func run(
        _ unit: BinaryConv2dBDC,
        _ input: FeatureMap,
        _ output: FeatureMap,
        _ tail: UnitTail,
        _ weights: Weights,
        _ parts: Parts,
        _ x: UnsafePointer<Float>,
        _ y: UnsafeMutablePointer<Float>,
        _ skip: UnsafePointer<Float>?
    ) {
        let kernels = weights.kernels.pointee
        let channels = unit.outChannels
        parts.sums.update(repeating: 0, count: channels)
        withUnsafePointer(to: weights.body) {
            kernels.bdc_body($0, x, input.pixelStride, y, output.pixelStride, parts.sums, parts.workspace)
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

        var residual = weights.tail
        residual.x = UnsafePointer(y)
        residual.x_stride = output.pixelStride
        residual.y = y
        residual.y_stride = output.pixelStride
        residual.gate = UnsafePointer(parts.gate)
        if unit.stride == 2 {
            kernels.average_pool2x2(
                x,
                input.pixelStride,
                input.height,
                input.width,
                input.channels,
                parts.pooled,
                input.channels
            )
            residual.identity = UnsafePointer(parts.pooled)
            residual.identity_stride = input.channels
        } else {
            residual.identity = x
            residual.identity_stride = input.pixelStride
        }
        residual.skip = skip
        residual.skip_stride = tail.skip?.pixelStride ?? 0
        _ = kernels.residual(&residual, output.pixels, channels)
    }

    /// Pointers into the model package, which outlives every operation.
    private struct Weights: @unchecked Sendable {
        // Guard: read-only memory that lives as long as the prepared model.
        let kernels: UnsafePointer<occ_kernels>
        let body: occ_body
        let squeeze: (weights: occ_weights, epilogue: occ_epilogue)
        let excite: (weights: occ_weights, epilogue: occ_epilogue)
        /// Everything about the end of the unit but addresses of maps.
        let tail: occ_residual

        init(
            _ unit: BinaryConv2dBDC,
            _ input: FeatureMap,
            _ tail: UnitTail,
            _ context: PreparationContext
        ) throws {
            let package = context.package
            kernels = context.kernels
            let conv = occ_conv(
                height: input.height,
                width: input.width,
                in_channels: unit.inChannels,
                out_channels: unit.inChannels,
                kernel: 3,
                stride: unit.stride
            )
            let problem = withUnsafePointer(to: conv) { occ_conv_problem($0).map { String(cString: $0) } }
            if let problem { throw InferenceError(.badConfiguration, "layer '\(unit.name)': \(problem)") }
            body = occ_body(
                conv: conv,
                move_scale: try package.floats(unit.name + ".move_scale", count: unit.inChannels),
                move_bias: try package.floats(unit.name + ".move_bias", count: unit.inChannels),
                weights3x3: try unit.spatial.weights(in: package),
                epilogue3x3: try unit.spatial.epilogue(in: package),
                out_channels: unit.outChannels,
                weights1x1: try unit.pointwise.weights(in: package),
                epilogue1x1: try unit.pointwise.epilogue(in: package)
            )
            squeeze = (try unit.squeeze.weights(in: package), try unit.squeeze.epilogue(in: package))
            excite = (try unit.excite.weights(in: package), try unit.excite.epilogue(in: package))

            // `x` and `y` are set for every image; they must not be null, so they stand on the weights until then.
            let anywhere = try package.floats(unit.name + ".move_bias", count: unit.inChannels)
            var residual = occ_residual(
                x: anywhere,
                x_stride: 0,
                gate: nil,
                identity: nil,
                identity_stride: 0,
                identity_channels: unit.inChannels,
                identity_scale: nil,
                identity_shift: nil,
                skip: nil,
                skip_stride: 0,
                factor: tail.factor,
                shift_in: nil,
                slope: nil,
                shift_out: nil,
                y: UnsafeMutablePointer(mutating: anywhere),
                y_stride: 0,
                signs: nil,
                nonzero: nil,
                move_scale: nil,
                move_bias: nil
            )
            if unit.hasBatchNorm {
                residual.identity_scale = try package.floats(unit.name + ".identity_scale", count: unit.outChannels)
                residual.identity_shift = try package.floats(unit.name + ".identity_shift", count: unit.outChannels)
            }
            if let activation = tail.activation {
                residual.shift_in = try package.floats(activation + ".shift_in", count: unit.outChannels)
                residual.slope = try package.floats(activation + ".slope", count: unit.outChannels)
                residual.shift_out = try package.floats(activation + ".shift_out", count: unit.outChannels)
            }
            self.tail = residual
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

        init(
            _ unit: BinaryConv2dBDC,
            _ input: FeatureMap,
            _ output: FeatureMap,
            _ weights: Weights,
            _ scratch: inout Scratch
        ) {
            let channels = unit.outChannels
            workspace = scratch.bytes(
                withUnsafePointer(to: weights.body) {
                    max(occ_body_workspace_bytes($0), occ_pointwise_workspace_bytes(channels, channels))
                }
            )
            sums = scratch.elements(channels, of: Double.self)
            means = scratch.elements(channels, of: Float.self)
            hidden = scratch.elements(channels, of: Float.self)
            gate = scratch.elements(channels, of: Float.self)
            pooled = scratch.elements(unit.stride == 2 ? output.pixels * input.channels : 0, of: Float.self)
        }
    }
}
