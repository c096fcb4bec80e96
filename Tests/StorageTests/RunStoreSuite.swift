import Storage
import TestSupport
import Testing

/// What every store of runs must do; a new store adds a row to `withEveryStore`.
@Suite("Stores of runs") struct RunStoreSuite {
    private func withEveryStore(_ body: (any RunStore) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try body(RunDirectory(output: folder.path, run: "r"))
        try body(RunDirectory(output: "out", run: "r", fileSystem: SimulatedFileSystem()))
        try body(MemoryRunStore(run: "r"))
    }

    private func header(_ lease: Int64, scene: String = "scene-1") -> SceneFileHeader {
        SceneFileHeader(
            run: "r",
            scene: scene,
            lease: lease,
            dataset: "nuscenes",
            datasetVersion: "v1.0-mini",
            split: "all",
            model: "m",
            modelDigest: "00",
            precision: "fp32",
            software: "test"
        )
    }

    private let boxes = Array("[]".utf8)

    private func write(_ tokens: [String], _ lease: Int64, scene: String = "scene-1", in store: any RunStore) throws
        -> FinishedSceneFile
    {
        let writer = try SceneFileWriter(in: store, header: header(lease, scene: scene), adoptingFor: tokens)
        for token in tokens where !writer.contains(token) { try writer.append(token: token, detections: boxes) }
        return try writer.finish()
    }

    @Test("A file is unfinished until it is published, then finished, and read by its name")
    func publishing() throws {
        try withEveryStore { store in
            #expect(try !store.isPresent() && !store.hasResults() && store.sceneFiles().isEmpty, "\(store.place)")
            let writer = try SceneFileWriter(in: store, header: header(3))
            try writer.append(token: "a", detections: boxes)
            #expect(try store.sceneFiles().map(\.key) == [SceneFileKey(scene: "scene-1", lease: 3, isFinished: false)])
            #expect(try store.isPresent() && store.hasResults())
            let file = try writer.finish()
            #expect(try store.sceneFiles().map(\.key) == [SceneFileKey(scene: "scene-1", lease: 3)])
            #expect(file.fileName == "scene-1.3.occ.lz4" && file.path.hasSuffix(file.fileName))
            let reader = try store.open(file.fileName)
            #expect(reader.entries.map(\.token) == ["a"] && reader.byteCount == file.byteCount)
            #expect(try store.byteCount(of: SceneFileKey(scene: "scene-1", lease: 3)) == file.byteCount)
            #expect(throws: StorageError.self) { try writer.finish() }
            #expect(throws: StorageError.self) { try writer.append(token: "b", detections: boxes) }
        }
    }

    @Test("A lease is used once, whether its file is finished or not")
    func onceOnly() throws {
        try withEveryStore { store in
            let writer = try SceneFileWriter(in: store, header: header(1))
            #expect(throws: StorageError.self, "\(store.place)") { try SceneFileWriter(in: store, header: header(1)) }
            _ = try writer.finish()
            #expect(throws: StorageError.self, "\(store.place)") { try SceneFileWriter(in: store, header: header(1)) }
            #expect(try store.sceneFiles().count == 1)
        }
    }

    @Test("A later lease takes over what an abandoned one stored, and only that")
    func adopting() throws {
        try withEveryStore { store in
            let first = try SceneFileWriter(in: store, header: header(1))
            for token in ["a", "b"] { try first.append(token: token, detections: boxes) }
            first.abandon()
            #expect(throws: StorageError.self) { try first.append(token: "c", detections: boxes) }
            let second = try SceneFileWriter(in: store, header: header(2), adoptingFor: ["a", "b", "c"])
            #expect(second.adoption?.lease == 1 && second.adoption?.samples == 2, "\(store.place)")
            #expect(second.contains("a") && !second.contains("c"))
            try second.append(token: "c", detections: boxes)
            #expect(try second.finish().sampleTokens == ["a", "b", "c"])
            let garbage = try store.garbage(accepted: ["scene-1": 2])
            #expect(garbage.map(\.key) == [SceneFileKey(scene: "scene-1", lease: 1, isFinished: false)])
            for file in garbage { try store.remove(file.key) }
            #expect(try store.sceneFiles().map(\.lease) == [2])
            #expect(try store.sceneFiles(of: "scene-1") == store.sceneFiles() && store.sceneFiles(of: "scene").isEmpty)
        }
    }

