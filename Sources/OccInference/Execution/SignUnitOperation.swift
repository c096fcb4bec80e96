internal import BinaryKernels

/// A whole sign unit, image by image: signs, convolutions, then everything that is added in one pass.
struct SignUnitOperation: Operation {
    private let unit: SignUnit
    private let input: FeatureMap
    private let output: FeatureMap
    private let tail: UnitTail
    private let weights: Weights
    let scratchBytes: Int

    init(
        _ unit: SignUnit,
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
        let (operation, stride) = (self, unit.stride)
        var scratch = Scratch(arena.scratch)
        let parts = Parts(unit, input, output, weights, &scratch)
        let frames = (0..<input.images).map { image in
            (
                input: arena.floats(input, image: image), output: arena.floats(output, image: image),
                skip: tail.skip.map { UnsafePointer(arena.floats($0, image: image)) }
            )
        }
        let needsAddition = unit.shortcut != .none || unit.activation != nil || !tail.isPlain
        return { _ in
            for frame in frames {
                operation.convolve(frame.input, frame.output, parts)
                guard needsAddition else { continue }
                operation.add(frame.input, frame.output, frame.skip, stride: stride, parts)
            }
        }
    }

    /// Signs and convolutions of one image.
    private func convolve(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ parts: Parts) {
        let kernels = weights.kernels.pointee
        let hasZeros = kernels.pack_signs(
            x,
            input.pixelStride,
            input.pixels,
            input.channels,
            weights.moveScale,
            weights.moveBias,
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
                            kernels.binary_conv_f32(
                                shape,
                                signs,
                                bits,
                                $0,
                                0,
                                output.height,
                                y + channel,
                                output.pixelStride,
                                parts.workspace
                            )
                        }
                    }
                }
            }
            channel += layer.shape.out_channels
        }
    }

    /// Shortcut, tail and activation of one image.
    private func add(
        _ x: UnsafePointer<Float>,
        _ y: UnsafeMutablePointer<Float>,
        _ skip: UnsafePointer<Float>?,
        stride: Int,
        _ parts: Parts
    ) {
        let kernels = weights.kernels.pointee
        var residual = weights.tail
        residual.x = UnsafePointer(y)
        residual.x_stride = output.pixelStride
        residual.y = y
        residual.y_stride = output.pixelStride
        residual.skip = skip
        residual.skip_stride = tail.skip?.pixelStride ?? 0
        switch unit.shortcut {
        case .none: break
        case .input where stride == 2:
            kernels.average_pool2x2(
                x,
                input.pixelStride,
                input.height,
                input.width,
                input.channels,
                parts.identity,
                input.channels
            )
            residual.identity = UnsafePointer(parts.identity)
            residual.identity_stride = input.channels
        case .input:
            residual.identity = x
            residual.identity_stride = input.pixelStride
        case .meanOfHalves:
            let channels = input.channels / 2
            var halves = weights.halves
            halves.x = x
            halves.x_stride = input.pixelStride
            halves.identity = x + channels
            halves.identity_stride = input.pixelStride
            halves.y = parts.identity
            halves.y_stride = channels
            _ = kernels.residual(&halves, input.pixels, channels)
            residual.identity = UnsafePointer(parts.identity)
            residual.identity_stride = channels
        }
        _ = kernels.residual(&residual, output.pixels, output.channels)
    }

    /// Pointers into the model package, which outlives every operation.
    private struct Weights: @unchecked Sendable {
        // Guard: read-only memory that lives as long as the prepared model.
        let kernels: UnsafePointer<occ_kernels>
        let moveScale: UnsafePointer<Float>?
        let moveBias: UnsafePointer<Float>
        let convolutions: [(shape: occ_conv, weights: occ_weights, epilogue: occ_epilogue)]
        /// Everything about the end of the unit but addresses of maps.
        let tail: occ_residual
        /// The same for the mean of two halves.
        let halves: occ_residual

        init(_ unit: SignUnit, _ input: FeatureMap, _ tail: UnitTail, _ context: PreparationContext) throws {
            let package = context.package
            kernels = context.kernels
            let bias = try package.floats(unit.name + ".move_bias", count: unit.inChannels)
            moveBias = bias
            moveScale =
                unit.hasScale ? try package.floats(unit.name + ".move_scale", count: unit.inChannels) : nil
            convolutions = try unit.convolutions.map { layer in
                let shape = occ_conv(
                    height: input.height,
                    width: input.width,
                    in_channels: layer.inChannels,
                    out_channels: layer.outChannels,
                    kernel: layer.kernel,
                    stride: unit.stride
                )
                let problem = withUnsafePointer(to: shape) { occ_conv_problem($0).map { String(cString: $0) } }
                if let problem { throw InferenceError(.badConfiguration, "layer '\(unit.name)': \(problem)") }
                return (shape, try layer.weights(in: package), try layer.epilogue(in: package))
            }
            // `x` and `y` are set for every image; they must not be null, so they stand on the weights until then.
            func ending(factor: Float) -> occ_residual {
                occ_residual(
                    x: bias,
                    x_stride: 0,
                    gate: nil,
                    identity: nil,
                    identity_stride: 0,
                    identity_channels: 0,
                    identity_scale: nil,
                    identity_shift: nil,
                    skip: nil,
                    skip_stride: 0,
                    factor: factor,
                    shift_in: nil,
                    slope: nil,
                    shift_out: nil,
                    y: UnsafeMutablePointer(mutating: bias),
                    y_stride: 0,
                    signs: nil,
                    nonzero: nil,
                    move_scale: nil,
                    move_bias: nil
                )
            }
            halves = ending(factor: 0.5)
            var residual = ending(factor: tail.factor)
            if unit.shortcut == .input { residual.identity_channels = unit.inChannels }
            if let activation = unit.activation == nil ? tail.activation : unit.name + ".out" {
                residual.shift_in = try package.floats(activation + ".shift_in", count: unit.outChannels)
                residual.slope = try package.floats(activation + ".slope", count: unit.outChannels)
                residual.shift_out = try package.floats(activation + ".shift_out", count: unit.outChannels)
            }
            self.tail = residual
        }
    }

    /// The scratch memory of one image.
    private struct Parts {
        let signs: UnsafeMutablePointer<UInt32>
        let nonzero: UnsafeMutablePointer<UInt32>
        let workspace: UnsafeMutableRawPointer
        /// The shortcut, where it is not the input itself.
        let identity: UnsafeMutablePointer<Float>

        init(
            _ unit: SignUnit,
            _ input: FeatureMap,
            _ output: FeatureMap,
            _ weights: Weights,
            _ scratch: inout Scratch
        ) {
            let words = input.pixels * occ_words(input.channels)
            signs = scratch.elements(words, of: UInt32.self)
            nonzero = scratch.elements(words, of: UInt32.self)
            workspace = scratch.bytes(
                weights.convolutions.map { withUnsafePointer(to: $0.shape) { occ_conv_workspace_bytes($0) } }.max() ?? 0
            )
            let isInput = unit.shortcut == .none || (unit.shortcut == .input && unit.stride == 1)
            let channels = unit.shortcut == .meanOfHalves ? output.channels : input.channels
            identity = scratch.elements(isInput ? 0 : output.pixels * channels, of: Float.self)
        }
    }
}
