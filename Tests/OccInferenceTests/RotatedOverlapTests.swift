import Foundation
import Testing

@testable import OccInference

/// Overlap of rotated rectangles against what can be computed by hand, and against counting.
@Suite struct RotatedOverlapTests {
    private func ratio(_ a: RotatedRectangle, _ b: RotatedRectangle) -> Float {
        var overlap = RotatedOverlap()
        return overlap.ratio(a, b)
    }

    @Test func ofKnownRectangles() {
        let square = RotatedRectangle(x: 3, y: -2, width: 2, height: 2, angle: 0)
        var other = square
        #expect(abs(ratio(square, other) - 1) < 1e-6)
        other.x += 1
        #expect(abs(ratio(square, other) - 1.0 / 3) < 1e-6)
        other = square
        other.angle = .pi / 4
        // The common part is a regular octagon of width 2.
        let octagon = Float(8 * (2.0.squareRoot() - 1))
        #expect(abs(ratio(square, other) - octagon / (8 - octagon)) < 1e-5)
        other.x += 2.5
        #expect(ratio(square, other) == 0)
        other = RotatedRectangle(x: 3, y: -2, width: 0, height: 2, angle: 0)
        #expect(ratio(square, other) == 0)
    }

    @Test func ofWhatIsInside() {
        let large = RotatedRectangle(x: 0, y: 0, width: 10, height: 4, angle: 0.3)
        let small = RotatedRectangle(x: 0.2, y: 0.1, width: 1, height: 2, angle: -1.1)
        #expect(abs(ratio(large, small) - 2.0 / 40) < 1e-6)
        #expect(abs(ratio(small, large) - 2.0 / 40) < 1e-6)
    }

    @Test(arguments: 0..<40) func agreesWithCounting(_ round: Int) {
        // Four numbers a rectangle from the formula of the goldens; the seed is the round.
        let draws = FormulaWeights(seed: UInt64(round)).tensor("rectangles", shape: [10], amplitude: 1, offset: 0)
        func rectangle(_ start: Int) -> RotatedRectangle {
            RotatedRectangle(
                x: draws[start],
                y: draws[start + 1],
                width: 1.5 + draws[start + 2],
                height: 1.5 + draws[start + 3],
                angle: draws[start + 4] * 3
            )
        }
        let (a, b) = (rectangle(0), rectangle(5))
        func contains(_ rectangle: RotatedRectangle, _ x: Double, _ y: Double) -> Bool {
            let (dx, dy, angle) = (x - Double(rectangle.x), y - Double(rectangle.y), Double(rectangle.angle))
            return abs(dx * cos(angle) + dy * sin(angle)) <= Double(rectangle.width) / 2
                && abs(dy * cos(angle) - dx * sin(angle)) <= Double(rectangle.height) / 2
        }
        let step = 0.01
        var (both, either) = (0, 0)
        for x in stride(from: -4.0, to: 4, by: step) {
            for y in stride(from: -4.0, to: 4, by: step) {
                let (inA, inB) = (contains(a, x, y), contains(b, x, y))
                if inA && inB { both += 1 }
                if inA || inB { either += 1 }
            }
        }
        let counted = Double(both) / Double(either)
        #expect(abs(Double(ratio(a, b)) - counted) < 0.01, "seed \(round): \(ratio(a, b)), counted \(counted)")
        #expect(abs(ratio(a, b) - ratio(b, a)) < 1e-5, "seed \(round)")
    }
}
