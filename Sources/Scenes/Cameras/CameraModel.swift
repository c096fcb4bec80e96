internal import Glibc

/// How a camera turns points of its frame into pixels and back: its intrinsic matrix and its lens.
///
/// The frame is x right, y down, z forward, metres. Pixel (0, 0) is the middle of the top left pixel.
public struct CameraModel: Hashable, Sendable {
    /// The upper two rows of the intrinsic matrix, pixels: [a b cx; c d cy].
    private let across: SIMD3<Double>
    private let down: SIMD3<Double>
    private let determinant: Double
    /// The lens.
    public let lens: CameraLens

    /// Makes a model.
    ///
    /// - Parameters:
    ///   - intrinsics: 3 x 3, row-major, 9 values, the last row 0 0 1; pixels.
    ///   - lens: the lens.
    /// - Returns: nil where the matrix is of another form or cannot be inverted.
    public init?(intrinsics k: [Double], lens: CameraLens = .none) {
        guard k.count == 9, k.allSatisfy(\.isFinite), k[6] == 0, k[7] == 0, k[8] == 1 else { return nil }
        let determinant = k[0] * k[4] - k[1] * k[3]
        guard determinant.isFinite, abs(determinant) > 1e-12 * (abs(k[0] * k[4]) + abs(k[1] * k[3])) else { return nil }
        across = SIMD3(k[0], k[1], k[2])
        down = SIMD3(k[3], k[4], k[5])
        self.determinant = determinant
        self.lens = lens
    }

    /// The pixel of a point of the camera's frame; nil where the camera does not see that way.
    ///
    /// Whether the pixel lies within the picture is for the caller to see.
    public func project(_ point: SIMD3<Double>) -> SIMD2<Double>? {
        guard point.isFinite, !isBeyondAngle(point), let place = place(of: point), place.isFinite else { return nil }
        let pixel = SIMD2(
            across.x * place.x + across.y * place.y + across.z,
            down.x * place.x + down.y * place.y + down.z
        )
        return pixel.isFinite ? pixel : nil
    }

    /// The unit direction in the camera's frame that a pixel sees; nil where it sees none.
    public func unproject(_ pixel: SIMD2<Double>) -> SIMD3<Double>? {
        guard pixel.isFinite else { return nil }
        let u = pixel.x - across.z
        let v = pixel.y - down.z
        let place = SIMD2((down.y * u - across.y * v) / determinant, (across.x * v - down.x * u) / determinant)
        guard let direction = direction(of: place), direction.isFinite, !isBeyondAngle(direction) else { return nil }
        return direction / (direction * direction).sum().squareRoot()
    }

    private func place(of d: SIMD3<Double>) -> SIMD2<Double>? {
        guard (d * d).sum() > 0 else { return nil }
        switch lens.model {
        case .none: return d.z > 0 ? SIMD2(d.x, d.y) / d.z : nil
        case .opencv(let lens): return d.z > 0 ? lens.distorted(SIMD2(d.x, d.y) / d.z) : nil
        case .kb4(let lens): return lens.projected(d)
        case .ftheta(let lens): return lens.projected(d)
        case .mei(let lens): return lens.projected(d)
        }
    }

    private func direction(of place: SIMD2<Double>) -> SIMD3<Double>? {
        switch lens.model {
        case .none: return SIMD3(place.x, place.y, 1)
        case .opencv(let lens): return lens.undistorted(place).map { SIMD3($0.x, $0.y, 1) }
        case .kb4(let lens): return lens.direction(place)
        case .ftheta(let lens): return lens.direction(place)
        case .mei(let lens): return lens.direction(place)
        }
    }

    private func isBeyondAngle(_ d: SIMD3<Double>) -> Bool {
        guard let limit = lens.maximumAngle_rad else { return false }
        return atan2((d.x * d.x + d.y * d.y).squareRoot(), d.z) > limit
    }
}
