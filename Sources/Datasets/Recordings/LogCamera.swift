internal import Glibc
internal import MCAPFiles
internal import Scenes

/// A camera as manifests have it, made of its calibration.
struct LogCamera: Equatable {
    /// Pixels a row, and rows.
    var size: SIMD2<Int>
    /// fx, fy, cx, cy, pixels.
    var k: [Double]
    /// The distortion's model and numbers.
    var model: String
    var d: [Double]
    /// Takes the camera's points to what the pictures show; identity but for rectified pictures.
    var frameFromCamera = RigidTransform.identity

    /// Reads a calibration.
    ///
    /// Binning and region follow ROS' image_geometry (`PinholeCameraModel::fromCameraInfo`): the region's corner is taken off the principal
    /// point, then everything is divided by the binning. A rectified picture belongs to P, and is turned by R against the camera.
    ///
    /// - Parameter topic: the calibration's, for errors.
    init(_ calibration: RecordedCalibration, isRectified: Bool, topic: String) throws(LogImportError) {
        func flaw(_ text: String) -> LogImportError { LogImportError("calibration of topic \(topic): \(text)") }
        let region = calibration.region
        let whole = SIMD2(
            Int(region.width == 0 ? calibration.width : region.width),
            Int(region.height == 0 ? calibration.height : region.height)
        )
        let binning = SIMD2(Int(max(1, calibration.binning.x)), Int(max(1, calibration.binning.y)))
        size = SIMD2(whole.x / binning.x, whole.y / binning.y)
        guard size.x > 0, size.y > 0 else {
            throw flaw(
                "it is of a picture of \(calibration.width) x \(calibration.height) pixels; calibrate the camera"
            )
        }
        let matrix = isRectified ? calibration.p : calibration.k
        let name = isRectified ? "P" : "K"
        guard !matrix.isEmpty, matrix[0] != 0 else {
            throw flaw(
                "its \(name) is empty, so the camera is not calibrated"
                    + (isRectified ? "; if its pictures are not rectified, say \"rectified\": false in --config" : "")
            )
        }
        let rowCount = isRectified ? 4 : 3
        guard abs(matrix[1]) <= 1e-9 * abs(matrix[0]) else {
            throw flaw("its \(name) has a skew of \(matrix[1]), which cameras of manifests do not have")
        }
        let scale = (1 / Double(binning.x), 1 / Double(binning.y))
        k = [
            matrix[0] * scale.0, matrix[rowCount + 1] * scale.1, (matrix[2] - Double(region.x)) * scale.0,
            (matrix[rowCount + 2] - Double(region.y)) * scale.1,
        ]
        guard !isRectified else {
            (model, d) = ("none", [])
            if let turn = try Self.rotation(calibration.r, flaw) {
                frameFromCamera = RigidTransform(translation: .zero, rotation: turn).inverse
            }
            return
        }
        (model, d) = try Self.lens(calibration, flaw)
    }

    private static func lens(
        _ calibration: RecordedCalibration,
        _ flaw: (String) -> LogImportError
    ) throws(LogImportError) -> (String, [Double]) {
        let d = calibration.d
        func counts(_ allowed: [Int]) throws(LogImportError) -> [Double] {
            // Numbers of tilt that are zero say nothing.
            let plain = d.count == 14 && d.suffix(2).allSatisfy { $0 == 0 } ? Array(d.prefix(12)) : d
            guard allowed.contains(plain.count) else {
                let wanted = allowed.map(String.init).joined(separator: " or ")
                throw flaw("\(d.count) numbers of the distortion \"\(calibration.model)\" where \(wanted) belong")
            }
            return plain
        }
        switch calibration.model.lowercased() {
        case "equidistant", "kannala_brandt", "kb4", "fisheye": return ("kb4", try counts([4]))
        case "plumb_bob", "radtan", "brown_conrady":
            guard d.contains(where: { $0 != 0 }) else { return ("none", []) }
            return ("opencv", try counts([4, 5]))
        case "rational_polynomial", "thin_prism":
            guard d.contains(where: { $0 != 0 }) else { return ("none", []) }
            return ("opencv", try counts([8, 12]))
        case let other:
            guard other.isEmpty || other == "none", d.allSatisfy({ $0 == 0 }) else {
                throw flaw(
                    "the distortion \"\(calibration.model)\" is not known; known are plumb_bob, rational_polynomial, equidistant,"
                        + " kannala_brandt"
                )
            }
            return ("none", [])
        }
    }

    /// The rotation of a 3 x 3 matrix, row by row; nil for none and for identity.
    private static func rotation(
        _ r: [Double],
        _ flaw: (String) -> LogImportError
    ) throws(LogImportError) -> Quaternion? {
        guard r.count == 9, r.contains(where: { $0 != 0 }), r != [1, 0, 0, 0, 1, 0, 0, 0, 1] else { return nil }
        // The largest of the four parts decides the others (Shepperd 1978).
        let trace = r[0] + r[4] + r[8]
        let squares = [trace, r[0], r[4], r[8]]
        let largest = squares.indices.max { squares[$0] < squares[$1] } ?? 0
        let q: Quaternion
        switch largest {
        case 0: q = Quaternion(w: 1 + trace, x: r[7] - r[5], y: r[2] - r[6], z: r[3] - r[1])
        case 1: q = Quaternion(w: r[7] - r[5], x: 1 + 2 * r[0] - trace, y: r[1] + r[3], z: r[2] + r[6])
        case 2: q = Quaternion(w: r[2] - r[6], x: r[1] + r[3], y: 1 + 2 * r[4] - trace, z: r[5] + r[7])
        default: q = Quaternion(w: r[3] - r[1], x: r[2] + r[6], y: r[5] + r[7], z: 1 + 2 * r[8] - trace)
        }
        let found = q.normalised
        let matrix = RigidTransform(translation: .zero, rotation: found).matrix
        let isRotation = (0..<9).allSatisfy { abs(matrix[$0 / 3 * 4 + $0 % 3] - r[$0]) < 1e-3 }
        guard isRotation else { throw flaw("its R is no rotation") }
        return found
    }
}
