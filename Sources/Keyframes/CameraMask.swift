internal import Datasets
public import ImageFiles
public import Scenes
internal import SystemSupport

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
        guard let name = camera.maskPath else { return nil }
        let path = "\(folder)/\(name)"
        let bytes: MappedFile
        do {
            bytes = try MappedFile(path: path)
        } catch {
            throw ScenePredictionError(
                description: "\(camera.channel): its mask cannot be read: \(error)",
                isRetryable: true
            )
        }
        let mask: RGBImage
        do {
            mask = try bytes.withBytes { try PNGDecoder.decode(Array($0)) }
        } catch {
            throw ScenePredictionError(
                description: "\(camera.channel): its mask '\(path)' cannot be decoded: \(error)",
                isRetryable: false
            )
        }
        guard camera.isOfSize(width: mask.width, height: mask.height) else {
            throw ScenePredictionError(
                description:
                    "\(camera.channel): its mask '\(path)' is \(mask.width) x \(mask.height) pixels, the camera's pictures are"
                    + " \(camera.width) x \(camera.height)",
                isRetryable: false
            )
        }
        return mask
    }
}
