import ArrayFiles
import Datasets
import Scenes
import TestSupport
import Testing

/// What every kind of dataset must do; a new kind adds a row to `withEverySource`.
@Suite("Sources of scenes") struct DatasetSourceSuite {
    /// Each source with scenes `scene-0061` of 3 samples and `scene-0103` of 2, a split `small` of the second, boxes in every
    /// sample, and labels of the first sample of the first scene.
    private func withEverySource(_ body: (any DatasetSource, String) throws -> Void) throws {
        var tables = TableBuilder(scenes: [("scene-0061", 3), ("scene-0103", 2)])
        tables.addAnnotations()
        tables.raw["splits"] = Array(#"{"small": ["scene-0103"]}"#.utf8)
        let folder = try TemporaryFolder()
        try tables.write(to: folder)
        let onDisk = try DatasetKind.nuScenes.open(folder.path, tables.version)
        let scenes = try onDisk.resolve(split: nil, options: ResolutionOptions()).scenes
        let token = try #require(scenes.first?.samples.first?.token)
        let voxels = VoxelLabels(
            semantics: [UInt8](repeating: OccupancyClass.freeLabel, count: VoxelGrid.count),
            maskCamera: [UInt8](repeating: 1, count: VoxelGrid.count)
        )
        var archive = NPZArchive()
        archive["semantics"] = NPYArray(voxels.semantics, shape: VoxelGrid.shape)
        archive["mask_camera"] = NPYArray(voxels.maskCamera ?? [], shape: VoxelGrid.shape)
        try folder.write("gts/scene-0061/\(token)/labels.npz", archive.encoded())
        let annotations = try #require(try onDisk.annotations(of: scenes))
        let inMemory = MemoryDataset(
            scenes: scenes,
            splits: ["small": ["scene-0103"]],
            boxes: Dictionary(uniqueKeysWithValues: annotations.map { ($0.name, $0) }),
            voxels: [token: voxels]
        )
        let manifest = ManifestText(scenes, annotations: annotations, splits: ["small": ["scene-0103"]])
        try folder.write("all.occ.jsonl", manifest.bytes)
        let path = folder.file("all.occ.jsonl")
        let described = try DatasetKind.recognised(path).open(path, "")
        try body(onDisk, token)
        try body(inMemory, token)
        try body(described, token)
    }

    @Test("A split's scenes, their samples and each scene by itself agree")
    func scenes() throws {
        try withEverySource { source, _ in
            for (split, names) in [(nil, ["scene-0061", "scene-0103"]), ("small", ["scene-0103"])] {
                let resolved = try source.resolve(split: split, options: ResolutionOptions())
                #expect(resolved.scenes.map(\.name) == names && resolved.omitted.isEmpty)
                let tokens = try source.sampleTokens(ofSplit: split)
                #expect(tokens.map(\.scene) == names)
                #expect(tokens.map(\.tokens) == resolved.scenes.map { $0.samples.map(\.token) })
                for scene in resolved.scenes { #expect(try source.frames(ofScene: scene.name) == scene) }
            }
            #expect(try source.frames(ofScene: "scene-9999") == nil)
        }
    }

    @Test("A split that nobody knows is an error, never an empty one")
    func unknownSplit() throws {
        try withEverySource { source, _ in
            #expect(throws: DatasetError.self) { try source.resolve(split: "mine", options: ResolutionOptions()) }
            #expect(throws: DatasetError.self) { try source.sampleTokens(ofSplit: "mine") }
        }
    }

    @Test("Annotations come in the order asked for, a sample each")
    func annotations() throws {
        try withEverySource { source, _ in
            let scenes = try source.resolve(split: nil, options: ResolutionOptions()).scenes
            let backwards = Array(scenes.reversed())
            let read = try #require(try source.annotations(of: backwards))
            #expect(read.map(\.name) == backwards.map(\.name))
            for (annotated, scene) in zip(read, backwards) {
                #expect(annotated.samples.map(\.token) == scene.samples.map(\.token))
            }
            let second = try #require(try source.frames(ofScene: "scene-0103"))
            let one = try #require(try source.annotations(of: [second]))
            #expect(one == [read[0]])
            let survey = try source.survey(split: "small", options: ResolutionOptions())
            var rest = survey.makeScenes()
            #expect(survey.sceneCount == 1 && survey.sampleCount == 2)
            #expect(try rest.next() == second)
            #expect(try rest.next() == nil)
        }
    }

    @Test("Labels that are there are read, others are absent")
    func labels() throws {
        try withEverySource { source, token in
            let isPresent = try source.labels.isPresent()
            #expect(isPresent)
            guard case .labels(let found) = source.labels.read(scene: "scene-0061", sample: token) else {
                Issue.record("no labels from \(source.root)")
                return
            }
            #expect(found.flaw == nil && found.maskLidar == nil && found.maskCamera?.count == VoxelGrid.count)
            guard case .absent = source.labels.read(scene: "scene-0103", sample: "none") else {
                Issue.record("labels of a sample that is not there, from \(source.root)")
                return
            }
            #expect(source.labels.place(scene: "scene-0103", sample: "none").contains("scene-0103"))
        }
    }

    @Test("Kinds have names of their own; one of a later program is unknown")
    func kinds() {
        #expect(Set(DatasetKind.known.map(\.name)).count == DatasetKind.known.count)
        #expect(DatasetKind.named("nuscenes")?.name == "nuscenes" && DatasetKind.named("other") == nil)
        #expect(DatasetKind.recognised("/data/sets/nuscenes").name == "nuscenes")
        #expect(DatasetKind.recognised("/data/van.occ.jsonl").name == "manifest")
        #expect(DatasetKind.manifest.pictureFolder("/data/van.occ.jsonl") == "/data")
        // A worker that mounts the pictures elsewhere names their folder.
        #expect(DatasetKind.manifest.pictureFolder("/mnt/van") == "/mnt/van")
        // What comes after a kind that recognises everything is never taken.
        #expect(DatasetKind.known.dropLast().allSatisfy { !$0.recognises("/data/sets/nuscenes") })
    }
}
