import Testing

@testable import OccInference

@Suite struct ArenaPlanTests {
    @Test func buffersThatMeetDoNotOverlap() {
        for seed in UInt64(1)...200 {
            let numbers = FormulaWeights(seed: seed).uniform("lifetimes", count: 90)
            let lifetimes = (0..<30).map { index in
                let first = Int(numbers[index * 3] * 20)
                return ArenaPlan.Lifetime(
                    bytes: Int(numbers[index * 3 + 1] * 5000),
                    first: first,
                    last: first + Int(numbers[index * 3 + 2] * 6)
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

    /// The biggest network's slot stays below the 400 MB that a slot of one frame may take; `StereoNetworkTests` look at the others.
    @Test(arguments: ModelCatalogue.configurations.filter { !$0.contains("-4d-") })
    func slotsStaySmall(_ name: String) throws {
        #expect(try TestModels.prepared(name).sessionByteCount < 400_000_000)
    }
}
