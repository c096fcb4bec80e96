import Glibc
import Storage
import SystemSupport
import TestSupport
import Testing

/// Full disks, short writes and crashes at every call lose nothing that was reported, and leave nothing false.
@Suite struct SceneFileFaultTests {
    @Test(arguments: [ENOSPC, EIO, EROFS]) func anyCallMayFailOnce(code: Int32) throws {
        let fixture = SceneFixture(tokens: ["t0", "t1", "t2"])
        var call = 0
        while true {
            let failing = call
            let files = SimulatedFileSystem { number, _ in number == failing ? .fails(errno: code) : .none }
            let directory = try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
            let file = try writeWithRetries(fixture, directory, code: code)
            #expect(
                try SceneFileReader.verify(path: file.path, fileSystem: files).entries.map(\.token) == fixture.tokens
            )
            #expect(try SHA256.hex(files.content(ofFile: file.path)) == file.sha256, "call \(call)")
            // The sweep ends with the first run that the fault did not reach.
            if files.calls <= failing { break }
            call += 1
        }
        #expect(call > 8)
    }

    /// Does what a worker does: tries a refused step again; where the writer gave up, the next lease adopts.
    private func writeWithRetries(
        _ fixture: SceneFixture,
        _ directory: RunDirectory,
        code: Int32
    ) throws -> FinishedSceneFile {
        for lease in Int64(1)...3 {
            let writer: SceneFileWriter
            do {
                writer = try SceneFileWriter(
                    in: directory,
                    header: fixture.header(lease: lease),
                    adoptingFor: fixture.tokens
                )
            } catch let error as FileError {
                #expect(error.code == code)
                continue
            }
            do {
                for token in fixture.tokens where !writer.contains(token) {
                    do {
                        try fixture.append(token, to: writer)
                    } catch let error as FileError {
                        #expect(error.code == code && error.path == writer.partialPath)
                        let held = try SceneFileReader.recover(
                            path: writer.partialPath,
                            fileSystem: directory.fileSystem
                        )
                        #expect(held.entries == writer.entries)
                        try fixture.append(token, to: writer)
                    }
                }
                do {
                    return try writer.finish()
                } catch let error as FileError {
                    #expect(error.code == code)
                    return try writer.finish()
                }
            } catch let error as StorageError {
                #expect(error.kind == .writerClosed)
                writer.abandon()
            }
        }
        throw StorageError(.writerClosed, source: "test", "three leases were not enough for one fault")
    }

    @Test func aDiskThatStaysFullLosesNoSample() throws {
        let fixture = SceneFixture(tokens: ["t0", "t1", "t2"])
        let files = SimulatedFileSystem { number, kind in number >= 4 && kind == "write" ? .fails(errno: ENOSPC) : .none
        }
        let directory = try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
        let writer = try SceneFileWriter(in: directory, header: fixture.header(lease: 1))
        try fixture.append("t0", to: writer)
        try fixture.append("t1", to: writer)
        for _ in 0..<3 {
            let error = #expect(throws: FileError.self) { try fixture.append("t2", to: writer) }
            #expect(error?.code == ENOSPC)
            #expect(throws: FileError.self) { try writer.finish() }
        }
        writer.abandon()
        let held = try SceneFileReader.recover(path: writer.partialPath, fileSystem: files)
        #expect(held.entries.map(\.token) == ["t0", "t1"])
        // Nothing torn is left behind the last whole sample.
        #expect(try files.byteCount(of: writer.partialPath) == held.wholeBytes)
        #expect(try directory.sceneFiles().map(\.isFinished) == [false])
    }

    @Test func shortWritesAreContinued() throws {
        let fixture = SceneFixture()
        let files = SimulatedFileSystem { _, kind in kind == "write" ? .short : .none }
        let directory = try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
        let file = try fixture.write(in: directory, lease: 1)
        #expect(try files.content(ofFile: file.path) == fixture.bytes(lease: 1))
    }

    @Test func aCrashAtAnyCallKeepsWhatWasReported() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("crash seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let fixture = SceneFixture(tokens: ["t0", "t1", "t2"])
        for round in 0..<400 {
            let call = Int.random(in: 0...14, using: &random)
            let isShort = Bool.random(using: &random)
            let files = SimulatedFileSystem { number, kind in
                number == call ? .crashes : isShort && kind == "write" && number % 2 == 0 ? .short : .none
            }
            let directory = try RunDirectory(output: "out", run: fixture.run, fileSystem: files)
            let reported = try? fixture.write(in: directory, lease: 1)
            let what: Comment = "seed \(seed), round \(round), call \(call)"

            let next = files.afterCrash(&random)
            let reopened = try RunDirectory(output: "out", run: fixture.run, fileSystem: next)
            let found = try reopened.sceneFiles()
            if let reported {
                #expect(try next.byteCount(of: reported.path) == reported.byteCount, what)
            }
            for file in found {
                if file.isFinished {
                    let verified = try SceneFileReader.verify(path: file.path, fileSystem: next)
                    #expect(verified.entries.map(\.token) == fixture.tokens, what)
                } else {
                    _ = try? SceneFileReader.recover(path: file.path, fileSystem: next) {
                        let expected = try fixture.content(of: $0.entry.token)
                        #expect($0.content == expected, what)
                    }
                }
            }
            let writer = try SceneFileWriter(
                in: reopened,
                header: fixture.header(lease: 2),
                adoptingFor: fixture.tokens
            )
            if reported != nil { #expect(writer.adoption?.samples == 3, what) }
            for token in fixture.tokens where !writer.contains(token) { try fixture.append(token, to: writer) }
            let second = try writer.finish()
            let verified = try SceneFileReader.verify(path: second.path, fileSystem: next)
            #expect(Set(verified.entries.map(\.token)) == Set(fixture.tokens), what)
        }
    }
}
