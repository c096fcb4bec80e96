internal import TensorRuntime

/// Points of the frustums sorted into cells of the grid: what `bev_pool_v2` needs, once per calibration.
///
/// Within a cell, points stand in the published order: camera, depth, row, column.
final class VoxelPooling: Sendable {
    /// That of the frame that is brought onto the grid.
    static let ofFrame = InputSlot<VoxelPooling>("the frame's place on the grid")

    /// Index of each point's depth probability, `[camera, pixel, bin]`.
    let depths: [Int32]
    /// Index of each point's feature vector, `[camera, pixel]`.
    let features: [Int32]
    /// First point of every interval, and the number of points at the end.
    let starts: [Int32]
    /// Cell of every interval, ascending.
    let cells: [Int32]

    /// Sorts points.
    ///
    /// - Parameters:
    ///   - cells: the cell of every point `[camera, bin, pixel]`, or -1 outside the grid.
    init(cells pointCells: [Int32], bins: Int, pixels: Int, cellCount: Int) {
        var next = [Int32](repeating: 0, count: cellCount + 1)
        for cell in pointCells where cell >= 0 { next[Int(cell) + 1] += 1 }
        for cell in 0..<cellCount { next[cell + 1] += next[cell] }
        let total = Int(next[cellCount])
        var starts: [Int32] = []
        var cells: [Int32] = []
        for cell in 0..<cellCount where next[cell + 1] > next[cell] {
            starts.append(next[cell])
            cells.append(Int32(cell))
        }
        starts.append(Int32(total))
        var depths = [Int32](repeating: 0, count: total)
        var features = depths
        let cameras = pointCells.count / (bins * pixels)
        for camera in 0..<cameras {
            for bin in 0..<bins {
                let first = (camera * bins + bin) * pixels
                for pixel in 0..<pixels {
                    let cell = pointCells[first + pixel]
                    guard cell >= 0 else { continue }
                    let slot = Int(next[Int(cell)])
                    next[Int(cell)] += 1
                    features[slot] = Int32(truncatingIfNeeded: camera * pixels + pixel)
                    depths[slot] = Int32(truncatingIfNeeded: (camera * pixels + pixel) * bins + bin)
                }
            }
        }
        self.depths = depths
        self.features = features
        self.starts = starts
        self.cells = cells
    }
}
