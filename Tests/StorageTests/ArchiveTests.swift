import Foundation
import SystemSupport
import TestSupport
import Testing

@testable import Storage

/// Runs as tar files.
@Suite("Archives") struct ArchiveTests {
    private static let run = "a run " + String(repeating: "x", count: 120)

    /// A run of three scenes, one of which is not done and one of a name that needs a pax header.
    private func makeRun(_ folder: TemporaryFolder, run: String = Self.run) throws -> RunDirectory {
        let directory = try RunDirectory(output: folder.path, run: run)
        var fixture = SceneFixture()
        fixture.run = run
        var scenes: [RunManifest.Scene] = []
        for (place, name) in ["scene-1", "scene/2 " + String(repeating: "y", count: 90)].enumerated() {
            fixture.scene = name
            fixture.tokens = ["a\(place)", "b\(place)"]
            _ = try fixture.write(in: directory, lease: Int64(place + 3))
        }
        scenes = try directory.sceneFiles().map { try WholeSceneFile($0, in: directory).manifestScene(metrics: nil) }
        scenes.append(.init(name: "scene-3", state: .failed, sampleTokens: [], failure: "no picture"))
        try directory.writeManifest(
            RunManifest(
                run: run,
                dataset: "nuscenes",
                datasetFolder: "/d",
                datasetVersion: "v1.0-mini",
                split: "all",
                model: "flashocc-r50_BDC-T",
                modelDigest: "m1",
                precision: "fp32",
                software: "test",
                writtenAt: "2026-11-27T12:00:00Z",
                scenes: scenes
            )
        )
        // What is superseded stays out.
        fixture.scene = "scene-1"
        _ = try fixture.write(in: directory, lease: 1)
        return directory
    }

