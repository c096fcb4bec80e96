import ArgumentParser
import CommandSupport
import Glibc
import Scoring
import Storage
import SystemSupport
import TestSupport
import Testing

@testable import Scheduler

@Suite("What picture draws") struct PicturePlanTests {
    private let manifest = RunManifest(
        run: "r",
        dataset: "nuscenes",
        datasetFolder: "/d",
        datasetVersion: "v",
        split: "val",
        model: "m",
        modelDigest: "0",
        precision: "fp32",
        software: "s",
        writtenAt: "now",
        scenes: [
            .init(name: "a", state: .failed, sampleTokens: ["t"]),
            .init(name: "b", sampleTokens: ["b0", "b1"], lease: 1, fileName: "b", byteCount: 1, sha256: "0"),
            .init(
                name: "c",
                sampleTokens: (0..<101).map { $0 == 7 ? "x/y" : "c\($0)" },
                lease: 1,
                fileName: "c",
                byteCount: 1,
                sha256: "0"
            ),
        ]
    )

    private func plan(scene: String? = nil, sample: String? = nil, index: Int? = nil, all: Bool = false) throws
        -> PicturePlan
    {
        try PicturePlan(manifest, scene: scene, sample: sample, index: index, all: all, target: "/to")
    }

    @Test("One sample: the run's first, a scene's first, or the one that was named")
    func one() throws {
        #expect(try plan().files == [.init(token: "b0", path: "/to")])
        #expect(try plan(scene: "c").files == [.init(token: "c0", path: "/to")])
        #expect(try plan(sample: "c3").scene.name == "c" && plan(sample: "c3").files[0].token == "c3")
        #expect(try plan(scene: "b", sample: "b1").files == [.init(token: "b1", path: "/to")])
        #expect(try plan(scene: "c", index: 9).files == [.init(token: "c9", path: "/to")])
        // Without a scene it is the first that is done.
        #expect(try plan(index: 1).scene == plan().scene)
        let beyond = try #require(throws: CommandFailure.self) { _ = try plan(scene: "b", index: 2) }
        #expect(beyond.description == "scene 'b' has no sample of index 2; its indices are 0 to 1")
    }

    @Test("Every sample of a scene: names sort as samples do, and tokens that are no names of files are refused")
    func all() throws {
        let files = try plan(scene: "b", all: true).files
        #expect(files == [.init(token: "b0", path: "/to/00-b0.png"), .init(token: "b1", path: "/to/01-b1.png")])
        let failure = try #require(throws: CommandFailure.self) { _ = try plan(scene: "c", all: true) }
        #expect(failure.status == .configuration && failure.description.contains("'x/y'"))
    }

    @Test("What the run does not have, or has not done, is said")
    func missing() throws {
        func text(_ scene: String?, _ sample: String?) throws -> String {
            try #require(throws: CommandFailure.self) { _ = try plan(scene: scene, sample: sample) }.description
        }
        #expect(try text("z", nil) == "run 'r' has no scene 'z'; it has 'a', 'b', 'c'")
        #expect(try text("a", nil) == "scene 'a' of the run is not done")
        #expect(try text(nil, "t") == "run 'r' has no finished sample 't'")
        #expect(try text("b", "c0") == "scene 'b' of run 'r' has no finished sample 'c0'")
    }

    @Test("--all wants a scene and a folder, and no sample")
    func options() throws {
        let whole = try PictureCommand.parse(["--output", "o", "--scene", "b", "--all", "--to", "d"])
        #expect(whole.all && whole.scene == "b" && whole.minimumScore == DetectionMetric.shownScore)
        for wrong in [
            ["--all", "--to", "d"], ["--all", "--scene", "b", "--to", "d.png"],
            ["--all", "--scene", "b", "--sample", "s", "--to", "d"], ["--to", "d"],
            ["--all", "--scene", "b", "--index", "1", "--to", "d"],
            ["--scene", "b", "--sample", "s", "--index", "1", "--to", "d.png"],
            ["--scene", "b", "--index", "-1", "--to", "d.png"],
        ] {
            #expect(throws: (any Error).self, "\(wrong)") { try PictureCommand.parse(["--output", "o"] + wrong) }
        }
    }

    @Test("A film that would take another file's place is refused before anything is read or drawn")
    func takenFilm() async throws {
        let folder = try TemporaryFolder()
        try folder.write("film.webp", [1])
        func failure(_ arguments: String...) async throws -> any Error {
            let scene = ["--output", folder.file("none"), "--scene", "b", "--animate"]
            let command = try PictureCommand.parse(scene + ["--to", folder.file("film.webp")] + arguments)
            return try await #require(throws: (any Error).self) { try await command.run() }
        }
        #expect((try await failure() as? FileError)?.code == EEXIST)
        #expect(try await failure("--force") is CommandFailure)
    }
}
