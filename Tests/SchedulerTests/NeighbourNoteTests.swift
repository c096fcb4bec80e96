import RunContract
import Scenes
import Testing

@testable import Scheduler

@Suite("A second run in a folder")
struct NeighbourNoteTests {
    private static let settings = RunSettings(
        datasetRoot: "/data",
        datasetVersion: "v1.0-mini",
        split: "all",
        modelConfiguration: "small",
        modelDigest: String(repeating: "ab", count: 32),
        modelPath: "/m",
        outputDirectory: "/out"
    )

    private func text(_ neighbours: NeighbourNote.Neighbour...) -> String? {
        NeighbourNote(run: "new", settings: Self.settings, output: "/out", beside: neighbours)?.text
    }

    @Test("Nothing is said of a folder without another run")
    func alone() { #expect(text() == nil) }

    @Test("What differs from the run that is most like the new one is named, both values and both runs")
    func differs() {
        var other = Self.settings
        other.precision = .int8
        other.modelPath = "/elsewhere"
        var far = other
        far.datasetRoot = "/data2"
        far.split = "val"
        #expect(
            text(.init(run: "a", settings: far), .init(run: "b", settings: other))
                == "'/out' has run 'b' and 1 more already; another run, 'new', begins beside it, as this differs: precision (fp32 here,"
                + " int8 there). What reads results will ask for --run NAME; choose another --output to keep runs apart"
        )
        let words = text(.init(run: "a", settings: far)) ?? ""
        #expect(
            words.contains("the dataset's folder ('/data' here, '/data2' there), the split ('all' here, 'val' there)")
        )
        #expect(text(.init(run: "a", settings: Self.settings))?.contains("this differs: the name alone") == true)
        #expect(text(.init(run: "a", settings: nil))?.contains("begins beside it. What reads") == true)
    }
}
