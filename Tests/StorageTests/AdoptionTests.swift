import Storage
import TestSupport
import Testing

@Suite struct AdoptionTests {
    let fixture = SceneFixture()
    let files = SimulatedFileSystem()

    private func directory() throws -> RunDirectory {
        try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
    }

    /// Leaves a partial file with some samples.
    private func abandon(_ tokens: [String], header: SceneFileHeader) throws -> String {
        let writer = try SceneFileWriter(in: directory(), header: header)
        for token in tokens { try fixture.append(token, to: writer) }
        writer.abandon()
        return writer.partialPath
    }

    private func frame(_ token: String, in path: String) throws -> [UInt8] {
        let found = try SceneFileReader.recover(path: path, fileSystem: files)
        let entry = try #require(found.entries.first { $0.token == token })
        return Array(try files.content(ofFile: path)[entry.offset..<entry.offset + entry.frameBytes])
    }

    @Test("A first lease looks for no earlier file, a later one at those of its scene alone")
    func looksAtItsOwnScene() throws {
        for scene in 0..<20 {
            var header = fixture.header(lease: 1)
            header.scene = "other-\(scene)"
            _ = try SceneFileWriter(in: directory(), header: header)
        }
        func looks(lease: Int64, leases: [Int64]? = nil) throws -> Int {
            let before = files.looks
            _ = try SceneFileWriter(
                in: directory(),
                header: fixture.header(lease: lease),
                adoptingFor: fixture.tokens,
                ofLeases: leases
            )
            return files.looks - before
        }
        // Two names of its own are free, and the file is not there.
        let first = try looks(lease: 1)
        #expect(try looks(lease: 2, leases: []) == first)
        let later = try looks(lease: 3)
        #expect(later > first && later < first + 10, "\(first), \(later)")
        #expect(try directory().sceneFiles().count == 23 && directory().sceneFiles(of: "other-3").count == 1)
    }

    @Test func framesAreCopiedByteForByte() throws {
        let earlier = try abandon(["t0", "t1"], header: fixture.header(lease: 9))
        let before = try files.content(ofFile: earlier)
        let writer = try SceneFileWriter(
            in: directory(),
            header: fixture.header(lease: 10),
            adoptingFor: fixture.tokens,
            level: 12
        )
        #expect(writer.adoption?.lease == 9 && writer.adoption?.samples == 2)
        #expect(writer.contains("t1") && !writer.contains("t2"))
        for token in ["t2", "t3"] { try fixture.append(token, to: writer) }
        let file = try writer.finish()
        for token in ["t0", "t1"] { #expect(try frame(token, in: file.path) == frame(token, in: earlier)) }
        #expect(try files.content(ofFile: earlier) == before)
        #expect(try SceneFileReader.verify(path: file.path, fileSystem: files).entries.map(\.token) == fixture.tokens)
    }

    @Test func theFullestFileIsTakenAndTheNewestAmongEquals() throws {
        _ = try abandon(["t0", "t1", "t2"], header: fixture.header(lease: 1))
        _ = try abandon(["t0", "t1", "t2"], header: fixture.header(lease: 2))
        _ = try abandon(["t0"], header: fixture.header(lease: 3))
        let writer = try SceneFileWriter(in: directory(), header: fixture.header(lease: 4), adoptingFor: fixture.tokens)
        #expect(writer.adoption?.lease == 2 && writer.adoption?.samples == 3)
    }

    @Test func finishedFilesAreAdoptedToo() throws {
        try fixture.write(in: directory(), lease: 5)
        let writer = try SceneFileWriter(in: directory(), header: fixture.header(lease: 6), adoptingFor: fixture.tokens)
        #expect(writer.adoption?.samples == 4)
    }

    @Test func othersAreNotAdopted() throws {
        _ = try abandon(["t0"], header: fixture.header(lease: 1, modelDigest: "another"))
        var precision = fixture.header(lease: 2)
        precision.precision = "int8"
        _ = try abandon(["t0"], header: precision)
        var scene = fixture.header(lease: 3)
        scene.scene = "scene-0002"
        _ = try abandon(["t0"], header: scene)
        _ = try abandon(["t0"], header: fixture.header(lease: 8))
        _ = try abandon(["elsewhere"], header: fixture.header(lease: 4))
        // Whole, but under the name of another lease.
        let moved = try abandon(["t0"], header: fixture.header(lease: 5))
        try files.rename(moved, to: try directory().partialPath(scene: fixture.scene, lease: 6))
        let writer = try SceneFileWriter(in: directory(), header: fixture.header(lease: 7), adoptingFor: fixture.tokens)
        #expect(writer.adoption == nil && writer.entries.isEmpty)
    }

    @Test func damagedFilesGiveWhatStandsBeforeTheDamage() throws {
        let path = try abandon(fixture.tokens, header: fixture.header(lease: 1))
        let whole = try files.content(ofFile: path)
        let third = try SceneFileReader.recover(path: path, fileSystem: files).entries[2]
        for place in [0, 30, third.offset - 5, third.offset + 20, whole.count - 1] {
            var bytes = whole
            bytes[place] ^= 0x20
            try files.put(bytes, at: path)
            let lease = Int64(place) + 10
            let writer = try SceneFileWriter(
                in: directory(),
                header: fixture.header(lease: lease),
                adoptingFor: fixture.tokens
            )
            let expected = place < 100 ? 0 : place < whole.count - 1 ? 2 : 3
            #expect(writer.entries.count == expected, "byte \(place)")
            writer.abandon()
            try files.remove(writer.partialPath)
        }
    }
}
