import TensorRuntime
import Testing

@testable import OccInference

/// Operations on voxel maps against plain loops in float64.
@Suite struct VoxelOperationTests {
    @Test(arguments: [1, 2])
    func convolvesVolumes(stride: Int) throws {
        let (levels, height, width, inChannels, outChannels) = (4, 6, 5, 3, 8)
        let layer = ConvolutionLayer(
            name: "conv",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: 3,
            stride: stride,
            hasBias: true,
            hasReLU: true,
            isVolume: true
        )
        let source = FormulaWeightSource(seed: 3)
        let weights = try source.values(of: layer.ownTensors[0])
        let bias = try source.values(of: layer.ownTensors[1])
        let input = FormulaWeights(seed: 3).tensor(
            "x",
            shape: [levels, inChannels, height, width],
            amplitude: 1,
            offset: 0
        )
        let result = try LayerHarness(
            Wrapped(inChannels: inChannels, layers: [layer]) { map, program in try layer.emit(map, to: program) },
            weights: source,
            shape: [levels, inChannels, height, width]
        ).run(input)
        let sizes = [levels, height, width].map { ($0 - 1) / stride + 1 }
        #expect(result.shape == [sizes[0], outChannels, sizes[1], sizes[2]])
        var largest = 0.0
        for z in 0..<sizes[0] {
            for channel in 0..<outChannels {
                for y in 0..<sizes[1] {
                    for x in 0..<sizes[2] {
                        var sum = Double(bias[channel])
                        for c in 0..<inChannels {
                            for tap in 0..<27 {
                                let (dz, dy, dx) = (tap / 9 - 1, tap / 3 % 3 - 1, tap % 3 - 1)
                                let (iz, iy, ix) = (z * stride + dz, y * stride + dy, x * stride + dx)
                                guard (0..<levels).contains(iz), (0..<height).contains(iy), (0..<width).contains(ix)
                                else { continue }
                                sum +=
                                    Double(input[((iz * inChannels + c) * height + iy) * width + ix])
                                    * Double(weights[(channel * inChannels + c) * 27 + tap])
                            }
                        }
                        let found = result.values[((z * outChannels + channel) * sizes[1] + y) * sizes[2] + x]
                        largest = max(largest, abs(max(sum, 0) - Double(found)))
                    }
                }
            }
        }
        #expect(largest < 1e-5)
    }

    /// The mean of 2x2 blocks of the first two levels, enlarged to all levels, is added to the input.
    @Test func addsEnlargedVolumes() throws {
        let (levels, height, width, channels) = (5, 6, 8, 4)
        let shape = [levels, channels, height, width]
        let input = FormulaWeights(seed: 4).tensor("x", shape: shape, amplitude: 1, offset: 0)
        let result = try LayerHarness(
            Wrapped(inChannels: channels, layers: []) { map, program in
                let sum = program.tensor(images: levels, height: height, width: width, channels: channels)
                program.reorder(map, to: sum)
                try program.addTrilinear(try program.averagePool(map.images(0..<2)), to: sum, hasReLU: true)
                return sum
            },
            weights: FormulaWeightSource(seed: 4),
            shape: shape
        ).run(input)
        func value(_ z: Int, _ c: Int, _ y: Int, _ x: Int) -> Double {
            Double(input[((z * channels + c) * height + y) * width + x])
        }
        func mean(_ z: Int, _ c: Int, _ y: Int, _ x: Int) -> Double {
            (value(z, c, 2 * y, 2 * x) + value(z, c, 2 * y, 2 * x + 1) + value(z, c, 2 * y + 1, 2 * x)
                + value(z, c, 2 * y + 1, 2 * x + 1)) / 4
        }
        /// Neighbours and weight of the upper one of an output index.
        func neighbours(_ index: Int, _ size: Int, of small: Int) -> (Int, Int, Double) {
            let position = Double(index) * Double(small - 1) / Double(size - 1)
            let below = min(Int(position), small - 1)
            return (below, min(below + 1, small - 1), position - Double(below))
        }
        var largest = 0.0
        for z in 0..<levels {
            let (z0, z1, wz) = neighbours(z, levels, of: 2)
            for c in 0..<channels {
                for y in 0..<height {
                    let (y0, y1, wy) = neighbours(y, height, of: height / 2)
                    for x in 0..<width {
                        let (x0, x1, wx) = neighbours(x, width, of: width / 2)
                        var sum = value(z, c, y, x)
                        for (iz, a) in [(z0, 1 - wz), (z1, wz)] {
                            for (iy, b) in [(y0, 1 - wy), (y1, wy)] {
                                for (ix, w) in [(x0, 1 - wx), (x1, wx)] { sum += a * b * w * mean(iz, c, iy, ix) }
                            }
                        }
                        let found = result.values[((z * channels + c) * height + y) * width + x]
                        largest = max(largest, abs(max(sum, 0) - Double(found)))
                    }
                }
            }
        }
        #expect(largest < 1e-5)
    }

    /// A layer of a few steps.
    private struct Wrapped: MapLayer {
        let inChannels: Int
        let layers: [any Layer]
        let steps: @Sendable (Tensor, ProgramBuilder) throws -> Tensor

        var name: String { "wrapped" }
        var typeName: String { "Wrapped" }
        var children: [any Layer] { layers }

        init(
            inChannels: Int,
            layers: [any Layer],
            steps: @escaping @Sendable (Tensor, ProgramBuilder) throws -> Tensor
        ) {
            self.inChannels = inChannels
            self.layers = layers
            self.steps = steps
        }

        func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
            try steps(input, program)
        }
    }
}
