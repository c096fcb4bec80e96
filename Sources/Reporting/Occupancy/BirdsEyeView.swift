public import ImageFiles
public import Scenes

/// An occupancy grid seen from above: each pixel is a column of voxels, coloured by its topmost occupied voxel.
///
/// Forward is up and left is left: row r and column c show x = last - r and y = last - c, as published pictures do.
public enum BirdsEyeView {
    /// How far the colours of unseen columns go towards grey.
    public static let dimming = 0.72
    /// What unseen columns go towards.
    public static let dimmed = Colour(228, 228, 232)

    /// Draws a grid, one pixel a column of voxels.
    ///
    /// - Parameters:
    ///   - grid: the labels.
    ///   - isDimmed: whether columns are dimmed whose shown voxel no camera sees (for empty columns: none of whose voxels).
    public static func image(_ grid: VoxelLabels, isDimmed: Bool = false) throws -> RGBImage {
        if let flaw = grid.flaw { throw ReportingError("cannot draw an occupancy grid: \(flaw)") }
        let (sizeX, sizeY, sizeZ) = (grid.shape[0], grid.shape[1], grid.shape[2])
        var image = RGBImage(width: sizeY, height: sizeX, red: 255, green: 255, blue: 255)
        for x in 0..<sizeX {
            for y in 0..<sizeY {
                let column = (x * sizeY + y) * sizeZ
                let top = (0..<sizeZ).last(where: { grid.semantics[column + $0] != OccupancyClass.freeLabel })
                var colour = OccupancyPalette.colours[
                    Int(top.map { grid.semantics[column + $0] } ?? OccupancyClass.freeLabel)
                ]
                if isDimmed, let mask = grid.maskCamera {
                    let shown = top.map { (column + $0)..<(column + $0 + 1) } ?? column..<(column + sizeZ)
                    let isSeen = mask[shown].contains { $0 != 0 }
                    if !isSeen { colour = colour.mixed(with: dimmed, dimming) }
                }
                image[sizeY - 1 - y, sizeX - 1 - x] = (colour.red, colour.green, colour.blue)
            }
        }
        return image
    }
}
