internal import BinaryKernels

/// The gates of all cameras: normalised inputs through the layers of each gate, then a sigmoid.
struct CameraGatesOperation: Operation {
    private let inputs: Int
    private let cameras: Int
    private let outputs: [FeatureMap]
    private let gates: [[DenseLayer.Prepared]]
    private let norm: Norm

    /// Factor and shift of every input.
    private struct Norm: @unchecked Sendable {
        // Guard: read-only memory that lives as long as the prepared model.
        let scale: UnsafePointer<Float>
        let shift: UnsafePointer<Float>
    }

    /// - Parameter outputs: `[cameras, channels]` for each gate, as channels-last maps of one pixel.
    init(_ norm: CameraNorm, _ gates: [CameraGate], outputs: [FeatureMap], _ context: PreparationContext) throws {
        inputs = norm.channels
        cameras = outputs[0].images
        self.outputs = outputs
        self.norm = Norm(
            scale: try context.package.floats(norm.name + ".scale", count: norm.channels),
            shift: try context.package.floats(norm.name + ".shift", count: norm.channels)
        )
        self.gates = try gates.map { try $0.layers.map { try $0.prepared(context) } }
    }

    var reads: [BufferID] { [] }
    var writes: [BufferID] { outputs.map(\.buffer) }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = rows(&scratch)
        return scratch.byteCount
    }

    /// The normalised inputs, and what goes from layer to layer.
    private func rows(_ scratch: inout Scratch) -> [UnsafeMutablePointer<Float>] {
        [inputs, outputs[0].channels, outputs[0].channels].map { scratch.elements($0, of: Float.self) }
    }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        var scratch = Scratch(arena.scratch)
        let rows = rows(&scratch)
        let targets = outputs.map { arena.floats($0) }
        let (inputs, cameras, gates, norm) = (inputs, cameras, gates, norm)
        let channels = outputs[0].channels
        return { frame in
            // Segments that estimate depth are run with the cameras' inputs.
            let given = frame.cameraInputs!
            for camera in 0..<cameras {
                for index in 0..<inputs {
                    let product = given[camera * inputs + index] * norm.scale[index]
                    rows[0][index] = product + norm.shift[index]
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
