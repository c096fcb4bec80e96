internal import Foundation

/// How much of an actor the six cameras see: of the rays that would meet it alone, the share that nothing else stops.
struct VisibleShare {
    /// Rays over the actor's outline, a side.
    private static let raysPerSide = 28

    private let world: FrameWorld
    private let cameras: [(camera: PinholeCamera, ego: Pose)]

    init(world: FrameWorld, cameras: [(camera: PinholeCamera, ego: Pose)]) {
        self.world = world
        self.cameras = cameras
    }

    /// The share, 0...1; 0 for what no camera's picture holds.
    ///
    /// - Parameters:
    ///   - pose: where the actor stands at the keyframe.
    ///   - solids: its solids in the global frame.
    func share(of actor: Int, size: Vector, pose: Pose, solids: [Primitive]) -> Double {
        let stack = RayStack()
        defer { stack.free() }
        var alone = 0
        var seen = 0
        for (camera, ego) in cameras {
            guard let outline = outline(camera, ego, size, pose) else { continue }
            let view = CameraView(camera: camera, ego: ego)
            let columns = Self.raysPerSide
            for j in 0..<columns {
                for i in 0..<columns {
                    let u = outline.lowU + (outline.highU - outline.lowU) * (Float(i) + 0.5) / Float(columns)
                    let v = outline.lowV + (outline.highV - outline.lowV) * (Float(j) + 0.5) / Float(columns)
                    let direction = view.direction(u, v)
                    var best = Float(600)
                    var isMet = false
                    for solid in solids {
                        if let hit = solid.intersect(origin: view.origin, direction: direction, limit: best) {
                            best = hit.distance
                            isMet = true
                        }
                    }
                    guard isMet else { continue }
                    alone += 1
                    let hit = world.nearest(
                        view.origin,
                        direction,
                        limit: best + 0.01,
                        guess: -1,
                        stack: stack
                    )
                    if hit.solid < 0 || Int((world.tree.primitives + Int(hit.solid)).pointee.actor) == actor {
                        seen += 1
                    }
                }
            }
        }
        return alone > 0 ? Double(seen) / Double(alone) : 0
    }

    private func outline(
        _ camera: PinholeCamera,
        _ ego: Pose,
        _ size: Vector,
        _ pose: Pose
    ) -> (lowU: Float, lowV: Float, highU: Float, highV: Float)? {
        var low = SIMD2<Double>(repeating: .infinity)
        var high = SIMD2<Double>(repeating: -.infinity)
        for corner in 0..<8 {
            let local = SIMD3(
                Double(size.x) * (corner & 1 == 0 ? -0.5 : 0.5),
                Double(size.y) * (corner & 2 == 0 ? -0.5 : 0.5),
                corner & 4 == 0 ? 0 : Double(size.z)
            )
            // Things partly behind the picture plane are judged by the corners in front of it.
            guard let p = camera.project(ego.applyInverse(pose.apply(local))) else { continue }
            low = pointwiseMin(low, SIMD2(p.u, p.v))
            high = pointwiseMax(high, SIMD2(p.u, p.v))
        }
        low = pointwiseMax(low, SIMD2(0, 0))
        high = pointwiseMin(high, SIMD2(Double(camera.width - 1), Double(camera.height - 1)))
        guard low.x < high.x, low.y < high.y else { return nil }
        return (Float(low.x), Float(low.y), Float(high.x), Float(high.y))
    }

    /// The nuScenes visibility token of a share: 1 up to 40 %, 2 to 60 %, 3 to 80 %, 4 above.
    static func token(_ share: Double) -> String {
        share < 0.4 ? "1" : (share < 0.6 ? "2" : (share < 0.8 ? "3" : "4"))
    }
}
