import BinaryKernels
import Foundation
import TestSupport
import Testing

@Suite("Matching cost")
struct StereoCostTests {
    private static let (height, width, channels, bins, padded, block) = (6, 9, 32, 7, 16, 8)
    private static let depths: [Float] = (0..<bins).map { 1 + Float($0) * 1.5 }

    /// The documented formula in float64, one value at a time.
    private func expected(
        _ view: occ_stereo_view,
        _ current: [Float],
        _ adjacent: [Float],
        bias: Double
    ) -> [Double] {
        let (height, width, channels) = (Self.height, Self.width, Self.channels)
        let values = withUnsafeBytes(of: view) { $0.bindMemory(to: Float.self).map { Double($0) } }
        let (undo, shift) = (Array(values[0..<9]), Array(values[9..<12]))
        let (combined, origin) = (Array(values[12..<21]), Array(values[21..<24]))
        let (matrix, turn) = (Array(values[24..<33]), Array(values[33..<37]))
        func times(_ m: [Double], _ v: [Double]) -> [Double] {
            (0..<3).map { m[$0 * 3] * v[0] + m[$0 * 3 + 1] * v[1] + m[$0 * 3 + 2] * v[2] }
        }
        var result = [Double](repeating: 0, count: height * width * Self.padded)
        for pixel in 0..<(height * width) {
            var costs: [Double] = []
            for depth in Self.depths {
                let place = [Double(pixel % width) * 4, Double(pixel / width) * 4, Double(depth)]
                var point = times(undo, zip(place, shift).map { $0 - $1 })
                point = zip(times(combined, [point[0] * point[2], point[1] * point[2], point[2]]), origin).map {
                    $0 + $1
                }
                let isBehind = point[2] < 1e-3
                point = times(matrix, point)
                let (u, v) = (point[0] / point[2], point[1] / point[2])
                var x = (turn[0] * u + turn[1] * v + shift[0]) / Double(4 * width - 1) * Double(width - 1)
                var y = (turn[2] * u + turn[3] * v + shift[1]) / Double(4 * height - 1) * Double(height - 1)
                if isBehind { (x, y) = (-100, -100) }
                func sample(_ channel: Int) -> Double {
                    var sum = 0.0
                    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                        let (cx, cy) = (x.rounded(.down) + Double(column), y.rounded(.down) + Double(row))
                        guard cx >= 0, cy >= 0, cx < Double(width), cy < Double(height) else { continue }
                        let weight = (1 - abs(x - cx)) * (1 - abs(y - cy))
                        sum += weight * Double(adjacent[(Int(cy) * width + Int(cx)) * channels + channel])
                    }
                    return sum
                }
                var cost = (0..<channels).reduce(0.0) { $0 + abs(Double(current[pixel * channels + $1]) - sample($1)) }
                if sample(channels - 4) == 0 { cost += bias }
                costs.append(cost)
            }
            let smallest = costs.min() ?? 0
            let total = costs.reduce(0) { $0 + exp(smallest - $1) }
            for (bin, cost) in costs.enumerated() {
                result[(bin / Self.block * height * width + pixel) * Self.block + bin % Self.block] =
                    exp(smallest - cost) / total
            }
        }
        return result
    }

    /// A camera that moves; the second looks so far aside that many bins are outside or behind it.
    @Test(arguments: [Float(0.3), -2.2, 0])
    func followsItsFormulaOnEveryVariant(_ yaw: Float) {
        var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(yaw * 10)) &+ 77)
        let pixels = Self.height * Self.width
        let current = GuardedBuffer(generator.values(pixels * Self.channels).map { $0 / 8 })
        // Exact zeros here and there, as behind a ReLU.
        let adjacent = GuardedBuffer(generator.values(pixels * Self.channels).map { max(0, $0 / 8) })
        let columns = GuardedBuffer((0..<Self.width).map { Float($0 * 4) })
        let rows = GuardedBuffer((0..<Self.height).map { Float($0 * 4) })
        let depths = GuardedBuffer(Self.depths)
        let (focal, s, c) = (Float(40), sinf(yaw), cosf(yaw))
        let rotation: [Float] = [c, 0, s, 0, 1, 0, -s, 0, c]
        let unit = 1 / focal
        let inverse: [Float] = [unit, 0, -36 * unit, 0, unit, -24 * unit, 0, 0, 1]
        var combined = [Float](repeating: 0, count: 9)
        for row in 0..<3 {
            for column in 0..<3 {
                for inner in 0..<3 {
                    combined[row * 3 + column] += rotation[row * 3 + inner] * inverse[inner * 3 + column]
                }
            }
        }
        var numbers: [Float] = [2, 0, 0, 0, 2, 0, 0, 0, 1, 1, -2, 0]
        numbers += combined
        numbers += [0.2, -0.1, 0.3]
        numbers += [focal, 0, 36, 0, focal, 24, 0, 0, 1, 0.5, 0, 0, 0.5]
        var view = occ_stereo_view()
        withUnsafeMutableBytes(of: &view) { target in numbers.withUnsafeBytes { target.copyMemory(from: $0) } }
        let stereo = occ_stereo(
            height: Self.height,
            width: Self.width,
            channels: Self.channels,
            columns: UnsafePointer(columns.base),
            rows: UnsafePointer(rows.base),
            depths: UnsafePointer(depths.base),
            bins: Self.bins,
            image_height: Float(4 * Self.height),
            image_width: Float(4 * Self.width),
            bias: 2,
            padded_bins: Self.padded,
            block: Self.block
        )
        let wanted = expected(view, current.elements, adjacent.elements, bias: 2)
        var first: [UInt8]?
        for variant in Variant.all {
            let cost = GuardedBuffer<Float>(Self.padded * pixels)
            let workspace = GuardedBuffer<Float>(2 * Self.bins + Self.padded)
            withUnsafePointer(to: stereo) { stereo in
                withUnsafePointer(to: view) {
                    variant.table.stereo_cost(stereo, $0, current.base, adjacent.base, cost.base, workspace.base)
                }
            }
            for (found, right) in zip(cost.elements, wanted) {
                #expect(abs(Double(found) - right) < 1e-4, "\(variant), yaw \(yaw)")
            }
            #expect(cost.intact && workspace.intact)
            if let first { #expect(first == cost.bytes, "\(variant) differs from scalar") } else { first = cost.bytes }
        }
    }
}
