/// Which features of a camera see nothing of the world, from what is known of its pixels.
public enum IgnoredFeatures {
    /// Points looked at along each side of a feature.
    private static let points = 4

    /// Marks the features of which more than half sees nothing.
    ///
    /// - Parameters:
    ///   - geometry: how the picture becomes the network's input.
    ///   - downsample: input pixels along a side of a feature.
    ///   - isUsable: whether a pixel of the picture (column, row) sees the world. Points outside the picture never do.
    /// - Returns: `[feature height, feature width]`, 1 is left out; empty where none is.
    public static func of(
        _ geometry: ImageGeometry,
        downsample: Int,
        isUsable: (_ column: Int, _ row: Int) -> Bool
    ) -> [UInt8] {
        let (width, height) = (geometry.inputWidth / downsample, geometry.inputHeight / downsample)
        let step = Double(downsample) / Double(points)
        var ignored = [UInt8](repeating: 0, count: width * height)
        for feature in ignored.indices {
            let (row, column) = feature.quotientAndRemainder(dividingBy: width)
            var seeing = 0
            for point in 0..<(points * points) {
                let across = Double(column * downsample) + (Double(point % points) + 0.5) * step
                let down = Double(row * downsample) + (Double(point / points) + 0.5) * step
                let x = Int(((across + Double(geometry.cropLeft)) / geometry.resize).rounded(.down))
                let y = Int(((down + Double(geometry.cropTop)) / geometry.resize).rounded(.down))
                if (0..<geometry.sourceWidth).contains(x), (0..<geometry.sourceHeight).contains(y), isUsable(x, y) {
                    seeing += 1
                }
            }
            if seeing * 2 < points * points { ignored[feature] = 1 }
        }
        return ignored.contains(1) ? ignored : []
    }
}
