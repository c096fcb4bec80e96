import Testing

@testable import TensorRuntime

@Suite struct ArenaPlanTests {
    @Test func buffersThatMeetDoNotOverlap() {
        for seed in UInt64(1)...200 {
            var state = seed
            func draw(below bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            let lifetimes = (0..<30).map { _ in
                let first = draw(below: 20)
                return ArenaPlan.Lifetime(
                    bytes: draw(below: 5000),
                    first: first,
                    last: first + draw(below: 6)
                )
            }
            let plan = ArenaPlan(lifetimes)
            for (index, one) in lifetimes.enumerated() {
                #expect(plan.offsets[index] % 64 == 0 && plan.offsets[index] + one.bytes <= plan.byteCount)
                for other in (index + 1)..<lifetimes.count {
                    let two = lifetimes[other]
                    let meet = one.first <= two.last && two.first <= one.last
                    let overlap =
                        plan.offsets[index] < plan.offsets[other] + two.bytes
                        && plan.offsets[other] < plan.offsets[index] + one.bytes
                    #expect(!(meet && overlap && one.bytes > 0 && two.bytes > 0), "seed \(seed)")
                }
            }
        }
    }

    @Test func buffersThatNeverMeetShare() {
        let plan = ArenaPlan((0..<10).map { .init(bytes: 640, first: $0, last: $0) })
        #expect(plan.byteCount == 640)
        #expect(ArenaPlan([]).byteCount == 0)
    }
}
