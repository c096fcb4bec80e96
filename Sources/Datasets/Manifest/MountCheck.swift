internal import Scenes

/// Finds mounts of cameras that can hardly be meant, and guesses what was meant.
enum MountCheck {
    /// What is wrong: the key inside the transform, what was found, what to do.
    typealias Flaw = (key: String, found: String, advice: String)

    /// Farthest that a camera is from the ego frame's origin, metres: a long lorry.
    private static let farthest_m = 30.0
    static let heights_m = 0.05...12.0
    /// The sine of the steepest tilt of an optical axis up and down.
    private static let steepestUp = 0.71
    private static let steepestDown = 0.985
    /// How far a camera's down may point up: its sine.
    private static let mostRoll = 0.3

    /// What is wrong with a mount; nil where it may be meant.
    static func flaw(of mount: RigidTransform, groundHeight_m: Double) -> Flaw? {
        let t = mount.translation
        let farthest = max(abs(t.x), abs(t.y), abs(t.z))
        if farthest > farthest_m {
            let unit = farthest > 400 ? "millimetres" : "centimetres"
            return (
                "t", "the camera would be \(farthest) m from the ego frame's origin (\(unit)?)", "write metres"
            )
        }
        if let found = axes(mount.rotation) {
            return (
                "q", found + guess(mount.rotation),
                "write the rotation that takes the camera's axes (x right, y down, z forward) to the ego's (x forward, y left, z up)"
            )
        }
        let height = t.z - groundHeight_m
        if !heights_m.contains(height) {
            return (
                "t", "the camera would be \(rounded(height)) m over the road (is it cameraFromEgo, or groundZ wrong?)",
                "write where the camera is in the ego frame, metres, and the road's height in it as groundZ"
            )
        }
        return nil
    }

    /// What is wrong with a camera's axes; nil where they may be meant.
    private static func axes(_ q: Quaternion) -> String? {
        let (_, down, forward) = q.axes
        if forward.z > steepestUp { return "the optical axis points to the sky" }
        if forward.z < -steepestDown { return "the optical axis points to the ground" }
        return down.z > mostRoll ? "the camera's down points up" : nil
    }

    /// Whether axes are those of a camera that looks about level and is upright.
    private static func isLevel(_ q: Quaternion) -> Bool {
        let (_, down, forward) = q.axes
        return abs(forward.z) < 0.5 && down.z < -0.85
    }

    private static func guess(_ q: Quaternion) -> String {
        // What a rotation would be if it had been written so.
        let half = 0.5
        let optical = Quaternion(w: half, x: -half, y: half, z: -half)
        let readings: [(String, Quaternion)] = [
            ("quaternion in the order x y z w?", Quaternion(w: q.z, x: q.w, y: q.x, z: q.y)),
            ("OpenGL's axes, y up and z backward?", q.times(Quaternion(w: 0, x: 1, y: 0, z: 0))),
            ("the vehicle's axes, x forward?", q.times(optical)),
            ("cameraFromEgo, the other way round?", Quaternion(w: q.w, x: -q.x, y: -q.y, z: -q.z)),
        ]
        let likely = readings.filter { isLevel($0.1) }.map(\.0)
        return likely.isEmpty ? "" : " (\(likely.joined(separator: " ")))"
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

/// Finds intrinsics that can hardly be meant.
enum IntrinsicsCheck {
    /// What is wrong with an intrinsic matrix, row-major, of a picture of a size in pixels; nil where it may be meant.
    static func flaw(of k: [Double], width: Double, height: Double) -> (found: String, advice: String)? {
        let (fx, fy, cx, cy) = (k[0], k[4], k[2], k[5])
        guard fx > 0, fy > 0, CameraModel(intrinsics: k) != nil else {
            return ("a focal length is not more than 0", "write pixels, more than 0")
        }
        if fx < 10, abs(cx) <= 2, abs(cy) <= 2 {
            return ("these are fractions of the picture", "write pixels of a picture of \(Int(width)) x \(Int(height))")
        }
        if fx < 0.05 * width || fy < 0.05 * height {
            return ("the focal length is under a twentieth of the picture (millimetres?)", "write pixels")
        }
        if fx > 50 * width || fy > 50 * width {
            return ("the focal length is more than 50 widths of the picture", "write pixels")
        }
        if fx > 3 * fy || fy > 3 * fx {
            return ("fx and fy differ more than threefold", "write fx, fy, cx, cy in this order, in pixels")
        }
        guard (0...width).contains(cx), (0...height).contains(cy) else {
            return (
                "the principal point is outside a picture of \(Int(width)) x \(Int(height))",
                "write fx, fy, cx, cy in this order, for pictures of the size that \"size\" gives: [width, height]"
            )
        }
        return nil
    }
}
