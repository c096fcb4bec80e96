public import Scenes

/// The rig that networks of this version take: the six cameras of nuScenes, undistorted.
public enum NetworkRig {
    /// Why networks cannot be given a scene's pictures; nil where they can.
    ///
    /// The one place where scenes are refused because of their rig.
    public static func flaw(of scene: SceneFrames) -> String? {
        if scene.groundHeight_m != 0 {
            return "the road is at \(scene.groundHeight_m) m in the ego frame (groundZ), not at 0"
        }
        for sample in scene.samples {
            let channels = sample.cameras.map(\.channel)
            if channels != CameraOrder.published {
                let missing = CameraOrder.published.filter { !channels.contains($0) }
                return missing.isEmpty
                    ? "sample \(sample.token) has more cameras: \(channels.joined(separator: ", "))"
                    : "sample \(sample.token) has no picture in the slot\(missing.count > 1 ? "s" : "")"
                        + " \(missing.joined(separator: ", "))"
            }
            for camera in sample.cameras {
                if camera.lens.model != .none { return "\(camera.channel) is distorted (\(camera.lens.name))" }
                if camera.lens != .none { return "\(camera.channel) has a largest angle" }
                if camera.maskPath != nil { return "\(camera.channel) has a mask" }
                if camera.recorded != nil { return "the pictures of \(camera.channel) are inside a recording" }
            }
        }
        return nil
    }

    /// What networks take, for people.
    public static let advice =
        "networks of this version take six undistorted cameras in nuScenes' slots, files of their own and no mask;"
        + " undistort the pictures, and describe them so"
}
