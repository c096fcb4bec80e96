public import Scenes
public import SystemSupport

extension CameraFrame {
    /// Opens the picture's file; the one place where pictures are opened.
    ///
    /// - Parameter folder: the dataset's folder of pictures (`DatasetKind.pictureFolder`).
    /// - Throws: `FileError` where the file cannot be opened; `DatasetProblem` for a picture inside a recording.
    public func openPicture(in folder: String) throws -> MappedFile {
        let path = "\(folder)/\(imagePath)"
        guard let recorded else { return try MappedFile(path: path) }
        throw DatasetProblem(
            .recordedPicture,
            file: path,
            byteOffset: UInt64(clamping: recorded.chunk ?? recorded.offset),
            found: "the picture of \(channel) is a message inside this recording, and this version reads no recordings",
            advice: "unpack the pictures into files and name them by path in the manifest"
        )
    }
}
