import Keyframes
import Testing

@testable import Worker

@Suite("Frames that a prediction reads")
struct FramePlanTests {
    @Test("At the beginning of a scene the sample itself stands for the frames that are not there")
    func borders() {
        func plan(_ sample: Int, remembered: Set<Int> = []) -> FramePlan {
            FramePlan(sample: sample, frameCount: 3) { remembered.contains($0) }
        }
        #expect(plan(0).frames == [0, 0, 0] && plan(0).decoded == [0])
        // The oldest frame of the second sample is that sample, not the scene's first.
        #expect(plan(1).frames == [1, 0, 1] && plan(1).decoded == [1, 0])
        #expect(plan(1, remembered: [0]).decoded == [1])
        #expect(plan(2).frames == [2, 1, 0] && plan(2).decoded == [2, 1, 0])
        #expect(plan(2, remembered: [0, 1]).decoded == [2])
        // After samples that another lease stored: one earlier frame at a time is new again.
        #expect(plan(7, remembered: [5]).decoded == [7, 6])
        #expect(plan(7, remembered: [7]).decoded == [6, 5])
    }

    @Test("A network of one frame reads the sample and nothing else")
    func oneFrame() {
        for sample in 0..<5 {
            let plan = FramePlan(sample: sample, frameCount: 1) { _ in false }
            #expect(plan.frames == [sample] && plan.decoded == [sample])
        }
    }

    @Test("What is neither decoded nor remembered is never read, and nothing is decoded twice")
    func anyMemory() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        for _ in 0..<2000 {
            func draw(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            let (sample, frameCount) = (draw(8), 1 + draw(5))
            let remembered = Set((0..<draw(6)).map { _ in draw(8) })
            let plan = FramePlan(sample: sample, frameCount: frameCount) { remembered.contains($0) }
            #expect(plan.frames.count == frameCount && plan.frames[0] == sample, "seed \(seed)")
            #expect(plan.frames.allSatisfy { (0...sample).contains($0) }, "seed \(seed)")
            #expect(Set(plan.decoded).isDisjoint(with: remembered), "seed \(seed)")
            #expect(Set(plan.decoded).union(remembered).isSuperset(of: plan.frames), "seed \(seed)")
            #expect(Set(plan.decoded).count == plan.decoded.count, "seed \(seed)")
            #expect(Set(plan.decoded).isSubset(of: plan.frames), "seed \(seed)")
        }
    }
}
