import ArrayFiles
import Foundation
import Storage
import SystemSupport
import TestSupport
import Testing

@Suite struct SceneFileTests {
    @Test(arguments: [false, true]) func everySampleComesBack(isDetection: Bool) throws {
        let fixture = SceneFixture(isDetection: isDetection)
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: fixture.run)
        let file = try fixture.write(in: directory, lease: 7)
        #expect(file.path == "\(folder.path)/runs/run%20a/scene-0001.7.occ.lz4")
        #expect(file.fileName == "scene-0001.7.occ.lz4")
        #expect(file.sampleTokens == fixture.tokens)
        #expect(try SHA256.hex(ofFile: file.path) == file.sha256)
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int == file.byteCount)
        #expect(try Folders.names(in: directory.partialFolder) == [])

        let reader = try SceneFileReader(path: file.path)
        #expect(reader.header == fixture.header(lease: 7))
        #expect(reader.entries.map(\.token) == fixture.tokens)
        for token in fixture.tokens.reversed() {
            let sample = try reader.sample(token: token)
            #expect(sample.content == (try fixture.content(of: token)))
            if isDetection {
                #expect(try sample.detectionsJSON() == SceneFixture.boxes(of: token))
                #expect(throws: StorageError.self) { try sample.occupancy() }
            } else {
                let array = try sample.occupancy()
                #expect(array.shape == SceneFixture.shape)
                #expect(try array.elements(as: UInt8.self) == SceneFixture.labels(of: token))
                #expect(throws: StorageError.self) { try sample.detectionsJSON() }
            }
        }
        #expect(throws: StorageError.self) { try reader.sample(token: "elsewhere") }
        let verified = try SceneFileReader.verify(path: file.path)
        #expect(verified.entries == reader.entries)
        let recovered = try SceneFileReader.recover(path: file.path)
        #expect(recovered.end == .finished && recovered.wholeBytes == file.byteCount)
    }

    @Test func aSceneWithoutSamplesIsAFile() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        let file = try SceneFixture(run: "r", tokens: []).write(in: directory, lease: 1)
        #expect(try SceneFileReader(path: file.path, fileSystem: files).entries == [])
        #expect(try SceneFileReader.verify(path: file.path, fileSystem: files).entries == [])
    }

    @Test func theFullGridFits() throws {
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: "r")
        let writer = try SceneFileWriter(in: directory, header: SceneFixture(run: "r").header(lease: 1))
        let labels = (0..<640_000).map { UInt8($0 / 1000 % 18) }
        try writer.append(token: "t", occupancy: labels, shape: [200, 200, 16])
        let file = try writer.finish()
        let array = try SceneFileReader(path: file.path).sample(token: "t").occupancy()
        #expect(array.shape == [200, 200, 16] && array.bytes == labels)
    }

    @Test func wrongSamplesAreRefusedAndHarmNothing() throws {
        let fixture = SceneFixture(tokens: ["t0"])
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
        let writer = try SceneFileWriter(in: directory, header: fixture.header(lease: 1))
        try fixture.append("t0", to: writer)
        let kinds: [(StorageError.Kind, () throws -> Void)] = [
            (.duplicateSample, { try fixture.append("t0", to: writer) }),
            (.unsafeName, { try fixture.append("", to: writer) }),
            (.unsafeName, { try fixture.append("a\nb", to: writer) }),
            (.unsafeName, { try fixture.append(String(repeating: "x", count: 257), to: writer) }),
            (.invalidSample, { try writer.append(token: "t1", occupancy: [1, 2, 3], shape: [2, 2, 1]) }),
            (.invalidSample, { try writer.append(token: "t1", occupancy: [1, 2, 3], shape: [3]) }),
            (.invalidSample, { try writer.append(token: "t1", occupancy: [], shape: [-1, 2, 3]) }),
            (.invalidSample, { try writer.append(token: "t1", occupancy: [], shape: [.max, .max, .max]) }),
            (.invalidSample, { try writer.append(token: "t1", detections: Array("{}".utf8)) }),
            (.invalidSample, { try writer.append(token: "t1", detections: [0xFF, 0x5B]) }),
        ]
        for (index, (kind, body)) in kinds.enumerated() {
            let error = #expect(throws: StorageError.self, "case \(index)") { try body() }
            #expect(error?.kind == kind, "case \(index)")
        }
        let file = try writer.finish()
        #expect(try SceneFileReader.verify(path: file.path, fileSystem: files).entries.map(\.token) == ["t0"])
        #expect(throws: StorageError.self) { try fixture.append("t5", to: writer) }
        #expect(throws: StorageError.self) { try writer.finish() }
    }

    @Test func aLeaseWritesOnce() throws {
        let fixture = SceneFixture()
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
        let open = try SceneFileWriter(in: directory, header: fixture.header(lease: 1))
        let second = #expect(throws: StorageError.self) {
            try SceneFileWriter(in: directory, header: fixture.header(lease: 1))
        }
        #expect(second?.kind == .alreadyExists)
        _ = try open.finish()
        let third = #expect(throws: StorageError.self) {
            try SceneFileWriter(in: directory, header: fixture.header(lease: 1))
        }
        #expect(third?.kind == .alreadyExists)
        #expect(throws: StorageError.self) { try SceneFileWriter(in: directory, header: fixture.header(lease: 0)) }
        var other = fixture.header(lease: 2)
        other.run = "another"
        #expect(throws: StorageError.self) { try SceneFileWriter(in: directory, header: other) }
    }

    @Test func refusalsOfTheSystemNameThePathAndTheReason() throws {
        let folder = try TemporaryFolder()
        let blocker = "\(folder.path)/file"
        try AtomicFile.write("not a folder", to: blocker)
        let directory = try RunDirectory(output: blocker, run: "r")
        let error = #expect(throws: FileError.self) {
            try SceneFileWriter(in: directory, header: SceneFixture(run: "r").header(lease: 1))
        }
        #expect(error?.description.contains(blocker) == true && error?.description.contains("Not a directory") == true)
        #expect(throws: FileError.self) { try SceneFileReader(path: "\(folder.path)/absent") }
        #expect(throws: FileError.self) { try SceneFileReader(path: folder.path) }
    }

    // Reads with a program that knows nothing of ours; absent where the lz4 command is not installed.
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/lz4"), "the lz4 command is not installed")
    )
    func theLZ4CommandReadsTheFile() throws {
        let fixture = SceneFixture()
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: fixture.run)
        let file = try fixture.write(in: directory, lease: 1)
        let output = try Command.run("/usr/bin/lz4", ["-d", "-c", file.path])
        #expect(output.status == 0)
        #expect(try output.bytes == fixture.tokens.flatMap { try fixture.content(of: $0) })
        #expect(try Command.run("/usr/bin/lz4", ["-t", file.path]).status == 0)
    }
}
