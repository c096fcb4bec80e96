public import ImageFiles

/// Pictures in another size.
public enum ScaledPicture {
    /// A picture as large as fits into a size, in its middle, white around it.
    ///
    /// - Throws: `ReportingError` for a size that cannot be drawn.
    public static func fit(_ picture: RGBImage, width: Int, height: Int) throws -> RGBImage {
        if picture.width == width, picture.height == height { return picture }
        let canvas = try Canvas(width: width, height: height)
        let scale = min(
            Double(width) / Double(max(1, picture.width)),
            Double(height) / Double(max(1, picture.height))
        )
        let size = (
            width: max(1, Int(Double(picture.width) * scale)), height: max(1, Int(Double(picture.height) * scale))
        )
        canvas.draw(
            picture,
            in: Rectangle(
                x: (width - size.width) / 2,
                y: (height - size.height) / 2,
                width: size.width,
                height: size.height
            )
        )
        return try canvas.finished()
    }
}
