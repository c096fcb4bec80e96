internal import OccInference
public import Scenes

/// What a network sees as one of its cameras.
public struct NetworkCamera: Hashable, Sendable {
    /// The camera whose pictures it takes, with what a sample says of it but for time and pose.
    public var channel: String
    /// The pinhole picture that is made of them; nil where they are taken as they are.
    public var view: PinholeView?
    /// Size of the camera's pictures, pixels, which stands for a picture that a sample lacks.
    public var width: Int
    /// Size of the camera's pictures, pixels.
    public var height: Int

    /// The cameras of a rig as a network sees them, in the order of its inputs.
    ///
    /// As they are: each camera of the scene, those in nuScenes' places first and in the published order. What has a lens becomes the
    /// pinhole picture of the same optical axis; what has none stays untouched. With virtual cameras: each takes the camera of the rig that
    /// sees most of its picture, of several the one that looks most nearly the same way, and is left out where none sees a quarter.
    ///
    /// - Throws: `ScenePredictionError` where nothing is left, or a camera's numbers are of no use.
    public static func plan(_ scene: SceneFrames, virtualRig: [VirtualCamera] = []) throws -> [NetworkCamera] {
        let rig = rig(of: scene)
        let cameras = try virtualRig.isEmpty ? rig.map(asItIs) : fill(virtualRig, from: rig)
        guard !cameras.isEmpty else {
            throw ScenePredictionError(
                description: rig.isEmpty
                    ? "scene '\(scene.name)' has no cameras"
                    : "scene '\(scene.name)': no camera of its rig sees what a virtual camera should show; run without --virtual-cameras,"
                        + " or look at the rig with check-dataset",
                isRetryable: false
            )
        }
        return cameras
    }

    /// Why a network cannot be given a scene's pictures; nil where it can.
    public static func flaw(of scene: SceneFrames, virtualRig: [VirtualCamera] = []) -> String? {
        do {
            let cameras = try plan(scene, virtualRig: virtualRig)
            return cameras.count <= NetworkConfiguration.mostCameras ? nil : "it has \(cameras.count) cameras"
        } catch { return "\(error)" }
    }

    /// Every camera that a sample of the scene has, once.
    private static func rig(of scene: SceneFrames) -> [CameraFrame] {
        var rig: [CameraFrame] = []
        for camera in scene.samples.lazy.flatMap(\.cameras) where !rig.contains(where: { $0.channel == camera.channel })
        {
            rig.append(camera)
        }
        return CameraOrder.published.compactMap { slot in rig.first { $0.channel == slot } }
            + rig.filter { !CameraOrder.published.contains($0.channel) }
    }

    private static func asItIs(_ camera: CameraFrame) throws -> NetworkCamera {
        var view: PinholeView?
        if camera.lens.model != .none {
            view = try model(of: camera).rectified(width: camera.width, height: camera.height)
            if view == nil { throw unusable(camera) }
        }
        return NetworkCamera(channel: camera.channel, view: view, width: camera.width, height: camera.height)
    }

    /// Points along each side of a virtual camera's picture at which it is asked who sees them.
    private static let probes = (across: 24, down: 14)
    /// The least part of its picture that a virtual camera needs.
    private static let leastShare = 0.25
    /// Cameras whose shares differ by less see as much.
    private static let nearlyAsMuch = 0.02

    private static func fill(_ virtualRig: [VirtualCamera], from rig: [CameraFrame]) throws -> [NetworkCamera] {
        let models = try rig.map(model)
        return virtualRig.compactMap { virtual in
            let choices = zip(rig, models).map { camera, model in
                let view = virtual.view(from: camera.sensorToEgo)
                let axis = Placement(camera.sensorToEgo).turned(SIMD3(0, 0, 1))
                let wanted = Placement(RigidTransform(translation: .zero, rotation: virtual.egoFromView)).turned(
                    SIMD3(0, 0, 1)
                )
                return (
                    camera: camera, view: view, model: model, share: share(of: view, seenBy: model, camera),
                    along: (axis * wanted).sum()
                )
            }
            let most = choices.map(\.share).max() ?? 0
            // Of those that see as much, the one that looks the same way: there its picture is sharpest.
            let best = choices.filter { $0.share > most - nearlyAsMuch }.max { $0.along < $1.along }
            guard let best, best.share >= leastShare else { return nil }
            let factor = enlargement(of: best.view, from: best.model)
            return NetworkCamera(
                channel: best.camera.channel,
                view: best.view.enlarged(factor),
                width: best.camera.width,
                height: best.camera.height
            )
        }
    }

    /// How much of a view a camera sees.
    private static func share(of view: PinholeView, seenBy model: CameraModel, _ camera: CameraFrame) -> Double {
        let places = view.places(in: model)
        var seen = 0
        for down in 0..<probes.down {
            for across in 0..<probes.across {
                let x = (Double(across) + 0.5) / Double(probes.across) * Double(view.width) - 0.5
                let y = (Double(down) + 0.5) / Double(probes.down) * Double(view.height) - 0.5
                guard let at = places(x, y), at.x >= 0, at.y >= 0, at.x <= Double(camera.width - 1),
                    at.y <= Double(camera.height - 1)
                else { continue }
                seen += 1
            }
        }
        return Double(seen) / Double(probes.down * probes.across)
    }

    /// How many times finer a view is drawn than asked for, so that it is shrunk by the resize and not by skipping pixels.
    private static func enlargement(of view: PinholeView, from model: CameraModel) -> Int {
        guard let own = model.rectified(width: view.width, height: view.height) else { return 1 }
        return Int(min(max((own.focalX_px / view.focalX_px).rounded(), 1), 4))
    }

    /// How a camera projects.
    ///
    /// - Throws: `ScenePredictionError` where its intrinsics cannot be inverted.
    private static func model(of camera: CameraFrame) throws -> CameraModel {
        guard let model = CameraModel(intrinsics: camera.intrinsics, lens: camera.lens) else { throw unusable(camera) }
        return model
    }

    private static func unusable(_ camera: CameraFrame) -> ScenePredictionError {
        ScenePredictionError(
            description:
                "\(camera.channel): its intrinsics and lens (\(camera.lens.name)) show nothing along the optical axis; check the rig",
            isRetryable: false
        )
    }
}
