internal import Foundation
internal import Scenes

/// Labels the voxels of an ego frame from the world's solids and its ground.
///
/// The rule: a voxel is probed at 4 x 4 x 4 points, 0.1 m apart and 0.05 m from its faces. If any probe lies in a solid
/// of an annotated thing, the voxel has the class of the solid that holds the most probes; else the same among
/// scenery. Leaves count as full. Of what is left, voxels of the ground layer (z index 2, centred on z = 0) have the
/// class of the ground under their centre. Everything else is free. Solids are filled, so voxels inside buildings are
/// occupied; what lies under the ground layer is free.
struct Voxelizer {
    /// The layer of voxels that holds the ground: z from -0.2 to 0.2.
    static let groundLayer = 2

    /// The labels, row-major [x, y, z].
    private(set) var labels = [UInt8](repeating: OccupancyClass.free.rawValue, count: VoxelGrid.count)
    /// Probes of the winning solid, plus 128 for annotated things.
    private var scores = [UInt8](repeating: 0, count: VoxelGrid.count)

    /// Labels the grid of an ego pose.
    ///
    /// - Parameter solids: in the global frame, at the time of the pose.
    init(world: SceneWorld, solids: [Primitive], ego: Pose) {
        let c = Float(cos(-ego.yaw))
        let s = Float(sin(-ego.yaw))
        let x = -(Float(ego.x) * c - Float(ego.y) * s)
        let y = -(Float(ego.x) * s + Float(ego.y) * c)
        for solid in solids { fill(solid.placed(x: x, y: y, z: Float(-ego.z), cosine: c, sine: s)) }
        addGround(world, ego)
    }

    private mutating func fill(_ solid: Primitive) {
        let half = solid.outerHalf
        let low = (solid.center - half - VoxelGrid.low) / VoxelGrid.size_m
        let high = (solid.center + half - VoxelGrid.low) / VoxelGrid.size_m
        guard high.x > 0, high.y > 0, high.z > 0, low.x < Float(VoxelGrid.countX), low.y < Float(VoxelGrid.countY),
            low.z < Float(VoxelGrid.countZ)
        else { return }
        let first = SIMD3<Int>(max(Int(low.x), 0), max(Int(low.y), 0), max(Int(low.z), 0))
        let last = SIMD3<Int>(
            min(Int(high.x), VoxelGrid.countX - 1),
            min(Int(high.y), VoxelGrid.countY - 1),
            min(Int(high.z), VoxelGrid.countZ - 1)
        )
        let bonus: UInt8 = solid.actor >= 0 ? 128 : 0
        for x in first.x...last.x {
            for y in first.y...last.y {
                for z in first.z...last.z {
                    let index = VoxelGrid.index(x, y, z)
                    // Nothing can beat 64 probes of the same rank.
                    if scores[index] >= bonus + 64 { continue }
                    let probes = Self.probes(solid, at: VoxelGrid.center(x, y, z))
                    if probes > 0, bonus + probes > scores[index] {
                        scores[index] = bonus + probes
                        labels[index] = solid.label
                    }
                }
            }
        }
    }

    /// How many of a voxel's 64 probes lie in a solid.
    static func probes(_ solid: Primitive, at center: Vector) -> UInt8 {
        var count: UInt8 = 0
        let start = center - Vector(repeating: 0.15)
        for i in 0..<4 {
            for j in 0..<4 {
                for k in 0..<4 {
                    let offset = Vector(Float(i), Float(j), Float(k)) * 0.1
                    if solid.contains(start + offset) { count += 1 }
                }
            }
        }
        return count
    }

    private mutating func addGround(_ world: SceneWorld, _ ego: Pose) {
        for x in 0..<VoxelGrid.countX {
            for y in 0..<VoxelGrid.countY {
                let index = VoxelGrid.index(x, y, Voxelizer.groundLayer)
                guard scores[index] == 0 else { continue }
                let center = VoxelGrid.center(x, y, Voxelizer.groundLayer)
                let p = ego.apply(SIMD3(Double(center.x), Double(center.y), 0))
                let road = world.grid.coordinates(Float(p.x), Float(p.y))
                labels[index] = world.plan.ground(s: road.x, t: road.y).kind.label.rawValue
            }
        }
    }
}
