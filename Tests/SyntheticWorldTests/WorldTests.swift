import Foundation
import Scenes
import Testing

@testable import SyntheticWorld

/// The street, the things on it and how they move.
@Suite struct WorldTests {
    static let worlds = (0..<3).map { SceneWorld(seed: 5, scene: $0, duration: 6) }

    /// The tight bounds of a solid that is not turned, its shear included.
    private static func bounds(_ solid: Primitive) -> (low: Vector, high: Vector) {
        guard solid.kind == .frustum else {
            return (solid.center - solid.outerHalf, solid.center + solid.outerHalf)
        }
        let y = max(solid.half.y, solid.taper.y)
        return (
            solid.center + Vector(min(-solid.half.x, solid.taper.z - solid.taper.x), -y, -solid.half.z),
            solid.center + Vector(max(solid.half.x, solid.taper.z + solid.taper.x), y, solid.half.z)
        )
    }

    /// Boxes hold all solids of their things, and are not much larger.
    @Test func boxesHoldTheirThings() {
        var kinds = Set<ActorKind>()
        for world in Self.worlds {
            for actor in world.actors {
                kinds.insert(actor.kind)
                var low = Vector(repeating: .infinity)
                var high = -low
                for solid in actor.solids {
                    let bounds = Self.bounds(solid)
                    low = lesser(low, bounds.low)
                    high = greater(high, bounds.high)
                }
                let half = Vector(actor.size.x / 2, actor.size.y / 2, 0)
                let slack: Float = 0.012
                #expect(
                    low.x >= -half.x - slack && high.x <= half.x + slack,
                    "\(actor.kind) \(low) \(high) \(actor.size)"
                )
                #expect(
                    low.y >= -half.y - slack && high.y <= half.y + slack,
                    "\(actor.kind) \(low) \(high) \(actor.size)"
                )
                #expect(low.z >= -slack && high.z <= actor.size.z + slack, "\(actor.kind) \(low) \(high) \(actor.size)")
                #expect(high.z - low.z > actor.size.z * 0.9, "\(actor.kind)")
                #expect(high.x - low.x > actor.size.x * 0.7, "\(actor.kind) \(low) \(high) \(actor.size)")
                #expect(actor.solids.allSatisfy { $0.label == actor.kind.label.rawValue })
            }
        }
        #expect(kinds == Set(ActorKind.allCases), "every kind occurs in three scenes")
    }

    /// The ego vehicle moves without jumps, looks where it goes and stays on the road.
    @Test func egoMovesSmoothly() {
        for world in Self.worlds {
            var last = world.ego.pose(at: 0)
            for step in 1...600 {
                let time = Double(step) * 0.01
                let pose = world.ego.pose(at: time)
                let moved = hypot(pose.x - last.x, pose.y - last.y)
                #expect(moved < 0.2)
                #expect(abs(remainder(pose.yaw - last.yaw, 2 * .pi)) < 0.02)
                if moved > 0.01 {
                    let course = atan2(pose.y - last.y, pose.x - last.x)
                    #expect(abs(remainder(course - (pose.yaw + last.yaw) / 2, 2 * .pi)) < 0.02)
                }
                let road = world.grid.coordinates(Float(pose.x), Float(pose.y))
                #expect(world.plan.ground(s: road.x, t: road.y).kind == .road)
                last = pose
            }
        }
    }

    /// Positions change by their speeds, along their headings.
    @Test func velocitiesFollowFromPositions() {
        for world in Self.worlds {
            for (index, actor) in world.actors.enumerated() {
                let h = 0.01
                guard let a = world.pose(of: index, at: 2 - h), let b = world.pose(of: index, at: 2 + h) else {
                    continue
                }
                let vx = (b.x - a.x) / (2 * h)
                let vy = (b.y - a.y) / (2 * h)
                let speed = hypot(vx, vy)
                // On the inside of a bend a lane is shorter than the centre line.
                let expected = actor.speed(at: 2)
                #expect(abs(speed - expected) <= 0.02 + expected * 0.25)
                if expected == 0 { #expect(speed == 0) }
                if speed > 0.5 {
                    #expect(abs(remainder(atan2(vy, vx) - a.yaw, 2 * .pi)) < 0.05)
                }
            }
        }
    }

    /// No vehicle stands in the ego vehicle's way while it drives.
    @Test func nothingIsDrivenThrough() {
        for world in Self.worlds {
            for step in 0...60 {
                let time = Double(step) * 0.1
                let ego = world.ego.pose(at: time)
                for index in world.actors.indices {
                    guard let pose = world.pose(of: index, at: time) else { continue }
                    // The ego vehicle reaches from 1 m behind its frame to 4 m ahead and 1 m to either side.
                    let p = ego.applyInverse(SIMD3(pose.x, pose.y, 0))
                    #expect(!(p.x > -1 && p.x < 4 && abs(p.y) < 1), "\(world.actors[index].kind) at \(time) s")
                }
            }
        }
    }

    @Test func roadGridFollowsTheCurve() {
        for world in Self.worlds {
            var random = RandomStream(seed: 9)
            for _ in 0..<500 {
                let s = random.uniform(-100.0, 60.0)
                let t = random.uniform(-40.0, 40.0)
                let pose = world.curve.pose(s: s, t: t)
                let c = world.grid.coordinates(Float(pose.x), Float(pose.y))
                #expect(abs(Double(c.x) - s) < 0.02 && abs(Double(c.y) - t) < 0.02, "s \(s) t \(t) gave \(c)")
            }
        }
    }

    /// The kinds of ground lie in their order from the middle of the road outwards.
    @Test func crossSectionIsInOrder() {
        for world in Self.worlds {
            let plan = world.plan
            guard
                let s = stride(from: Float(0), to: 100, by: 1).first(where: {
                    plan.isClear(from: $0, to: $0, margin: 14)
                })
            else { continue }
            var kinds: [StreetSection.Ground] = []
            for k in 0..<400 {
                let kind = plan.ground(s: s, t: plan.medianHalf + 0.05 + Float(k) * 0.1).kind
                if kinds.last != kind { kinds.append(kind) }
            }
            let order: [StreetSection.Ground] =
                [.road, .kerb] + (plan.vergeWidth > 0 ? [.verge] : []) + [.sidewalk]
                + (plan.isUrban ? [.plaza] : []) + [.terrain]
            #expect(kinds == order)
        }
    }
}
