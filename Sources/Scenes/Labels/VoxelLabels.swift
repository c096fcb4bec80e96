/// The occupancy of the space around the car at one sample: a label a voxel, and which voxels were observed.
///
/// Labels and masks are flattened with z fastest; ground truth, predictions and pictures share this value.
public struct VoxelLabels: Hashable, Sendable {
    /// Voxels along x, y and z.
    public let shape: [Int]
    /// The label of each voxel, an `OccupancyClass`.
    public let semantics: [UInt8]
    /// Not 0 where the lidar observed the voxel; nil where nobody says.
    public let maskLidar: [UInt8]?
    /// Not 0 where a camera sees the voxel; nil where nobody says.
    public let maskCamera: [UInt8]?

    /// Makes labels; `flaw` judges them.
    public init(
        semantics: [UInt8],
        maskLidar: [UInt8]? = nil,
        maskCamera: [UInt8]? = nil,
        shape: [Int] = VoxelGrid.shape
    ) {
        self.semantics = semantics
        self.maskLidar = maskLidar
        self.maskCamera = maskCamera
        self.shape = shape
    }

    /// What does not fit together, or nil: a shape of other than three sides of 1 to 1024 voxels, an array of another size, an unknown
    /// label.
    public var flaw: String? {
        guard shape.count == 3, shape.allSatisfy({ (1...1024).contains($0) }) else {
            return "the shape \(shape) is not three sides of 1 to 1024 voxels"
        }
        let count = shape.reduce(1, *)
        for (name, array) in [("labels", semantics), ("mask_lidar", maskLidar), ("mask_camera", maskCamera)] {
            if let array, array.count != count {
                return "\(array.count) voxels in \(name) do not fit the shape \(shape)"
            }
        }
        guard let highest = semantics.max(), highest > OccupancyClass.freeLabel else { return nil }
        return "label \(highest) is unknown; labels are 0 to \(OccupancyClass.freeLabel)"
    }
}
