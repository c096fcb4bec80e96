import Storage
import TestSupport
import Testing

@Suite struct VerificationTests {
    let files = SimulatedFileSystem()
    let fixtures = ["scene-0001", "scene-0002"].map {
        SceneFixture(run: "r", scene: $0, tokens: ["\($0)-a", "\($0)-b"])
    }

    /// Two good scenes and their manifest.
    private func run() throws -> (RunDirectory, RunManifest) {
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        let scenes = try fixtures.map { ManifestTests.done($0, lease: 2, try $0.write(in: directory, lease: 2)) }
        let failed = RunManifest.Scene(name: "scene-0003", state: .failed, sampleTokens: ["x"], failure: "no images")
        let manifest = ManifestTests.manifest(run: "r", scenes: scenes + [failed])
        try directory.writeManifest(manifest)
        return (directory, manifest)
    }

    @Test func aGoodRunIsClean() throws {
        let (directory, manifest) = try run()
        var calls: [[Int]] = []
        let report = try directory.verify { calls.append([$0, $1]) }
        #expect(report.isClean && report.files == 2 && report.samples == 4)
        #expect(report.bytes == manifest.scenes.compactMap(\.byteCount).reduce(0, +))
        #expect(calls == [[1, 2], [2, 2]])
        // Superseded and partial files are for gc, not for verify.
        try fixtures[0].write(in: directory, lease: 1)
        try SceneFileWriter(in: directory, header: fixtures[0].header(lease: 3)).abandon()
        #expect(try directory.verify().isClean)
    }

    @Test func aWholeFileThatTheManifestForgotIsFound() throws {
        let (directory, manifest) = try run()
        // As `run.json` looked after another database had met the folder: every scene there, none done.
        var forgetful = manifest
        forgetful.scenes = manifest.scenes.map { .init(name: $0.name, state: .failed, sampleTokens: []) }
        try directory.writeManifest(forgetful)
        let findings = try directory.verify().findings
        #expect(findings.map(\.problem) == [.unlisted, .unlisted])
        #expect(findings.map(\.scene) == ["scene-0001", "scene-0002"])
        forgetful.scenes = []
        #expect(try directory.verify(forgetful).findings.map(\.problem) == [.extra, .extra])
        // A file that is not whole is no forgotten work, and the folder's own files are none either.
        let path = try directory.finalPath(scene: "scene-0001", lease: 2)
        files.flipBit(inFile: path, atByte: 40, bit: 1)
        try files.put([1], at: directory.identityPath)
        forgetful.scenes = [.init(name: "scene-0001", state: .failed, sampleTokens: [])] + [manifest.scenes[1]]
        #expect(try directory.verify(forgetful).isClean)
    }

    @Test func everythingWrongIsFound() throws {
        let (directory, manifest) = try run()
        let path = try directory.finalPath(scene: "scene-0001", lease: 2)
        let whole = try files.content(ofFile: path)
        func findings() throws -> [VerificationReport.Finding] { try directory.verify().findings }

        try files.remove(path)
        #expect(try findings().map(\.problem) == [.missing])
        try files.put(Array(whole.dropLast(200)), at: path)
        #expect(try findings().map(\.problem) == [.truncated])
        #expect(
            try findings()[0].detail.contains("1 of its samples are whole")
                || findings()[0].detail.contains("2 of its samples are whole")
        )
        var random = SeededGenerator(seed: 4)
        for _ in 0..<50 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try files.put(bytes, at: path)
            let found = try findings()
            #expect(found.count == 1 && found[0].scene == "scene-0001" && found[0].path == path)
            #expect(found[0].problem == .damaged || found[0].problem == .truncated)
        }
        // A whole file of the right name that is not the accepted one.
        var other = fixtures[0]
        other.tokens = ["scene-0001-a", "intruder"]
        let elsewhere = try RunDirectory(output: "elsewhere", run: "r", fileSystem: files)
        let file = try other.write(in: elsewhere, lease: 2)
        try files.put(files.content(ofFile: file.path), at: path)
        #expect(try findings().map(\.problem) == [.mismatch] || findings().map(\.problem) == [.truncated])
        try files.put(whole, at: path)

        try fixtures[0].write(in: directory, lease: 9)
        try SceneFixture(run: "r", scene: "scene-0009", tokens: []).write(in: directory, lease: 1)
        try files.put([1], at: "\(directory.path)/notes.txt")
        let extra = try findings()
        #expect(extra.map(\.problem) == [.extra, .extra, .extra])
        #expect(extra.map(\.scene) == [nil, "scene-0001", "scene-0009"])

        var wrong = manifest
        wrong.modelDigest = "m2"
        #expect(try directory.verify(wrong).findings.first?.problem == .mismatch)
        wrong = manifest
        wrong.scenes[1].sha256 = "00"
        #expect(try directory.verify(wrong).findings.first?.detail.contains("SHA-256") == true)
    }
}