    @Test("An archive is a tar file that tar unpacks into the same run, and that is read in place by its index")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let directory = try makeRun(folder)
        let tar = folder.file("a.tar")
        let summary = try RunArchive(directory).write(to: tar)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: tar)))
        #expect(summary == .init(scenes: 2, byteCount: bytes.count) && bytes.count % 512 == 0)
        #expect(try RunArchive(directory).unfinishedScenes == 1)

        // The same run gives the same bytes.
        _ = try RunArchive(directory).write(to: folder.file("b.tar"))
        #expect(try SHA256.hex(ofFile: tar) == SHA256.hex(ofFile: folder.file("b.tar")))

        let archived = try ArchivedRun(path: tar)
        #expect(archived.run == Self.run && ArchivedRun.isArchive(tar) && !ArchivedRun.isArchive(folder.path))
        let accepted = try directory.readManifest().done
        #expect(try archived.readManifest() == directory.readManifest())
        #expect(archived.sceneFiles().map(\.key) == accepted.map { SceneFileKey(scene: $0.name, lease: $0.lease ?? 0) })
        let report = try archived.verify()
        #expect(report.isClean && report.files == 2 && report.samples == 4 && report.unfinishedScenes == 1)
        for scene in accepted {
            #expect(try archived.open(scene).entries.map(\.token) == scene.sampleTokens)
            let member = try #require(
                ArchivedRun.index(of: POSIXFileSystem().openFile(tar), path: tar).members.first {
                    $0.scene == scene.name
                }
            )
            #expect(
                member.offset % 512 == 0
                    && SHA256.hex(Array(bytes[member.offset...].prefix(member.size))) == scene.sha256
            )
        }
        #expect(try RunStores.all(inOutput: tar).map(\.run) == [Self.run] && RunStores.isPresent(inOutput: tar))
        #expect(throws: StorageError.self) { try RunStores.open(output: tar, run: "another") }
        #expect(throws: StorageError.self) { try archived.replace(.manifest, with: []) }
        #expect(throws: StorageError.self) { try archived.begin(scene: "scene-9", lease: 1) }

        let unpacked = folder.file("unpacked")
        try FileManager.default.createDirectory(atPath: unpacked, withIntermediateDirectories: true)
        let result = try Command.run("/bin/tar", ["-xf", tar, "-C", unpacked], keepsErrors: true)
        #expect(result.status == 0 && result.text.isEmpty, "\(result.text)")
        let restored = try RunDirectory(output: unpacked, run: Self.run)
        #expect(try restored.verify() == report)
        #expect(try restored.readManifest() == directory.readManifest())
        // Of what was unpacked, the same archive is made again.
        _ = try RunArchive(restored).write(to: folder.file("c.tar"))
        #expect(try SHA256.hex(ofFile: tar) == SHA256.hex(ofFile: folder.file("c.tar")))
    }

    @Test("Python's tarfile finds every member where the index says it is", .enabled(if: Python.withNumPy != nil))
    func python() throws {
        let folder = try TemporaryFolder()
        let tar = folder.file("a.tar")
        _ = try RunArchive(makeRun(folder)).write(to: tar)
        let program = """
            import hashlib, json, sys, tarfile
            with tarfile.open(sys.argv[1]) as tar, open(sys.argv[1], "rb") as raw:
                index = json.load(tar.extractfile("occ-archive.json"))
                for member in index["members"]:
                    info = tar.getmember(member["name"])
                    assert (info.offset_data, info.size, info.mtime) == (member["offset"], member["size"], 1795780800)
                    raw.seek(member["offset"])
                    assert hashlib.sha256(raw.read(member["size"])).hexdigest() == member["sha256"]
                print(len(tar.getmembers()), index["run"])
            """
        let result = try Command.run(try #require(Python.withNumPy), ["-c", program, tar], keepsErrors: true)
        #expect(result.text == "4 \(Self.run)\n")
    }

    @Test("A file that is not what the manifest says is no part of an archive; a stop leaves no archive under its name")
    func damage() throws {
        let folder = try TemporaryFolder()
        let directory = try makeRun(folder, run: "r")
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try RunArchive(directory).write(to: folder.file("a.tar")) { written, _ in if written == 1 { throw Stop() } }
        }
        // What a stop leaves is cut off; no reader takes it for whole.
        #expect(throws: StorageError.self) { try ArchivedRun(path: folder.file("a.tar")) }
        let path = "\(directory.path)/scene-1.3.occ.lz4"
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { try RunArchive(directory).write(to: folder.file("b.tar")) }
        #expect(error?.kind == .mismatch && error?.description.contains("retry --damaged") == true)
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: FileError.self) { try RunArchive(directory).write(to: folder.file("c.tar")) }
    }

    @Test("Every bit of an archive's front, and every length, is read or refused; damage in a scene is found")
    func hostile() throws {
        let folder = try TemporaryFolder()
        let tar = folder.file("a.tar")
        _ = try RunArchive(makeRun(folder, run: "r")).write(to: tar)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: tar)))
        let files = SimulatedFileSystem()
        func opened(_ bytes: [UInt8]) throws -> ArchivedRun {
            try files.put(bytes, at: "x.tar")
            return try ArchivedRun(path: "x.tar", fileSystem: files)
        }
        let whole = try opened(bytes)
        let index = try ArchivedRun.index(of: files.openFile("x.tar"), path: "x.tar")
        let front = try #require(index.members.map(\.offset).min()) - 512
        var read = 0
        for place in stride(from: 0, to: front, by: 7) {
            var hurt = bytes
            hurt[place] ^= 4
            guard let found = try? opened(hurt) else { continue }
            read += 1
            // Read all the same: then it is another run's name, another place, or white space, and what it gives is checked.
            if found.run == whole.run, let report = try? found.verify(), report.isClean {
                #expect(try found.readManifest() == whole.readManifest(), "byte \(place)")
            }
        }
        #expect(read > 0)
        for length in stride(from: 0, to: bytes.count - 2048, by: 211) {
            #expect(throws: StorageError.self, "\(length) bytes") { try opened(Array(bytes[..<length])) }
        }
        let member = try #require(index.members.last)
        var hurt = bytes
        hurt[member.offset + member.size / 2] ^= 1
        #expect(try !opened(hurt).verify().isClean)
    }
}
