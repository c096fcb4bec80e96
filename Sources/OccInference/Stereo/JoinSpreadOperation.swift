internal import BinaryKernels

/// Writes blocked maps one behind the other into one blocked map; a map of one pixel is repeated over the whole size.
struct JoinSpreadOperation: Operation {
    let inputs: [FeatureMap]
    let output: FeatureMap
    let blockSize: Int

    var reads: [BufferID] { inputs.map(\.buffer) }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        var copies: [(source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>, count: Int)] = []
        var spreads: [(source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>, channels: Int)] = []
        for image in 0..<output.images {
            var target = arena.floats(output, image: image)
            for input in inputs {
                let source = arena.floats(input, image: image)
                if input.pixels == output.pixels {
                    copies.append((source, target, input.imageStride))
                } else {
                    spreads.append((source, target, input.channels))
                }
                target += input.channels * output.pixels
            }
        }
        let (pixels, block) = (output.pixels, blockSize)
        return { _ in
            for copy in copies { copy.target.update(from: copy.source, count: copy.count) }
            for spread in spreads { occ_spread_blocked(spread.source, pixels, spread.channels, block, spread.target) }
        }
    }
}
