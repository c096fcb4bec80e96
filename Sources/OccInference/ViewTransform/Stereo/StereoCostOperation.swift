internal import BinaryKernels
internal import TensorRuntime

/// Compares every pixel of a frame with its adjacent frame at every depth bin: the cost volume.
///
/// Source: `gen_grid` and `calculate_cost_volumn` in `model_utils/depthnet.py`. Quirk kept: the bias goes to bins whose fourth last
/// channel is exactly 0 in the adjacent map, be it outside the image or just dark.
struct StereoCostOperation: Operation, PreparedOperation {
    let slots: FrameSlots
    /// Blocked, a quarter of the images' size, padded to whole blocks.
    let output: Tensor
    /// Size of the input images.
    let imageHeight: Int
    let imageWidth: Int
    let depths: [Float]
    let bias: Float

    var reads: [Tensor] { slots.stereo + [slots.reference] }
    var writes: [Tensor] { [output] }
    var inputs: [InputID] { [FrameSlots.current.id, StereoGeometry.views.id] }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = Workspace(self, &scratch)
        return scratch.byteCount
    }

    /// The constants that the kernel reads, and what it works in.
    private struct Workspace {
        let columns: UnsafeMutablePointer<Float>
        let rows: UnsafeMutablePointer<Float>
        let depths: UnsafeMutablePointer<Float>
        let kernel: UnsafeMutablePointer<Float>

        init(_ operation: StereoCostOperation, _ scratch: inout Scratch) {
            columns = scratch.elements(operation.output.width, of: Float.self)
            rows = scratch.elements(operation.output.height, of: Float.self)
            depths = scratch.elements(operation.depths.count, of: Float.self)
            kernel = scratch.elements(2 * operation.depths.count + operation.output.channels, of: Float.self)
        }
    }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        var scratch = Scratch(memory.scratch)
        let workspace = Workspace(self, &scratch)
        let columns = ViewGeometry.linspace(to: Float(imageWidth - 1), count: output.width)
        let rows = ViewGeometry.linspace(to: Float(imageHeight - 1), count: output.height)
        let depths = depths
        let stereo = occ_stereo(
            height: output.height,
            width: output.width,
            channels: slots.reference.channels,
            columns: UnsafePointer(workspace.columns),
            rows: UnsafePointer(workspace.rows),
            depths: UnsafePointer(workspace.depths),
            bins: depths.count,
            image_height: Float(imageHeight),
            image_width: Float(imageWidth),
            bias: bias,
            padded_bins: output.channels,
            block: memory.blockSize
        )
        let images = 0..<output.images
        let sources = slots.stereo.map { map in images.map { memory.floats(map, image: $0) } }
        let reference = images.map { memory.floats(slots.reference, image: $0) }
        let costs = images.map { memory.floats(output, image: $0) }
        let cost = memory.kernels.functions.stereo_cost
        return { inputs in
            // Other steps use the same memory between frames.
            columns.withUnsafeBufferPointer { workspace.columns.update(from: $0.baseAddress!, count: $0.count) }
            rows.withUnsafeBufferPointer { workspace.rows.update(from: $0.baseAddress!, count: $0.count) }
            depths.withUnsafeBufferPointer { workspace.depths.update(from: $0.baseAddress!, count: $0.count) }
            let current = sources[inputs.value(FrameSlots.current)]
            let adjacent = inputs[FrameSlots.adjacent].map { sources[$0] } ?? reference
            let views = inputs.value(StereoGeometry.views)
            withUnsafePointer(to: stereo) { stereo in
                for image in images {
                    cost(stereo, views + image, current[image], adjacent[image], costs[image], workspace.kernel)
                }
            }
        }
    }
}
