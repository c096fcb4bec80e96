import ArrayFiles
import Scenes
import TestSupport
import Testing

@testable import Datasets

@Suite struct Occ3DTests {
    static func archive() -> NPZArchive {
        var archive = NPZArchive()
        let count = VoxelGrid.count
        archive["semantics"] = NPYArray((0..<count).map { UInt8($0 % 18) }, shape: VoxelGrid.shape)
        archive["mask_lidar"] = NPYArray((0..<count).map { UInt8($0 % 2) }, shape: VoxelGrid.shape)
        archive["mask_camera"] = NPYArray((0..<count).map { UInt8($0 % 3 == 0 ? 1 : 0) }, shape: VoxelGrid.shape)
        return archive
    }

    @Test func gridsAreReadInTheirOrder() throws {
        let folder = try TemporaryFolder()
        try folder.write("gts/scene-0061/t/labels.npz", Self.archive().encoded())
        let labels = try Occ3DFile.read(Occ3DLocator(datasetRoot: folder.path).path(scene: "scene-0061", sample: "t"))
        #expect(labels.semantics == (0..<VoxelGrid.count).map { UInt8($0 % 18) })
        #expect(labels.maskLidar?[1] == 1 && labels.maskLidar?[2] == 0)
        #expect(labels.maskCamera?[3] == 1 && labels.maskCamera?[4] == 0)
    }

    @Test func aMaskMayBeMissing() throws {
        let folder = try TemporaryFolder()
        var archive = Self.archive()
        archive["mask_camera"] = nil
        try folder.write("labels.npz", try archive.encoded())
        let labels = try Occ3DFile.read("\(folder.path)/labels.npz")
        #expect(labels.maskCamera == nil && labels.maskLidar != nil)
    }

    @Test func whatIsWrongIsSaid() throws {
        let count = VoxelGrid.count
        var absent = Self.archive()
        absent["semantics"] = nil
        var small = Self.archive()
        small["semantics"] = NPYArray([UInt8](repeating: 0, count: 8), shape: [2, 2, 2])
        var type = Self.archive()
        type["mask_lidar"] = NPYArray([Int32](repeating: 0, count: count), shape: VoxelGrid.shape)
        var range = Self.archive()
        var values = [UInt8](repeating: 0, count: count)
        values[1 * 3200 + 2 * 16 + 3] = 18
        range["semantics"] = NPYArray(values, shape: VoxelGrid.shape)
        var mask = Self.archive()
        values[1 * 3200 + 2 * 16 + 3] = 2
        mask["mask_camera"] = NPYArray(values, shape: VoxelGrid.shape)
        let whole = try Self.archive().encoded()
        let cases: [([UInt8], [String])] = [
            (try absent.encoded(), ["semantics", "mask_lidar"]),
            (try small.encoded(), ["semantics", "[2, 2, 2]"]),
            (try type.encoded(), ["mask_lidar", "int32"]),
            (try range.encoded(), ["semantics holds 18 at voxel [1, 2, 3], where at most 17 is legal"]),
            (try mask.encoded(), ["mask_camera holds 2 at voxel [1, 2, 3], where at most 1 is legal"]),
            (Array(whole[..<(whole.count / 2)]), []), ([], []), (Array("PK nonsense".utf8), []),
        ]
        let folder = try TemporaryFolder()
        for (bytes, texts) in cases {
            try folder.write("labels.npz", bytes)
            #expect {
                try Occ3DFile.read("\(folder.path)/labels.npz")
            } throws: { error in
                let problem = (error as? DatasetError)?.problems.first
                return problem?.kind == .badGroundTruth && problem?.file == "\(folder.path)/labels.npz"
                    && texts.allSatisfy { "\(error)".contains($0) }
            }
        }
        #expect {
            try Occ3DFile.read("\(folder.path)/absent/labels.npz")
        } throws: { error in
            "\(error)".contains("No such file")
        }
    }
}
