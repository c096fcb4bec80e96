internal import TensorRuntime

/// The full-precision voxel backbone: three stages of which the last two halve the size.
///
/// Source: `CustomResNet3D` in `backbones/resnet.py` with `num_layer=[1, 2, 4]`, `stride=[1, 2, 2]`.
struct CustomResNet3D: BEVBackbone {
    let name: String
    let inChannels: Int
    let stageChannels: [Int]

    var typeName: String { "CustomResNet3D" }
    var children: [any Layer] { stages.flatMap { $0 } }

    private var stages: [[BasicBlock3D]] {
        var channels = inChannels
        return zip(stageChannels, [(1, 1), (2, 2), (4, 2)]).enumerated().map { stage, row in
            let (outChannels, (blocks, stride)) = row
            defer { channels = outChannels }
            return (0..<blocks).map { block in
                BasicBlock3D(
                    name: "\(name).layers.\(stage).\(block)",
                    inChannels: block == 0 ? channels : outChannels,
                    outChannels: outChannels,
                    stride: block == 0 ? stride : 1,
                    hasDownsampleLayer: block == 0
                )
            }
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> [Tensor] {
        var map = input
        return try stages.enumerated().map { stage, blocks in
            for block in blocks { map = try block.emit(map, to: program) }
            program.tapVolume("\(name).\(stage)", map)
            return map
        }
    }
}
