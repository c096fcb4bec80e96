internal import TensorRuntime

/// Joins the first and the last map of a BEV backbone and doubles the size, with binary units around one full-precision 3x3.
///
/// Source: `Binary_FPN_LSS_BDC_Up`, `_BBCU_Up` and `_BiSRNet_Up` in `necks/lss_fpn.py` with `extra_upsample=2`, `lateral=None`.
struct BinaryFPNLSSUp: Neck {
    let name: String
    /// Channels of the first and of the last map.
    let inChannels: [Int]
    let outChannels: Int
    var hasBatchNorm = false
    let family: any ResizingFamily

    var typeName: String { family.bevNeckType }
    var children: [any Layer] { enlarge + [join, refine, enlargeAgain, decrease, last] }

    private var wideChannels: Int { 2 * outChannels }
    private var enlarge: [any MapLayer] {
        (0..<2).map { resizing("up.\($0)", .up, inChannels[1]) }
    }
    private var join: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv.0",
            inChannels: inChannels[0] + inChannels[1],
            outChannels: wideChannels,
            kernel: 3,
            norm: BatchNorm(name: name + ".conv.1", channels: wideChannels),
            hasReLU: true
        )
    }
    private var refine: any MapLayer { unit("conv.3", wideChannels, kernel: 3) }
    private var enlargeAgain: any MapLayer { resizing("up2.0", .up, wideChannels) }
    private var decrease: any MapLayer { resizing("up2.1", .fusionDecrease, wideChannels) }
    private var last: any MapLayer { unit("up2.2", outChannels, kernel: 1) }

    private func resizing(_ module: String, _ shape: ResizingShape, _ channels: Int) -> any MapLayer {
        family.resizing("\(name).\(module)", shape, inChannels: channels, hasBatchNorm: hasBatchNorm)
    }
    private func unit(_ module: String, _ channels: Int, kernel: Int) -> any MapLayer {
        family.unit(
            "\(name).\(module)",
            inChannels: channels,
            outChannels: channels,
            kernel: kernel,
            stride: 1,
            hasBatchNorm: hasBatchNorm
        )
    }

    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor {
        guard let large = inputs.first, let small = inputs.last, large.channels == inChannels[0],
            large.height == 4 * small.height, large.width == 4 * small.width
        else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' joins maps of which one is four times as large as the other"
            )
        }
        let halfway = try enlarge[0].emit(small, to: program)
        let enlarged = try enlarge[1].emit(halfway, to: program)
        let joined = program.join([large, enlarged], for: join.parameters(.relu))
        var map = program.asMap(try join.emit(joined, to: program, result: .map))
        map = try refine.emit(map, to: program)
        map = try enlargeAgain.emit(map, to: program)
        map = try decrease.emit(map, to: program)
        map = try last.emit(map, to: program)
        program.tap(name, map)
        return map
    }
}
