import ArrayFiles
import Scenes
import TestSupport
import Testing

@testable import Datasets

/// The real keyframes and the real ground truth, which are not part of the project; skipped with a message where absent.
@Suite struct RealDataTests {
    @Test(.enabled(if: SharedFiles.has("data/nuscenes-real") && SharedFiles.has("goldens/inputs-real0.safetensors")))
    func framesAreWhatThePublishedLoaderMakesOfThem() throws {
        let dataset = try NuScenesDataset.open(root: "\(SharedFiles.root)/data/nuscenes-real", version: "v1.0-mini")
        let resolved = try dataset.resolve(options: ResolutionOptions(imageCheck: .signature))
        #expect(resolved.scenes.map(\.name) == ["scene-0061", "scene-e7ef871f"])
        #expect(
            resolved.scenes.map { $0.samples.map(\.token) } == [
                ["ca9a282c9e77460f8360f564131a8af5"], ["fd8420396768425eabec9bdddf7e64b6"],
            ]
        )
        #expect(try dataset.resolve(split: "real") == resolved)
        let cameras = resolved.scenes[0].samples[0].cameras
        #expect(cameras.map(\.channel) == CameraOrder.published)
        #expect(cameras.allSatisfy { $0.width == 1600 && $0.height == 900 })
        let golden = try SafetensorsFile(path: "\(SharedFiles.root)/goldens/inputs-real0.safetensors")
        let sensorToEgo = try golden.elements(of: "sensor2ego", as: Float.self)
        let egoToGlobal = try golden.elements(of: "ego2global", as: Float.self)
        let intrinsics = try golden.elements(of: "intrinsics", as: Float.self)
        #expect(cameras.flatMap(\.sensorToEgo.matrixFloat32) == sensorToEgo)
        #expect(cameras.flatMap(\.egoToGlobal.matrixFloat32) == egoToGlobal)
        #expect(cameras.flatMap(\.intrinsicsFloat32) == intrinsics)
    }

    @Test(.enabled(if: SharedFiles.has("data/occ3d-real")))
    func groundTruthIsRead() throws {
        let path = "\(SharedFiles.root)/data/occ3d-real/29796060110c4163b07f06eff4af0753/labels.npz"
        let labels = try Occ3DFile.read(path)
        #expect(labels.semantics.filter { $0 != OccupancyClass.freeLabel }.count == 39_092)
        let maskCamera = try #require(labels.maskCamera)
        #expect(maskCamera.filter { $0 == 1 }.count == 43_355)
        // What a camera sees is, in Occ3D, always also seen by the lidar.
        #expect(zip(maskCamera, try #require(labels.maskLidar)).allSatisfy { $0 <= $1 })
    }
}
