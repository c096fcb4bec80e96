internal import TensorRuntime

/// The feature pyramid of binary units with one output.
///
/// Source: `Binary_CustomFPN_BDC`, `_BBCU`, `_BiSRNet` and `_BiMatting` in `necks/fpn.py` with `num_outs=1`, `start_level=0`, `out_ids=[0]`.
struct BinaryCustomFPN: Neck {
    let name: String
    let inChannels: [Int]
    let outChannels: Int
    var hasBatchNorm = false
    let family: any BinaryFamily

    var typeName: String { family.imageNeckType }
    var children: [any Layer] { laterals.flatMap { $0 } + [output] }

    /// For each input, units that halve its channels until they are those of the output.
    private var laterals: [[any MapLayer]] {
        inChannels.enumerated().map { level, channels in
            var remaining = channels
            var units: [any MapLayer] = []
            while remaining > outChannels {
                units.append(
                    family.channelHalving(
                        "\(name).lateral_convs.\(level).l_conv_\(level)_\(units.count)",
                        inChannels: remaining,
                        hasBatchNorm: hasBatchNorm
                    )
                )
                remaining /= 2
            }
            return units
        }
    }
    private var output: any BinaryUnit {
        family.unit(
            name + ".fpn_convs.0",
            inChannels: outChannels,
            outChannels: outChannels,
            hasBatchNorm: hasBatchNorm
        )
    }

    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor {
        var maps: [Tensor] = []
        for (units, input) in zip(laterals, inputs) {
            var map = program.asMap(input)
            for unit in units { map = try unit.emit(map, to: program) }
            maps.append(map)
        }
        for level in stride(from: maps.count - 1, to: 0, by: -1) {
            try program.addNearest(maps[level], to: maps[level - 1])
        }
        let result = try output.emit(maps[0], to: program)
        program.tap(name + ".0", result)
        return result
    }
}
