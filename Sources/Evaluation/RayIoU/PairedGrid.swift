internal import Scenes

/// Ground truth and prediction of a sample side by side, so that one walk along a ray meets both.
///
/// A cell holds both labels, each exclusive-or free: 0 means that the ray goes on. The grid has a border of one cell, in which
/// every walk ends: a ray leaves through a face and moves by one cell a step, so nothing else needs to look for the grid's end.
struct PairedGrid {
    /// Bits of the true label.
    static let truthBits: UInt16 = 0x1F
    /// Bits of the predicted label.
    static let predictionBits: UInt16 = 0x1F << predictionShift
    /// The bit of cells beyond the grid.
    static let outsideBit: UInt16 = 1 << 10

    /// Cells that an index moves for one step along x, y and z.
    static let strides = (x: (sizeY + 2) * (sizeZ + 2), y: sizeZ + 2, z: 1)
    static let (sizeX, sizeY, sizeZ) = (VoxelGrid.shape[0], VoxelGrid.shape[1], VoxelGrid.shape[2])

    private static let predictionShift: UInt16 = 5

    /// Cells with z fastest, then y, then x, border included.
    let cells: [UInt16]

    /// Pairs the labels of a sample.
    ///
    /// - Throws: `EvaluationError` naming the sample, for another number of voxels than 200 x 200 x 16 or a label beyond 17.
    init(prediction: [UInt8], semantics: [UInt8], sample: String) throws {
        try Self.check(prediction, .invalidPrediction, "the prediction", sample)
        try Self.check(semantics, .invalidGroundTruth, "the ground truth", sample)
        var cells = [UInt16](repeating: Self.outsideBit, count: (Self.sizeX + 2) * Self.strides.x)
        cells.withUnsafeMutableBufferPointer { cells in
            prediction.withUnsafeBufferPointer { prediction in
                semantics.withUnsafeBufferPointer { semantics in
                    let free = UInt16(OccupancyClass.freeLabel)
                    var voxel = 0
                    for x in 0..<Self.sizeX {
                        for y in 0..<Self.sizeY {
                            let cell = Self.index(x, y, 0)
                            for z in 0..<Self.sizeZ {
                                let predicted = (UInt16(prediction[voxel &+ z]) ^ free) &<< Self.predictionShift
                                cells[cell &+ z] = predicted | UInt16(semantics[voxel &+ z]) ^ free
                            }
                            voxel &+= Self.sizeZ
                        }
                    }
                }
            }
        }
        self.cells = cells
    }

    /// The cell of a voxel.
    static func index(_ x: Int, _ y: Int, _ z: Int) -> Int { (x + 1) * strides.x + (y + 1) * strides.y + z + 1 }

    /// Whether a voxel is one of the grid's.
    static func contains(_ x: Int, _ y: Int, _ z: Int) -> Bool {
        0 <= x && x < sizeX && 0 <= y && y < sizeY && 0 <= z && z < sizeZ
    }

    /// The true label in a cell.
    static func truth(_ cell: UInt16) -> Int { Int(cell & truthBits) ^ Int(OccupancyClass.freeLabel) }

    /// The predicted label in a cell.
    static func prediction(_ cell: UInt16) -> Int {
        Int((cell & predictionBits) >> predictionShift) ^ Int(OccupancyClass.freeLabel)
    }

    private static func check(_ labels: [UInt8], _ kind: EvaluationError.Kind, _ what: String, _ sample: String) throws
    {
        let voxels = sizeX * sizeY * sizeZ
        guard labels.count == voxels else {
            throw EvaluationError(
                kind,
                source: sample,
                "\(what) has \(labels.count) voxels, rays are cast through \(VoxelGrid.shape)"
            )
        }
        var largest: UInt8 = 0
        labels.withUnsafeBufferPointer { for label in $0 { largest = max(largest, label) } }
        guard largest >= UInt8(OccupancyClass.count) else { return }
        throw EvaluationError(
            kind,
            source: sample,
            "\(what) has labels up to \(largest); labels must be Occ3D-nuScenes' 0 to \(OccupancyClass.count - 1)"
        )
    }
}
