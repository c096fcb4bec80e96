import Foundation
import Scenes
import Testing

@Suite("rotations and transforms")
struct GeometryTests {
    @Test("a rotation of another length is normalised; 0 and a unit stay as they are")
    func normalising() {
        let long = Quaternion(w: 2, x: 0, y: 0, z: 2).normalised
        #expect(abs(long.squaredNorm - 1) < 1e-15 && long.w == long.z)
        let nearly = Quaternion(w: 1 + 1e-15, x: 0, y: 0, z: 0)
        #expect(nearly.normalised == nearly)
        let nothing = Quaternion(w: 0, x: 0, y: 0, z: 0)
        #expect(nothing.normalised == nothing)
        #expect(nothing.axes == (.zero, .zero, .zero))
        #expect(!RigidTransform(translation: .zero, rotation: nothing).isUsable)
        #expect(!RigidTransform(translation: SIMD3(.nan, 0, 0), rotation: .identity).isUsable)
        #expect(RigidTransform.identity.isUsable)
    }

    @Test("a placement turns as the matrix does, and products of rotations turn one after the other")
    func placing() {
        let pose = RigidTransform(translation: SIMD3(1, 2, 3), rotation: Quaternion(w: 0.5, x: 0.1, y: -0.4, z: 0.7))
        let place = Placement(pose)
        let matrix = pose.matrix
        let point = SIMD3(4.0, -5, 6)
        let moved = place.moved(point)
        for row in 0..<3 {
            let expected = (0..<3).reduce(matrix[4 * row + 3]) { $0 + matrix[4 * row + $1] * point[$1] }
            #expect(abs(moved[row] - expected) < 1e-12)
        }
        let both = Placement(RigidTransform(translation: .zero, rotation: place.turned(Quaternion(yaw_rad: 0.3))))
        let stepwise = place.turned(SIMD3(cos(0.3), sin(0.3), 0))
        #expect((both.turned(SIMD3(1, 0, 0)) - stepwise).max() < 1e-12)
    }

    @Test("the yaw of a rotation about z is its angle", arguments: [-3.1, -1, 0, 0.5, 3.1])
    func yaw(angle: Double) {
        #expect(abs(Quaternion(yaw_rad: angle).yaw_rad - angle) < 1e-12)
        let axes = Quaternion(yaw_rad: angle).axes
        #expect(abs(axes.0.x - cos(angle)) < 1e-12 && abs(axes.1.y - cos(angle)) < 1e-12 && abs(axes.2.z - 1) < 1e-12)
    }
}
