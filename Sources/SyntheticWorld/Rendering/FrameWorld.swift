internal import Foundation

/// A scene's world frozen at one time, ready for rays.
///
/// `unchecked`: all buffers are written in `init` only; rays from several threads only read.
final class FrameWorld: @unchecked Sendable {
    /// Where a ray meets a solid.
    struct Hit {
        var distance: Float
        /// Index into the tree's solids; -1 for nothing.
        var solid: Int32
        /// Outward normal in the solid's own axes.
        var normal: Vector
    }

    let tree: BoundingVolumeHierarchy
    let section: StreetSection
    let grid: RoadGrid
    let lighting: Lighting
    let noise = NoiseTexture.shared
    let surfaces: UnsafePointer<Surface>
    private let surfaceStorage: UnsafeMutablePointer<Surface>
    private let junctions: UnsafeMutablePointer<SIMD2<Float>>
    private let junctionCount: Int

    /// Solids further than this from the ego vehicle are left out, metres.
    static let reach = 170.0

    /// Freezes a world at a time around a point.
    convenience init(_ world: SceneWorld, at time: Double, around center: SIMD2<Double>) {
        self.init(
            tree: BoundingVolumeHierarchy(world.solids(at: time, around: center, reach: Self.reach)),
            like: world
        )
    }

    /// Puts solids on the ground of a world.
    init(tree: BoundingVolumeHierarchy, like world: SceneWorld) {
        self.tree = tree
        section = world.plan.section
        grid = world.grid
        lighting = world.lighting
        surfaceStorage = .allocate(capacity: max(world.surfaces.count, 1))
        for (i, surface) in world.surfaces.enumerated() { (surfaceStorage + i).initialize(to: surface) }
        surfaces = UnsafePointer(surfaceStorage)
        junctionCount = world.plan.junctions.count
        junctions = .allocate(capacity: max(junctionCount, 1))
        for (i, junction) in world.plan.junctions.enumerated() { (junctions + i).initialize(to: junction) }
    }

    deinit {
        surfaceStorage.deallocate()
        junctions.deallocate()
    }

    /// Ground under a global point with its road coordinates.
    struct GroundPoint {
        var kind: StreetSection.Ground
        var s: Float
        var t: Float
        var kerbDistance: Float
        var junctionOffset: Float
        var junctionHalf: Float
    }

    @inline(__always)
    func ground(_ x: Float, _ y: Float) -> GroundPoint {
        let c = grid.coordinates(x, y)
        var offset: Float = 1e6
        var half: Float = 4
        for i in 0..<junctionCount {
            let d = c.x - junctions[i].x
            if abs(d) < abs(offset) {
                offset = d
                half = junctions[i].y
            }
        }
        let g = section.ground(t: c.y, junctionOffset: offset, junctionHalf: half)
        return GroundPoint(
            kind: g.kind,
            s: c.x,
            t: c.y,
            kerbDistance: g.kerbDistance,
            junctionOffset: offset,
            junctionHalf: half
        )
    }
}
