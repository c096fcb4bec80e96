internal import TensorRuntime

/// Lifts image features along their depth distributions and sums them into the cells of a grid.
///
/// Source: `LSSViewTransformer` in `necks/view_transformer.py` with `collapse_z=True` and one cell in z, or with
/// `collapse_z=False` and several.
struct LSSViewTransformer: Layer {
    let name: String
    let inChannels: Int
    let outChannels: Int
    let depthBins: Int
    let gridHeight: Int
    let gridWidth: Int
    /// Cells in z: images of the result, one above the other.
    var gridLevels = 1

    var typeName: String { "LSSViewTransformer" }
    var children: [any Layer] { [depthNet] }

    private var depthNet: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".depth_net",
            inChannels: inChannels,
            outChannels: depthBins + outChannels,
            kernel: 1,
            hasBias: true
        )
    }

    /// Appends the layer; the result is a BEV map with x along the columns and y along the rows.
    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> Tensor {
        let mixed = try program.inFloat32 { try depthNet.emit(input, to: program) }
        program.tap(depthNet.name, mixed)
        let depth = program.softmax(mixed.slice(0, depthBins))
        program.tap(name + ".1", depth)
        let bev = program.map(images: gridLevels, height: gridHeight, width: gridWidth, channels: outChannels)
        program.append(PoolCellsOperation(sources: [(mixed.slice(depthBins, outChannels), depth)], output: bev))
        if gridLevels > 1 { program.tapVolume(name + ".0", bev) } else { program.tap(name + ".0", bev) }
        return bev
    }
}
