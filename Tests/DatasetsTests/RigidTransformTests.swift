import Scenes
import TestSupport
import Testing

@testable import Datasets

@Suite struct RigidTransformTests {
    @Test func aQuarterTurnAboutZ() {
        let half = 0.5.squareRoot()
        let transform = RigidTransform(translation: SIMD3(1, 2, 3), rotation: Quaternion(w: half, x: 0, y: 0, z: half))
        let wanted: [Double] = [0, -1, 0, 1, 1, 0, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1]
        for (value, want) in zip(transform.matrix, wanted) { #expect(abs(value - want) < 1e-15) }
        #expect(RigidTransform.identity.matrix == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    }

    @Test func rotationsAreOrthonormalEvenIfTheTableRounds() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let q = (0..<4).map { _ in Double.random(in: -1...1, using: &random) }
            let norm = q.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0.1 else { continue }
            let rounded = q.map { ($0 / norm * 1e4).rounded() / 1e4 }
            let rotation = Quaternion(w: rounded[0], x: rounded[1], y: rounded[2], z: rounded[3])
            let m = RigidTransform(translation: .zero, rotation: rotation).matrix
            for a in 0..<3 {
                for b in 0..<3 {
                    let dot = (0..<3).reduce(0) { $0 + m[a * 4 + $1] * m[b * 4 + $1] }
                    #expect(abs(dot - (a == b ? 1 : 0)) < 1e-14, "seed \(random.seed)")
                }
            }
        }
    }

    @Test func singlePrecisionRoundsTheDoubleValues() {
        let rotation = Quaternion(
            w: 0.5720320396729045,
            x: -0.0016977771610471074,
            y: 0.011798001930183783,
            z: -0.8201446642457809
        )
        let transform = RigidTransform(translation: SIMD3(411.3039349319818, 1180.8903791765097, 0), rotation: rotation)
        #expect(transform.matrixFloat32 == transform.matrix.map { Float($0) })
        #expect(transform.matrixFloat32[7] == 1180.8904)
    }
}
