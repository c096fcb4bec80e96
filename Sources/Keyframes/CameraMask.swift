public import ImageFiles
public import Scenes

/// Masks of cameras.
public enum CameraMask {
    /// Reads a camera's mask as workers do: red is 0 where pixels are not to be used.
    ///
    /// - Parameters:
    ///   - camera: the camera, which has a mask.
    ///   - folder: the dataset's folder of pictures (`DatasetKind.pictureFolder`).
    /// - Returns: nil where the camera has no mask.
    /// - Throws: `ScenePredictionError` for a mask that cannot be read, or is of another size than the camera's pictures.
    public static func read(_ camera: CameraFrame, in folder: String) throws -> RGBImage? {
        try camera.maskPath.map { try CameraViews.mask("\(folder)/\($0)", camera) }
    }
}
