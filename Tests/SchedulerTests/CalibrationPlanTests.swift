import Testing

@testable import Scheduler

@Suite("Samples of a calibration")
struct CalibrationPlanTests {
    @Test("They are spread evenly over all scenes, and none is taken twice")
    func spread() {
        let plan = CalibrationPlan(counts: [4, 0, 4, 4], samples: 6)
        #expect(plan.samples.count == 6)
        #expect(plan.samples.map(\.scene) == [0, 0, 2, 2, 3, 3])
        #expect(plan.samples.map(\.sample) == [1, 3, 1, 3, 1, 3])
    }

    @Test("All are taken where there are no more than wanted")
    func few() {
        #expect(CalibrationPlan(counts: [1, 2], samples: 32).samples.count == 3)
        #expect(CalibrationPlan(counts: [0], samples: 32).samples.isEmpty)
    }
}
