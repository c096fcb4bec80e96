import Glibc
import Storage
import SystemSupport
import TestSupport
import Testing

@Suite struct ManifestTests {
    static func manifest(run: String, scenes: [RunManifest.Scene]) -> RunManifest {
        RunManifest(
            run: run,
            dataset: "occ3d-nuscenes",
            datasetFolder: "/data/nuscenes",
            datasetVersion: "v1.0-mini",
            split: "mini_val",
            model: "flashocc-r50_BDC-T",
            modelDigest: "m1",
            precision: "fp32",
            settings: ["threads": "1"],
            software: "occ 0.1",
            writtenAt: "2026-01-02T03:04:05Z",
            scenes: scenes
        )
    }

    static func done(_ fixture: SceneFixture, lease: Int64, _ file: FinishedSceneFile) -> RunManifest.Scene {
        RunManifest.Scene(
            name: fixture.scene,
            sampleTokens: fixture.tokens,
            lease: lease,
            fileName: file.fileName,
            byteCount: file.byteCount,
            sha256: file.sha256,
            confusions: "AQ=="
        )
    }

    @Test func itComesBack() throws {
        let folder = try TemporaryFolder()
        let fixture = SceneFixture()
        let directory = try RunDirectory(output: folder.path, run: fixture.run)
        let file = try fixture.write(in: directory, lease: 2)
        let failed = RunManifest.Scene(
            name: "scene-0002",
            state: .quarantined,
            sampleTokens: ["u0"],
            failure: "worker vanished three times"
        )
        var manifest = Self.manifest(run: fixture.run, scenes: [Self.done(fixture, lease: 2, file), failed])
        manifest.scenes[0].work = RunManifest.Work(
            host: "node-1",
            completedAt: "2026-01-02T03:04:05.678Z",
            elapsedSeconds: 12.5,
            predictionSeconds: 11.25,
            computedSamples: 2
        )
        try directory.writeManifest(manifest)
        #expect(try directory.readManifest() == manifest)
        #expect(manifest.acceptedLeases == ["scene-0001": 2])
        manifest.split = "val"
        try directory.writeManifest(manifest)
        #expect(try directory.readManifest() == manifest)
        #expect(try Folders.names(in: directory.partialFolder) == [])
    }

    @Test func contradictionsAreRefused() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        let scene = { (name: String, lease: Int64, file: String, tokens: [String]) in
            RunManifest.Scene(
                name: name,
                sampleTokens: tokens,
                lease: lease,
                fileName: file,
                byteCount: 1,
                sha256: "00"
            )
        }
        var incomplete = scene("s", 1, "s.1.occ.lz4", ["t"])
        incomplete.sha256 = nil
        let cases: [(String, RunManifest)] = [
            ("another", Self.manifest(run: "another", scenes: [])),
            (
                "twice",
                Self.manifest(run: "r", scenes: [scene("s", 1, "s.1.occ.lz4", []), scene("s", 1, "s.1.occ.lz4", [])])
            ),
            ("twice", Self.manifest(run: "r", scenes: [scene("s", 1, "s.1.occ.lz4", ["t", "t"])])),
            ("lacks", Self.manifest(run: "r", scenes: [incomplete])),
            ("../x", Self.manifest(run: "r", scenes: [scene("s", 1, "../x", [])])),
            ("no sample token", Self.manifest(run: "r", scenes: [scene("s", 1, "s.1.occ.lz4", [""])])),
        ]
        for (word, manifest) in cases {
            let error = #expect(throws: StorageError.self) { try directory.writeManifest(manifest) }
            #expect(error?.kind == .invalidManifest && error?.detail.contains(word) == true, "\(word)")
        }
        #expect(try files.byteCount(of: directory.manifestPath) == nil)
    }

    @Test func errorsTellThePlace() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        let absent = #expect(throws: StorageError.self) { try directory.readManifest() }
        #expect(absent?.detail.contains("no such file") == true)
        try directory.writeManifest(
            Self.manifest(run: "r", scenes: [.init(name: "s", state: .failed, sampleTokens: ["t"])])
        )
        let text = String(decoding: try files.content(ofFile: directory.manifestPath), as: UTF8.self)
        let cases: [(String, String, String)] = [
            ("\"failed\"", "\"flying\"", "scenes.[0].state"),
            ("\"split\"", "\"splat\"", "'split'"),
            ("\"formatVersion\" : 1", "\"formatVersion\" : 9", "version 9"),
            ("{", "", "restore"),
        ]
        for (old, new, word) in cases {
            let broken = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false).joined(
                separator: new
            )
            try files.put(Array(broken.utf8), at: directory.manifestPath)
            let error = #expect(throws: StorageError.self) { try directory.readManifest() }
            #expect(error?.detail.contains(word) == true, "\(word): \(error?.detail ?? "")")
            #expect(error?.source == directory.manifestPath)
        }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            var bytes = Array(text.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            try files.put(bytes, at: directory.manifestPath)
            do { _ = try directory.readManifest() } catch { #expect(error is StorageError) }
        }
    }

    @Test func aFailureAtAnyCallKeepsTheOldOne() throws {
        let old = Self.manifest(run: "r", scenes: [])
        var new = old
        new.split = "another"
        for call in 0... {
            let files = SimulatedFileSystem()
            try RunDirectory(output: "out", run: "r", fileSystem: files).writeManifest(old)
            let state = try files.content(ofFile: "out/runs/r/run.json")
            let failing = SimulatedFileSystem { number, _ in number == call + 4 ? .fails(errno: ENOSPC) : .none }
            try failing.put(state, at: "out/runs/r/run.json")
            let directory = try RunDirectory(output: "out", run: "r", fileSystem: failing)
            do {
                try directory.writeManifest(new)
                #expect(try directory.readManifest() == new)
            } catch let error as FileError {
                #expect(error.code == ENOSPC)
                let found = try directory.readManifest()
                #expect(found == old || found == new)
                try directory.writeManifest(new)
                #expect(try directory.readManifest() == new)
            }
            if failing.calls <= call + 4 { break }
        }
    }
}
