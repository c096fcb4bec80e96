import ArgumentParser
import CommandSupport
import Evaluation
import Scoring
import SystemSupport
import TestSupport
import Testing

@testable import Scheduler

@Suite("What evaluate was asked for")
struct EvaluationPlanTests {
    private func plan(_ arguments: String...) throws -> EvaluationPlan {
        try EvaluateCommand.parse(arguments).plan
    }

    /// One scene with counts, and one for each of the other states.
    private func scores(_ gaps: TruthGaps = TruthGaps()) throws -> RunScores {
        var counted = SceneMetrics()
        counted[OccupancyMetric.self] = try RunFixture.confusions()
        var scores = RunScores()
        scores.add("counted", counted)
        scores.add("gaps", SceneMetrics(gaps: gaps))
        scores.add("nothing", nil)
        return scores
    }

    private func gaps(_ reason: TruthGaps.Reason) -> TruthGaps {
        var gaps = TruthGaps()
        gaps.add(reason, sample: "s", why: "because")
        return gaps
    }

    private func failure(_ body: () throws -> Void) throws -> CommandFailure {
        try #require(throws: CommandFailure.self) { try body() }
    }

    @Test("Without a folder the database is asked; with one its files are scored, or what its run.json holds is summed")
    func source() throws {
        #expect(try plan().source == .database)
        #expect(try plan("--stored").source == .database)
        #expect(try plan("--output", "/out").source == .files(output: "/out", datasetRoot: nil))
        #expect(
            try plan("--output", "/out", "--dataset-root", "/data").source
                == .files(output: "/out", datasetRoot: "/data")
        )
        #expect(
            try plan("--output", "/out", "--dataset-root", "/data", "--stored").source == .manifest(output: "/out")
        )
        let curves = try plan("--curves", "here").curves
        #expect(curves == Paths.absolute("here"))
    }

    @Test("FlashOcc's lines come before JSON, and that before tables; RayIoU can be left out")
    func form() throws {
        #expect(try plan().form == .tables(withScenes: false))
        #expect(try plan("--scenes").form == .tables(withScenes: true))
        #expect(try plan("--scenes", "--json").form == .json)
        #expect(try plan("--json", "--flashocc").form == .flashOcc)
        #expect(try plan().metrics.count == Metrics.known.count)
        let metrics = try plan("--without-ray-iou").metrics
        #expect(metrics.count == Metrics.known.count - 1 && !metrics.contains { $0 is RayMetric })
    }

    @Test("Scenes that were asked for are scored alone; names that are not there are refused")
    func chosen() throws {
        let all = try plan().scores(outOf: try scores())
        #expect(all.scenes.map(\.name) == ["counted"] && all.unscored == ["gaps", "nothing"])
        let one = try plan("--scene", "counted").scores(outOf: try scores())
        #expect(one.scenes.map(\.name) == ["counted"] && one.unscored == [])
        let refusal = try failure { _ = try plan("--scene", "counted", "--scene", "x").scores(outOf: try scores()) }
        #expect(refusal.status == .configuration && refusal.description == "the run has no finished scene 'x'")
    }

    @Test("Where nothing is scored it says whether nothing is done, ground truth is damaged, or there is none")
    func nothing() throws {
        let empty = try failure { _ = try plan().scores(outOf: RunScores()) }
        #expect(empty.status == .configuration && empty.description.hasPrefix("no scene of the run is done"))
        let damaged = try failure { _ = try plan("--scene", "gaps").scores(outOf: try scores(gaps(.damaged))) }
        #expect(damaged.status == .someScenesFailed && damaged.description.hasPrefix("no score: "))
        let absent = try failure { _ = try plan("--scene", "gaps").scores(outOf: try scores(gaps(.absent))) }
        #expect(absent.status == .configuration && absent.description.contains("no sample of the run has ground truth"))
    }

    @Test("Warnings name the gaps, then ten scenes of which nothing is known")
    func warnings() throws {
        var many = try scores(gaps(.absent))
        for number in 0..<20 { many.add("scene-\(number)", nil) }
        let lines = try plan().warnings(many)
        #expect(lines.count == 11 && lines[0] == many.gaps.lines[0])
        #expect(lines[1] == "no score of scene 'nothing' was stored; score the files (--output) to see why")
    }

    @Test("A part of the run is short; of chosen scenes only samples without a score are, and damage always is")
    func short() throws {
        let whole = try plan()
        let chosen = try plan("--scene", "a")
        let none = TruthGaps()
        #expect(!whole.isShort(isPartOfRun: false, gaps: none) && whole.isShort(isPartOfRun: true, gaps: none))
        #expect(!chosen.isShort(isPartOfRun: true, gaps: none))
        #expect(chosen.isShort(isPartOfRun: true, gaps: gaps(.absent)))
        #expect(!chosen.isShort(isPartOfRun: true, gaps: gaps(.noRays)))
        #expect(whole.isShort(isPartOfRun: false, gaps: gaps(.damaged)))
    }

    @Test("Curves are of detections and FlashOcc's lines of occupancy")
    func kinds() throws {
        let caption = ScoreCaption(dataset: "d", split: "s", model: "m", expectedSamples: 0)
        let summary = try ScoreSummary(RunScores(), caption)
        #expect(try plan().curveFiles(summary) == nil)
        let curves = try failure { _ = try plan("--curves", "c").curveFiles(summary) }
        #expect(curves.status == .configuration && curves.description.hasPrefix("--curves is for detections"))
        let lines = try failure { _ = try plan("--flashocc").text(summary) }
        #expect(lines.status == .configuration && lines.description.hasPrefix("--flashocc is for voxel labels"))
    }
}
