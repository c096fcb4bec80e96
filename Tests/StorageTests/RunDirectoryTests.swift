import Storage
import SystemSupport
import TestSupport
import Testing

@Suite struct RunDirectoryTests {
    static let names = [
        "scene-0061", "..", ".", "../../etc/passwd", "/abs", ".hidden", "a/b", "a b", "100%", "%2E", "%41", "naïve",
        "x\n", "A.b.7",
        "-rf", String(repeating: "x", count: 180),
    ]

    @Test(arguments: names) func namesStayInTheirFolder(name: String) throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: name, fileSystem: files)
        let component = directory.path.dropFirst("out/runs/".count)
        #expect(directory.path.hasPrefix("out/runs/") && !component.contains("/") && !component.hasPrefix("."))
        #expect(component.utf8.allSatisfy { $0 > 32 && $0 < 127 })
        let fixture = SceneFixture(run: name, scene: name, tokens: ["t"])
        let file = try fixture.write(in: directory, lease: 12)
        #expect(file.path == "\(directory.path)/\(file.fileName)" && !file.fileName.contains("/"))
        #expect(file.fileName.utf8.count <= 255)
        let listed = try directory.sceneFiles()
        #expect(listed.map(\.scene) == [name] && listed.map(\.lease) == [12] && listed.map(\.isFinished) == [true])
    }

    @Test func namesNeverCollide() throws {
        let paths = try Self.names.map { try RunDirectory(output: "out", run: $0).path }
        #expect(Set(paths).count == Self.names.count)
    }

    @Test(arguments: ["", "a\0b", String(repeating: "x", count: 181), String(repeating: "é", count: 31)])
    func impossibleNamesAreRefused(name: String) throws {
        let error = #expect(throws: StorageError.self) { try RunDirectory(output: "out", run: name) }
        #expect(error?.kind == .unsafeName)
        let directory = try RunDirectory(output: "out", run: "r")
        #expect(throws: StorageError.self) { try directory.finalPath(scene: name, lease: 1) }
        #expect(throws: StorageError.self) { try directory.partialPath(scene: name, lease: 1) }
    }

    @Test func otherFilesAreNotListed() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        for name in [
            "run.json", "s.occ.lz4", "s.0.occ.lz4", "s.-1.occ.lz4", "s.01.occ.lz4", "s.+1.occ.lz4", ".x.1.occ.lz4",
            "a b.1.occ.lz4", "%61.1.occ.lz4", "s.99999999999999999999.occ.lz4", "s.1.part",
        ] {
            try files.put([1], at: "\(directory.path)/\(name)")
        }
        #expect(try directory.sceneFiles() == [])
    }

    @Test func garbageIsWhatAnAcceptedLeaseSuperseded() throws {
        let files = SimulatedFileSystem()
        let fixture = SceneFixture(run: "r", tokens: ["t"])
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        var other = fixture
        other.scene = "scene-0002"
        for lease in [Int64(1), 3, 5] { try fixture.write(in: directory, lease: lease) }
        for lease in [Int64(2), 4, 6] {
            try SceneFileWriter(in: directory, header: fixture.header(lease: lease)).abandon()
        }
        try SceneFileWriter(in: directory, header: other.header(lease: 1)).abandon()
        let garbage = try directory.garbage(accepted: ["scene-0001": 5])
        #expect(garbage.map(\.lease) == [1, 2, 3, 4] && garbage.allSatisfy { $0.scene == "scene-0001" })
        #expect(try directory.garbage(accepted: [:]) == [])
    }
}
