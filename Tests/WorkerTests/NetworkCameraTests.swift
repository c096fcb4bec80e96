import Foundation
import ImageFiles
import Keyframes
import OccInference
import Scenes
import TestSupport
import Testing

@Suite("What a network sees of a rig") struct NetworkCameraTests {
    private static func camera(
        _ channel: String,
        yaw_deg: Double = 0,
        lens: CameraLens = .none,
        size: (Int, Int) = (160, 90),
        focal: Double = 126
    ) -> CameraFrame {
        let (width, height) = size
        let turn = Quaternion(yaw_rad: yaw_deg * .pi / 180).times(Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5))
        return CameraFrame(
            channel: channel,
            imagePath: "\(channel).jpg",
            width: width,
            height: height,
            timestamp_us: 0,
            intrinsics: [focal, 0, Double(width - 1) / 2, 0, focal, Double(height - 1) / 2, 0, 0, 1],
            sensorToEgo: RigidTransform(translation: SIMD3(1, 0, 1.5), rotation: turn),
            egoToGlobal: .identity,
            lens: lens
        )
    }

    private static func scene(_ cameras: [[CameraFrame]]) -> SceneFrames {
        SceneFrames(
            name: "s",
            token: "s",
            samples: cameras.enumerated().map { SampleFrames(token: "t\($0)", timestamp_us: 0, cameras: $1) }
        )
    }

    private static let fisheye = CameraLens(name: "kb4", coefficients: [0.02, -0.004, 0.001, 0]) ?? .none

    private static let slots: [(String, Double)] = [
        ("CAM_FRONT_LEFT", 55), ("CAM_FRONT", 0), ("CAM_FRONT_RIGHT", -55), ("CAM_BACK_LEFT", 110), ("CAM_BACK", 180),
        ("CAM_BACK_RIGHT", -110),
    ]
    private static let training = slots.map { slot, yaw in
        VirtualCamera(slot: slot, width_px: 160, height_px: 90, focalX_px: 126, focalY_px: 126, yaw_deg: yaw)
    }

    @Test(
        "Cameras in nuScenes' places come first; one that some sample lacks is still a camera; only lenses are taken out"
    )
    func asTheyAre() throws {
        let (roof, back, front) = (
            Self.camera("roof"), Self.camera("CAM_BACK", lens: Self.fisheye), Self.camera("CAM_FRONT")
        )
        let plan = try NetworkCamera.plan(Self.scene([[roof, back], [front, roof]]))
        #expect(plan.map(\.channel) == ["CAM_FRONT", "CAM_BACK", "roof"])
        #expect(plan[0].view == nil && plan[2].view == nil)
        let view = try #require(plan[1].view)
        #expect(view.width == 160 && view.height == 90 && view.cameraFromView == .identity)
        #expect(abs(view.focalX_px - 126) < 1e-3 && abs(view.centreX_px - 79.5) < 1e-9)
        // A largest angle alone bends nothing.
        let narrow = Self.camera("a", lens: CameraLens(.none, maximumAngle_rad: 1))
        #expect(try NetworkCamera.plan(Self.scene([[narrow]])).first?.view == nil)
        #expect(NetworkCamera.flaw(of: Self.scene([[]]))?.contains("no cameras") == true)
    }

    @Test("A view's pixels are those of the camera that look the same way")
    func places() throws {
        let camera = Self.camera("left", yaw_deg: 90, lens: Self.fisheye, size: (400, 300), focal: 120)
        let model = try #require(CameraModel(intrinsics: camera.intrinsics, lens: camera.lens))
        let virtual = Self.training[0]
        let view = virtual.view(from: camera.sensorToEgo)
        let places = view.places(in: model)
        let (mount, own) = (
            Placement(camera.sensorToEgo), Placement(RigidTransform(translation: .zero, rotation: virtual.egoFromView))
        )
        for (x, y) in [(79.5, 44.5), (0, 0), (159, 89), (30, 70)] {
            let ray = own.turned(SIMD3((x - 79.5) / 126, (y - 44.5) / 126, 1))
            let place = try #require(places(x, y))
            let back = mount.turned(try #require(model.unproject(place)))
            let length = (ray * ray).sum().squareRoot()
            let apart = back - ray / length
            #expect((apart * apart).sum() < 1e-18, "\(x) \(y)")
        }
        #expect(view.enlarged(2).intrinsics[2] == 159.5)
    }

    @Test("Virtual cameras take the camera that sees most of them; none is left where nothing looks")
    func virtualCameras() throws {
        let wide = [0.0, 90, 180, -90].map { yaw in
            Self.camera("fish\(Int(yaw))", yaw_deg: yaw, lens: Self.fisheye, size: (400, 300), focal: 120)
        }
        let plan = try NetworkCamera.plan(Self.scene([wide]), virtualRig: Self.training)
        #expect(plan.count == 6)
        #expect(plan.map(\.channel) == ["fish90", "fish0", "fish-90", "fish90", "fish180", "fish-90"])
        // A rig that is the virtual one keeps its cameras, each in its place.
        let same = Self.slots.map { Self.camera($0.0, yaw_deg: $0.1) }
        let kept = try NetworkCamera.plan(Self.scene([same]), virtualRig: Self.training)
        #expect(kept.map(\.channel) == Self.slots.map(\.0))
        // One camera ahead fills the place ahead; those to the side are left out.
        let ahead = try NetworkCamera.plan(Self.scene([[Self.camera("a")]]), virtualRig: Self.training)
        #expect(ahead.count == 1 && ahead[0].view?.width == 160)
        // A finer camera gives a finer picture, which is shrunk later.
        let fine = Self.camera("a", size: (640, 360), focal: 504)
        #expect(try NetworkCamera.plan(Self.scene([[fine]]), virtualRig: Self.training).first?.view?.width == 640)
        let down = Self.camera("a", yaw_deg: 0, size: (2, 2), focal: 4000)
        #expect(
            NetworkCamera.flaw(of: Self.scene([[down]]), virtualRig: Self.training)?.contains("--virtual-cameras")
                == true
        )
    }

    @Test("What differs from the training's rig is said, and a rig that is like it is passed over")
    func differences() throws {
        let rig = Dictionary(
            uniqueKeysWithValues: Self.slots.map { slot, yaw in
                (
                    slot,
                    ModelCard.Camera(
                        width_px: 1600,
                        height_px: 900,
                        focalX_px: 1260,
                        focalY_px: 1260,
                        aboveGround_m: 1.5,
                        yaw_deg: yaw
                    )
                )
            }
        )
        let card = ModelCard(title: "t", summary: "s", rig: rig)
        func said(_ cameras: [CameraFrame], _ virtualRig: [VirtualCamera] = []) throws -> String {
            try RigDifferences.sentences(Self.scene([cameras]), card: card, virtualRig: virtualRig).joined(
                separator: "\n"
            )
        }
        let same = Self.slots.map { Self.camera($0.0, yaw_deg: $0.1) }
        #expect(try said(same).isEmpty)
        #expect(try RigDifferences.sentences(Self.scene([same]), card: nil, virtualRig: []).isEmpty)
        #expect(try said(Array(same.dropLast())).contains("nothing looks where CAM_BACK_RIGHT"))
        var high = same
        high[1].sensorToEgo.translation.z = 2.4
        #expect(try said(high) == "CAM_FRONT stands 2.40 m over the road instead of 1.50 m")
        var wide = same
        wide[1] = Self.camera("CAM_FRONT", focal: 60)
        #expect(
            try said(wide).contains("CAM_FRONT sees wider than CAM_FRONT of the training: 106° across instead of 65°")
        )
        // Virtual cameras see as the training's do, from where the rig's own stand.
        #expect(try said(wide, Self.training).isEmpty)
        #expect(try said(high, Self.training).contains("2.40 m"))
    }

    /// A folder with a picture a camera, and a mask whose lower half is 0.
    private static func pictures(_ cameras: [CameraFrame], in folder: TemporaryFolder) throws {
        for (number, camera) in cameras.enumerated() {
            let pixels = (0..<(camera.width * camera.height * 3)).map {
                UInt8(truncatingIfNeeded: $0 / 7 &+ 40 * number)
            }
            let image = RGBImage(width: camera.width, height: camera.height, pixels: pixels)
            try folder.write(camera.imagePath, JPEGEncoder().encode(image, quality: 90))
        }
        let mask = (0..<90).flatMap { row in [UInt8](repeating: row < 45 ? 255 : 0, count: 160 * 3) }
        try folder.write("mask.png", PNGEncoder.encode(RGBImage(width: 160, height: 90, pixels: mask)))
    }

    @Test(
        "Pictures that are missing and pixels that are masked take no part; what has neither lens nor mask stays as it was"
    )
    func readsWhatIsThere() throws {
        let folder = try TemporaryFolder()
        var configuration = try ModelCatalogue.configuration(named: "occ-small_BDC-T")
        configuration.cameras = 2
        let features =
            configuration.inputWidth / configuration.downsample * (configuration.inputHeight / configuration.downsample)
        let (front, back) = (Self.camera("CAM_FRONT"), Self.camera("CAM_BACK", yaw_deg: 180))
        try Self.pictures([front, back], in: folder)
        func read(_ scene: SceneFrames, _ sample: Int = 0) throws -> FrameInput {
            try KeyframeReader(configuration).read(scene, sample: sample, datasetRoot: folder.path) { _ in false }
                .frames[0]
        }
        let whole = try read(Self.scene([[front, back]]))
        #expect(whole.ignoredFeatures.isEmpty)
        let pictureBytes = whole.imagesRGB.count / 2

        // The second sample lacks the camera behind.
        let lacking = try read(Self.scene([[front, back], [front]]), 1)
        #expect(lacking.imagesRGB.prefix(pictureBytes) == whole.imagesRGB.prefix(pictureBytes))
        #expect(lacking.imagesRGB.suffix(pictureBytes).allSatisfy { $0 == 0 })
        #expect(
            lacking.ignoredFeatures == [UInt8](repeating: 0, count: features) + [UInt8](repeating: 1, count: features)
        )

        var masked = front
        masked.maskPath = "mask.png"
        let hooded = try read(Self.scene([[masked, back]]))
        #expect(hooded.imagesRGB == whole.imagesRGB && hooded.sensorToEgo == whole.sensorToEgo)
        // Half of the picture is masked; what is kept of it ends at its bottom.
        let height = Double(configuration.inputWidth) * 90 / 160
        let edge = height / 2 - (height.rounded(.down) - Double(configuration.inputHeight))
        let columns = configuration.inputWidth / configuration.downsample
        let clear = hooded.ignoredFeatures.prefix(features).firstIndex(of: 1).map { $0 / columns } ?? -1
        #expect(clear == Int((edge / Double(configuration.downsample)).rounded()))
        #expect(hooded.ignoredFeatures.suffix(features).allSatisfy { $0 == 0 })

        var bent = front
        bent.lens = Self.fisheye
        let straightened = try read(Self.scene([[bent, back]]))
        #expect(straightened.imagesRGB.prefix(pictureBytes) != whole.imagesRGB.prefix(pictureBytes))
        #expect(straightened.imagesRGB.suffix(pictureBytes) == whole.imagesRGB.suffix(pictureBytes))

        masked.maskPath = "nowhere.png"
        #expect(throws: ScenePredictionError.self) { try read(Self.scene([[masked, back]])) }
        masked.maskPath = "CAM_FRONT.jpg"
        #expect(throws: ScenePredictionError.self) { try read(Self.scene([[masked, back]])) }
        #expect(throws: ScenePredictionError.self) { try read(Self.scene([[front]])) }
    }
}
