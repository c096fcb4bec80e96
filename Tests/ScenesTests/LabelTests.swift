import Scenes
import Testing

@Suite("voxel labels and their classes")
struct LabelTests {
    @Test("names, titles and cases agree")
    func classes() {
        #expect(
            OccupancyClass.allCases.count == OccupancyClass.count && OccupancyClass.names.count == OccupancyClass.count
        )
        #expect(OccupancyClass.free.rawValue == OccupancyClass.freeLabel && OccupancyClass.names.last == "free")
        #expect(Set(OccupancyClass.names).count == OccupancyClass.count)
        #expect(OccupancyClass.titles[Int(OccupancyClass.constructionVehicle.rawValue)] == "construction vehicle")
        #expect(OccupancyClass.names[Int(OccupancyClass.driveableSurface.rawValue)] == "driveable_surface")
    }

    @Test("the grid is flattened with z fastest, around the car")
    func grid() {
        #expect(VoxelGrid.shape == [200, 200, 16] && VoxelGrid.count == 640_000)
        #expect(VoxelGrid.index(0, 0, 1) == 1 && VoxelGrid.index(199, 199, 15) == VoxelGrid.count - 1)
        #expect(abs(VoxelGrid.center(100, 100, 2).y - 0.2) < 1e-4 && abs(VoxelGrid.center(0, 0, 0).x + 39.8) < 1e-4)
    }

    @Test("what does not fit is said")
    func flaws() throws {
        #expect(VoxelLabels(semantics: [17], maskLidar: [1], maskCamera: [0], shape: [1, 1, 1]).flaw == nil)
        let cases: [(VoxelLabels, String)] = [
            (VoxelLabels(semantics: [0, 1], shape: [1, 1, 1]), "2 voxels in labels"),
            (VoxelLabels(semantics: [18], shape: [1, 1, 1]), "label 18 is unknown"),
            (VoxelLabels(semantics: [1], maskCamera: [], shape: [1, 1, 1]), "0 voxels in mask_camera"),
            (VoxelLabels(semantics: [], shape: [0, 1, 1]), "shape [0, 1, 1]"),
            (VoxelLabels(semantics: [], shape: [.max, .max, 1]), "shape"),
        ]
        for (labels, text) in cases { #expect(try #require(labels.flaw).contains(text)) }
    }
}