    @Test("Bytes do not depend on the store")
    func sameBytes() throws {
        var digests: Set<String> = []
        try withEveryStore { digests.insert(try write(["a", "b"], 1, in: $0).sha256) }
        #expect(digests.count == 1)
    }

    @Test("A manifest is replaced whole; verification finds what is missing, unlisted or set aside")
    func manifests() throws {
        try withEveryStore { store in
            let file = try write(["a"], 1, in: store)
            let other = try write(["b"], 4, scene: "scene-2", in: store)
            let whole = try store.sceneFiles().map { try WholeSceneFile($0, in: store).manifestScene(metrics: nil) }
            func manifest(_ scenes: [RunManifest.Scene]) -> RunManifest {
                RunManifest(
                    run: "r",
                    dataset: "nuscenes",
                    datasetFolder: "/d",
                    datasetVersion: "v1.0-mini",
                    split: "all",
                    model: "m",
                    modelDigest: "00",
                    precision: "fp32",
                    software: "test",
                    writtenAt: "now",
                    scenes: scenes
                )
            }
            #expect(throws: StorageError.self) { try store.readManifest() }
            for scenes in [[], whole] {
                try store.writeManifest(manifest(scenes))
                #expect(try store.readManifest() == manifest(scenes), "\(store.place)")
            }
            #expect(try store.verify().isClean && store.verify().samples == 2)
            #expect(whole.map(\.sha256) == [file.sha256, other.sha256])
            let left = RunManifest.Scene(name: "scene-2", state: .unfinished, sampleTokens: [])
            #expect(try store.verify(manifest([whole[0], left])).findings.map(\.problem) == [.unlisted])
            #expect(try store.verify(manifest([whole[0]])).findings.map(\.problem) == [.extra])
            let key = SceneFileKey(scene: "scene-2", lease: 4)
            #expect(try store.setAside(key) != nil)
            #expect(try store.setAside(key) == nil)
            #expect(try store.leasesSetAside() == ["scene-2": 4])
            #expect(try store.verify().findings.map(\.problem) == [.missing], "\(store.place)")
        }
    }

    @Test("Of several identities the first stays, until it is replaced; a run without results goes away whole")
    func identities() throws {
        func identity(_ queue: String) -> FolderIdentity {
            FolderIdentity(
                queue: queue,
                queuePlace: "here",
                run: "1",
                name: "r",
                kind: "k",
                runFormatVersion: 1,
                settings: "{}",
                priority: 0,
                maximumAttempts: 3,
                skipsMissing: false,
                predicts: .detections,
                software: "test"
            )
        }
        try withEveryStore { store in
            #expect(try store.readIdentity() == nil)
            #expect(try store.giveIdentity(identity("a")).queue == "a", "\(store.place)")
            #expect(try store.giveIdentity(identity("b")).queue == "a")
            try store.replaceIdentity(identity("c"))
            #expect(try store.readIdentity()?.queue == "c")
            try store.removeIfWithoutResults()
            #expect(try !store.isPresent() && store.readIdentity() == nil, "\(store.place)")
            _ = try store.giveIdentity(identity("d"))
            _ = try write(["a"], 1, in: store)
            try store.removeIfWithoutResults()
            #expect(try store.readIdentity()?.queue == "d" && store.sceneFiles().count == 1, "\(store.place)")
        }
    }

    @Test("Names come back as they were, whatever is in them; those that cannot be stored are refused")
    func names() throws {
        try withEveryStore { store in
            for (lease, scene) in ["a/b", ".hidden", "Å 100%", "x.7"].enumerated() {
                let file = try write(["t\(lease)"], Int64(lease + 1), scene: scene, in: store)
                #expect(SceneFileKey(fileName: file.fileName)?.scene == scene, "\(store.place)")
            }
            #expect(Set(try store.sceneFiles().map(\.scene)) == ["a/b", ".hidden", "Å 100%", "x.7"])
            #expect(throws: StorageError.self) { try store.begin(scene: "", lease: 1) }
            #expect(throws: StorageError.self) { try store.open("../x.1.occ.lz4") }
            for name in ["x.occ.lz4", "x.0.occ.lz4", "x.01.occ.lz4", "x.1.part", "x.-1.occ.lz4"] {
                #expect(SceneFileKey(fileName: name) == nil, "\(name)")
            }
        }
    }
}
