import CommandSupport
import Foundation
import Scoring
import Storage
import SystemSupport
import TestSupport
import Testing

@testable import Scheduler

@Suite("Plan of a report")
struct ReportPlanTests {
    /// A run of these scenes, sizes without reason; those without samples failed.
    private func run(_ scenes: [(String, [String]?)]) -> RunManifest {
        RunManifest(
            scenes: scenes.map { name, tokens in
                tokens.map {
                    .init(name: name, sampleTokens: $0, lease: 1, fileName: "f", byteCount: .max, sha256: "")
                } ?? .init(name: name, state: .failed, sampleTokens: ["x"])
            }
        )
    }

    @Test("Sheets go first, then samples of films, then worst samples; what cannot stay below the limit is refused")
    func limits() throws {
        let counts = [Int](repeating: 40, count: 150)
        func plan(_ megabytes: Int) throws -> ReportPlan {
            try ReportPlan(sampleCounts: counts, worst: 12, stills: .all, limitBytes: megabytes * 1_000_000)
        }
        let roomy = try plan(10_000)
        #expect(roomy.stills == .all && roomy.filmStride == 1 && roomy.worst == 12 && roomy.remarks.isEmpty)
        var before = roomy
        for limit in [3_000, 1_000, 400, 100, 40, 25] {
            let plan = try plan(limit)
            #expect(plan.forecastBytes <= limit * 1_000_000, "\(limit)")
            #expect(plan.stills == .worst && plan.filmStride >= before.filmStride && plan.worst <= before.worst)
            before = plan
        }
        #expect(before.filmStride == 40 && before.worst < 12)
        let refusal = try #require(throws: CommandFailure.self) { try plan(10) }
        #expect("\(refusal)".contains("--limit-size"))
    }

    @Test("What was not asked for is not drawn, however much room there is")
    func worstOnly() throws {
        let plan = try ReportPlan(sampleCounts: [3, 3], worst: 200, stills: .worst, limitBytes: 1 << 40)
        #expect(plan.stills == .worst && plan.worst == 6 && plan.remarks.isEmpty)
    }

    @Test("Two runs stand side by side in scenes that are done in both with the same samples; the others are named")
    func pairs() {
        let a = run([("one", ["a", "b"]), ("two", ["c"]), ("three", nil), ("four", ["e"])])
        let b = run([("four", ["e"]), ("one", ["a", "b"]), ("two", ["other"]), ("three", ["d"])])
        let pair = ReportPair(a, b, chosen: ["one", "two", "three", "four"])
        #expect(pair.scenes == ["one", "four"])
        #expect(pair.remark?.contains("2 scenes") == true && pair.remark?.contains("three, two") == true)
        #expect(ReportPair(a, b, chosen: ["one"]) == ReportPair(a, a, chosen: ["one"]))
    }

    @Test("Sizes that add up to more than a number holds are no trap")
    func hugeSizes() throws {
        let manifest = run([("a", ["t"]), ("b", ["t"]), ("c", ["t"])])
        let list = try SampleList(manifest, scenes: [])
        let content = try ReportContent(manifest, RunScores(), samples: list, place: "/out")
        #expect(content.facts.contains { $0.name == "size" } && content.headline.isEmpty)
    }

    @Test("A report takes the place of a report alone, whole, and what killed programs left is removed")
    func folders() throws {
        let parent = try TemporaryFolder()
        let target = parent.path + "/site"
        func make(replaces: Bool = false) throws -> ReportFolder {
            let folder = try ReportFolder(target, replaces: replaces)
            try ReportFolder.write(Array("<p>".utf8), to: folder.temporary + "/index.html")
            return folder
        }
        try make().publish()
        #expect(throws: CommandFailure.self) { try make() }
        let leftover = "\(target).2147483646.new"
        try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
        try make(replaces: true).publish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path) == ["site"])
        for stranger in ["notes.txt", "scenes/notes.txt", "pictures/x/notes.txt"] {
            let path = "\(target)/\(stranger)"
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
                withIntermediateDirectories: true
            )
            try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
            let refusal = try #require(throws: CommandFailure.self) { try make(replaces: true) }
            #expect("\(refusal)".contains(stranger), "\(refusal)")
            try FileManager.default.removeItem(atPath: path)
        }
        let file = try #require(throws: CommandFailure.self) {
            try ReportFolder(target + "/index.html", replaces: true)
        }
        #expect("\(file)".contains("is a file; --to names"))
        // A symbolic link stays one, and what it leads to is the report.
        let link = parent.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        try ReportFolder(link, replaces: true).publish()
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        #expect(!FileManager.default.fileExists(atPath: target + "/index.html"))
    }

    @Test("A folder that has no run is told as what it is; who names a run's own folder is told of the output folder")
    func outputFolders() throws {
        let folder = try TemporaryFolder()
        try folder.write("file", [])
        try folder.write("other/file", [])
        try folder.write("out/runs/r/file", [])
        try FileManager.default.createDirectory(atPath: folder.file("empty"), withIntermediateDirectories: true)
        let give = "; give the output folder of a run"
        for (name, found) in [
            ("none", "there is no folder '\(folder.path)/none'\(give)"),
            ("file", "'\(folder.path)/file' is a file\(give)"),
            ("empty", "the folder '\(folder.path)/empty' is empty\(give)"),
            ("other", "the folder '\(folder.path)/other' holds no run (it has no folder 'runs')\(give)"),
        ] {
            #expect(try OutputFolder.flaw(folder.file(name), named: "run A") == "run A: \(found)")
        }
        #expect(try OutputFolder.flaw(folder.file("out")) == nil)
        for inner in ["out/runs", "out/runs/r"] {
            #expect(
                try OutputFolder.flaw(folder.file(inner))?.hasSuffix("\(give), which is '\(folder.path)/out'") == true
            )
        }
        var options = ResultOptions()
        options.output = folder.file("out")
        options.runName = nil
        let begun = #expect(throws: CommandFailure.self) { try options.directory() }
        #expect(begun?.description.contains("run 'r' in '\(folder.path)/out' has no predictions yet") == true)
        options.runName = "x"
        let unknown = #expect(throws: CommandFailure.self) { try options.directory(option: "--run-b") }
        #expect(unknown?.description == "--run-b: there is no run 'x' in '\(folder.path)/out'; it has 'r'")
    }

    @Test("Each scene has a folder of its own, whatever its name holds")
    func places() {
        let names = ["scene-0103", "../../etc", ".hidden", "a b", "~1", "~3", String(repeating: "x", count: 300), ""]
        let site = ReportSite(scenes: names)
        let films = names.map { site.film($0).path }
        #expect(Set(films).count == names.count)
        #expect(films[0] == "pictures/scene-0103/film.webp")
        #expect(films.allSatisfy { $0.split(separator: "/").count == 3 && !$0.contains("..") && $0.utf8.count < 200 })
        #expect(site.still("a b", 7).path == "pictures/~3/0007.webp")
    }

    @Test(
        "Bytes for people",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12.3 kB"), (10_000, "10 kB"), (999_499, "999 kB"),
            (999_600, "1.0 MB"), (4_000_000_000, "4.0 GB"), (-5, "0 B"),
        ]
    )
    func bytes(count: Int, text: String) {
        #expect(ByteText.of(count) == text)
    }
}
