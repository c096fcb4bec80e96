internal import BinaryKernels
internal import TensorRuntime

/// The gates of all cameras: normalised inputs through the layers of each gate, then a sigmoid.
struct CameraGatesOperation: Operation {
    let norm: CameraNorm
    let gates: [CameraGate]
    /// `[cameras, channels]` for each gate, as channels-last tensors of one pixel.
    let outputs: [Tensor]

    var reads: [Tensor] { [] }
    var writes: [Tensor] { outputs }
    var inputs: [InputID] { [StereoGeometry.cameras.id] }
    var costs: [LayerCost] {
        let cameras = outputs[0].images
        return gates.flatMap(\.layers).map { layer in
            LayerCost(
                layer: layer.name,
                output: [cameras, layer.outChannels, 1, 1],
                fullPrecisionMACs: cameras * layer.inChannels * layer.outChannels
            )
        }
    }

    func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        Prepared(
            inputCount: norm.channels,
            outputs: outputs,
            gates: try gates.map { try $0.layers.map { try $0.prepared(context.parameters) } },
            scale: try context.parameters.floats(norm.name + ".scale", count: norm.channels),
            shift: try context.parameters.floats(norm.name + ".shift", count: norm.channels)
        )
    }

    private struct Prepared: PreparedOperation, @unchecked Sendable {
        // Guard: read-only memory that lives as long as the program.
        let inputCount: Int
        let outputs: [Tensor]
        let gates: [[DenseLayer.Prepared]]
        /// Factor of every input.
        let scale: UnsafePointer<Float>
        /// Shift of every input.
        let shift: UnsafePointer<Float>

        var scratchBytes: Int {
            var scratch = Scratch()
            _ = rows(&scratch)
            return scratch.byteCount
        }

        /// The normalised inputs, and what goes from layer to layer.
        private func rows(_ scratch: inout Scratch) -> [UnsafeMutablePointer<Float>] {
            [inputCount, outputs[0].channels, outputs[0].channels].map { scratch.elements($0, of: Float.self) }
        }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            var scratch = Scratch(memory.scratch)
            let rows = rows(&scratch)
            let targets = outputs.map { memory.floats($0) }
            let (count, cameras, gates, scale, shift) = (inputCount, outputs[0].images, gates, scale, shift)
            let channels = outputs[0].channels
            return { inputs in
                let given = inputs.value(StereoGeometry.cameras)
                for camera in 0..<cameras {
                    for index in 0..<count {
                        let product = given[camera * count + index] * scale[index]
                        rows[0][index] = product + shift[index]
                    }
                    for (gate, target) in zip(gates, targets) {
                        let result = target + camera * channels
                        gate[0].run(rows[0], hasReLU: true, into: rows[1])
                        gate[1].run(rows[1], into: rows[2])
                        gate[2].run(rows[2], hasReLU: true, into: rows[1])
                        gate[3].run(rows[1], into: result)
                        occ_sigmoid(result, channels)
                    }
                }
            }
        }
    }
}
