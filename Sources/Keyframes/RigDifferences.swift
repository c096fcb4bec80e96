internal import Foundation
public import OccInference
public import Scenes

/// How a rig differs from the one that a network was trained with, as its card names it.
public enum RigDifferences {
    /// What is near enough to be no difference.
    private static let tolerance = (fieldOfView: 0.15, height_m: 0.3, yaw_deg: 15.0)

    /// Sentences for people, empty where nothing is worth saying or the card names no cameras.
    ///
    /// Directions, fields of view (focal length to width) and heights of what the network sees are compared with the card's camera of the nearest
    /// direction.
    ///
    /// - Throws: as `NetworkCamera.plan`.
    public static func sentences(_ scene: SceneFrames, card: ModelCard?, virtualRig: [VirtualCamera]) throws -> [String]
    {
        guard let card, !card.rig.isEmpty, let sample = scene.samples.first else { return [] }
        let trained = card.rig.sorted { $0.key < $1.key }
        var left = Set(trained.map(\.key))
        var sentences: [String] = []
        for camera in try NetworkCamera.plan(scene, virtualRig: virtualRig) {
            guard let frame = camera.frame(in: sample) ?? firstFrame(camera, scene) else { continue }
            let seen = sight(camera, frame)
            guard
                let near = trained.min(by: {
                    apart($0.value.yaw_deg, seen.yaw_deg) < apart($1.value.yaw_deg, seen.yaw_deg)
                })
            else { continue }
            left.remove(near.key)
            let known = near.value
            var parts: [String] = []
            if apart(known.yaw_deg, seen.yaw_deg) > tolerance.yaw_deg {
                parts.append(
                    "looks to \(whole(seen.yaw_deg))°, the nearest of the training (\(near.key)) to \(whole(known.yaw_deg))°"
                )
            }
            let ratio = seen.relativeFocal / (known.focalX_px / Double(known.width_px))
            if abs(log(ratio)) > log(1 + tolerance.fieldOfView) {
                parts.append(
                    "sees \(ratio < 1 ? "wider" : "narrower") than \(near.key) of the training: \(whole(seen.across_deg))° across instead of"
                        + " \(whole(across_deg(known.focalX_px / Double(known.width_px))))°"
                )
            }
            if abs(seen.height_m - known.aboveGround_m) > tolerance.height_m {
                parts.append(
                    String(format: "stands %.2f m over the road instead of %.2f m", seen.height_m, known.aboveGround_m)
                )
            }
            if !parts.isEmpty { sentences.append("\(camera.channel) " + parts.joined(separator: "; ")) }
        }
        if !left.isEmpty {
            sentences.append("nothing looks where \(left.sorted().joined(separator: ", ")) of the training did")
        }
        return sentences
    }

    /// What a network is shown as a camera.
    private static func sight(
        _ camera: NetworkCamera,
        _ frame: CameraFrame
    ) -> (yaw_deg: Double, relativeFocal: Double, across_deg: Double, height_m: Double) {
        var turn = frame.sensorToEgo
        if let view = camera.view { turn.rotation = turn.rotation.normalised.times(view.cameraFromView) }
        let axis = Placement(turn).turned(SIMD3(0, 0, 1))
        let focal =
            camera.view.map { $0.focalX_px / Double($0.width) } ?? frame.intrinsics[0] / Double(max(frame.width, 1))
        return (atan2(axis.y, axis.x) * 180 / .pi, focal, across_deg(focal), frame.sensorToEgo.translation.z)
    }

    private static func firstFrame(_ camera: NetworkCamera, _ scene: SceneFrames) -> CameraFrame? {
        scene.samples.lazy.compactMap { camera.frame(in: $0) }.first
    }

    /// The angle that a pinhole picture spans.
    private static func across_deg(_ relativeFocal: Double) -> Double { 2 * atan(0.5 / relativeFocal) * 180 / .pi }

    /// Degrees between two directions, 0 to 180.
    private static func apart(_ a: Double, _ b: Double) -> Double {
        abs((a - b).remainder(dividingBy: 360))
    }

    private static func whole(_ value: Double) -> String { String(format: "%.0f", value) }
}
