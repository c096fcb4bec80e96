internal import Glibc
public import OccInference

extension InferenceInputs {
    /// The `synth` source of the goldens: blocky pictures and a plain six-camera rig on a gently turning car, by formula.
    ///
    /// Pictures are 16-pixel blocks drawn by `FormulaWeights` (name `image/<frame>`, seed 1), halved, plus a ramp. Numbers are
    /// computed in double precision and rounded once, but for the cameras' 5 cm steps, which are single precision as in the
    /// published goldens.
    ///
    /// - Parameter frameCount: frames to make; the goldens use one or three.
    public static func synthetic(frameCount: Int = 3) -> InferenceInputs {
        precondition(frameCount > 0, "an input has at least its keyframe")
        let (sensor2ego, intrinsics) = syntheticRig()
        let frames = (0..<frameCount).map { frame in
            Frame(
                images: syntheticImages(frame),
                sensor2ego: sensor2ego,
                ego2global: syntheticPoses(frame),
                intrinsics: intrinsics
            )
        }
        // The parts fit by construction.
        return try! InferenceInputs(
            frames: frames,
            cameraCount: 6,
            height: 256,
            width: 704,
            postRotation: [0.44, 0, 0, 0, 0.44, 0, 0, 0, 1],
            postTranslation: [0, -140, 0]
        )
    }

    /// Yaw in degrees, x and y in metres (ego), focal length in pixels of a 1600 x 900 picture; in camera order.
    private static let rig: [(yawDegrees: Double, x: Double, y: Double, focal: Double)] = [
        (55, 1.5, 0.5, 1270), (0, 1.7, 0, 1266), (-55, 1.5, -0.5, 1260),
        (110, 1.0, 0.5, 1256), (180, 0, 0, 809), (-110, 1.0, -0.5, 1259),
    ]

    /// Camera axes right, down, forward to ego axes forward, left, up; and pinhole matrices.
    private static func syntheticRig() -> (sensor2ego: [Float], intrinsics: [Float]) {
        var poses: [Float] = []
        var intrinsics: [Float] = []
        for camera in rig {
            let yaw = camera.yawDegrees * (Double.pi / 180)
            let (s, c) = (sin(yaw), cos(yaw))
            poses += [
                s, 0, c, camera.x,
                -c, 0, s, camera.y,
                0, -1, 0, 1.5,
                0, 0, 0, 1,
            ].map { Float($0) }
            intrinsics += [camera.focal, 0, 800, 0, camera.focal, 450, 0, 0, 1].map { Float($0) }
        }
        return (poses, intrinsics)
    }

    /// Steps back in time, 2 m and 0.02 rad each; the cameras fire 5 cm apart along global x.
    private static func syntheticPoses(_ frame: Int) -> [Float] {
        let steps = Double(frame)
        let yaw = -0.02 * steps
        let pose = [
            cos(yaw), -sin(yaw), 0, 100 - 2 * steps,
            sin(yaw), cos(yaw), 0, 50 + 0.25 * steps,
            0, 0, 1, 0,
            0, 0, 0, 1,
        ].map { Float($0) }
        return (0..<6).flatMap { camera in
            var shifted = pose
            shifted[3] += Float(camera) * 0.05
            return shifted
        }
    }

    /// [6, 256, 704, 3].
    private static func syntheticImages(_ frame: Int) -> [UInt8] {
        let (blockRows, blockColumns) = (16, 44)
        let blocks = FormulaWeights(seed: 1).uniform("image/\(frame)", count: 6 * blockRows * blockColumns * 3)
            .map { Int($0 * 256) / 2 }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(6 * 256 * 704 * 3)
        for camera in 0..<6 {
            for y in 0..<256 {
                for x in 0..<704 {
                    let block = ((camera * blockRows + y / 16) * blockColumns + x / 16) * 3
                    let ramp = x / 8 + y / 8
                    for channel in 0..<3 { pixels.append(UInt8(truncatingIfNeeded: blocks[block + channel] + ramp)) }
                }
            }
        }
        return pixels
    }
}
