internal import TensorRuntime

/// The binary occupancy head: a unit of a family, then two linear layers with a softplus between them on every BEV pixel.
///
/// Source: `BEVOCCHead2DBDC`, `...BBCU`, `...BiSRNet` and `...BiMatting` in `dense_heads/bev_occ_head.py` with
/// `use_predicter=True`.
struct BinaryOccupancyHead2D: Head {
    let name: String
    let inChannels: Int
    let outChannels: Int
    /// Cells in z.
    let levels: Int
    let classes: Int
    var hasBatchNorm = false
    let family: any BinaryFamily

    var typeName: String { family.occupancyHeadType }
    var children: [any Layer] { [finalConvolution, predicter] }

    private var finalConvolution: any BinaryUnit {
        family.unit(
            name + ".final_conv",
            inChannels: inChannels,
            outChannels: outChannels,
            hasBatchNorm: hasBatchNorm
        )
    }
    private var predicter: OccupancyPredicter {
        OccupancyPredicter(head: name, inChannels: outChannels, levels: levels, classes: classes)
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws {
        guard input.images == 1 else {
            throw InferenceError(.badConfiguration, "head '\(name)' reads one map, but is given \(input.images)")
        }
        try predicter.emit(try finalConvolution.emit(input, to: program), to: program)
    }
}
