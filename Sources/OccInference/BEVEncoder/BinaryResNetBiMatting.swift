internal import TensorRuntime

/// The BEV backbone of BiMatting units: each of three stages halves the size.
///
/// Source: `BinaryResNetBiMatting` in `backbones/resnet.py`.
struct BinaryResNetBiMatting: BEVBackbone {
    let name: String
    let inChannels: Int
    let stageChannels: [Int]

    var typeName: String { "BinaryResNetBiMatting" }
    var children: [any Layer] { stages.flatMap { $0 } }

    /// Two units a stage, the first of which halves the size.
    private var stages: [[BinaryConv2dBiMatting]] {
        var channels = inChannels
        return stageChannels.enumerated().map { stage, outChannels in
            defer { channels = outChannels }
            return [
                BinaryConv2dBiMatting(
                    name: "\(name).layers.\(stage).0",
                    inChannels: channels,
                    outChannels: outChannels,
                    stride: 2
                ),
                BinaryConv2dBiMatting(
                    name: "\(name).layers.\(stage).1",
                    inChannels: outChannels,
                    outChannels: outChannels
                ),
            ]
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> [Tensor] {
        var map = input
        return try stages.enumerated().map { stage, units in
            for unit in units { map = try unit.emit(map, to: program) }
            program.tap("\(name).\(stage)", map)
            return map
        }
    }
}
