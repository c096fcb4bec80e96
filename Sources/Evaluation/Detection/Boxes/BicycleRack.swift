public import Scenes

/// An annotated bicycle rack: bicycles and motorcycles whose centres are in it are not scored.
public struct BicycleRack: Equatable, Sendable {
    /// The category of racks.
    public static let category = "static_object.bicycle_rack"

    /// The centre in the global frame, metres.
    public let translation: SIMD3<Double>
    /// Width, length and height, metres.
    public let size: SIMD3<Double>
    /// The orientation in the global frame.
    public let rotation: Quaternion

    /// Makes a rack.
    public init(translation: SIMD3<Double>, size: SIMD3<Double>, rotation: Quaternion) {
        self.translation = translation
        self.size = size
        self.rotation = rotation
    }

    /// Whether a point is in the rack or on its surface.
    ///
    /// nuscenes-devkit's `points_in_box`: the point, seen from one corner, is projected on the three edges there.
    public func contains(_ point: SIMD3<Double>) -> Bool {
        let axes = rotation.axes
        func corner(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Double> {
            let local = SIMD3(size.y / 2 * x, size.x / 2 * y, size.z / 2 * z)
            // The rotation matrix times the corner, then the centre, row by row.
            let rotated = SIMD3(
                FusedSums.dot(SIMD3(axes.0.x, axes.1.x, axes.2.x), local),
                FusedSums.dot(SIMD3(axes.0.y, axes.1.y, axes.2.y), local),
                FusedSums.dot(SIMD3(axes.0.z, axes.1.z, axes.2.z), local)
            )
            return rotated + translation
        }
        let origin = corner(1, 1, 1)
        let edges = [corner(-1, 1, 1) - origin, corner(1, -1, 1) - origin, corner(1, 1, -1) - origin]
        let from = point - origin
        return edges.allSatisfy { edge in
            let along = FusedSums.dot(edge, from)
            return 0 <= along && along <= FusedSums.dot(edge, edge)
        }
    }
}
