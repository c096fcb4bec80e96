/// Labels of a box of voxels around the car, as the networks and Occ3D files hold them.
public struct OccupancyGrid: Equatable, Sendable {
    /// Voxels along x (forward), y (left) and z (up).
    public let shape: [Int]
    /// Labels in row-major order of (x, y, z).
    public let labels: [UInt8]
    /// 1 where a camera sees the voxel (Occ3D's `mask_camera`), in the same order; nil where nobody says.
    public let cameraMask: [UInt8]?

    /// Makes a grid.
    ///
    /// - Throws: `ReportingError` where the labels or the mask do not fit the shape, or a label is unknown.
    public init(labels: [UInt8], cameraMask: [UInt8]? = nil, shape: [Int] = [200, 200, 16]) throws {
        guard shape.count == 3, shape.allSatisfy({ (1...1024).contains($0) }),
            shape.reduce(1, *) == labels.count, cameraMask.map({ $0.count == labels.count }) ?? true
        else {
            throw ReportingError(
                "cannot draw an occupancy grid: \(labels.count) labels and \(cameraMask?.count ?? 0) mask bytes do not "
                    + "fit shape \(shape)"
            )
        }
        if let wrong = labels.first(where: { $0 > OccupancyPalette.free }) {
            throw ReportingError(
                "cannot draw an occupancy grid: label \(wrong) is unknown, labels are 0 to \(OccupancyPalette.free)"
            )
        }
        self.shape = shape
        self.labels = labels
        self.cameraMask = cameraMask
    }
}
