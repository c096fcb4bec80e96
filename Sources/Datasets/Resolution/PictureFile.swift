public import Scenes
internal import SystemSupport

/// The bytes of a picture: a file of its own, or a message of a recording.
public struct PictureFile: Sendable {
    private enum Content {
        case file(MappedFile)
        case message(ArraySlice<UInt8>)
    }

    /// What errors name: the file's path; of a message the recording's path and its place there.
    public let path: String
    private let content: Content

    init(_ file: MappedFile) {
        path = file.path
        content = .file(file)
    }

    init(path: String, message: ArraySlice<UInt8>) {
        self.path = path
        content = .message(message)
    }

    /// Calls a closure with the bytes, which are there until it returns.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch content {
        case .file(let file): try file.withBytes(body)
        case .message(let bytes): try bytes.withUnsafeBytes(body)
        }
    }
}

extension CameraFrame {
    /// Opens the picture; the one place where pictures are opened.
    ///
    /// - Parameter folder: the dataset's folder of pictures (`DatasetKind.pictureFolder`).
    /// - Throws: `FileError` where the file or the recording cannot be opened or read; `DatasetProblem` for a message of a recording that is
    ///   not the picture which was written down.
    public func openPicture(in folder: String) throws -> PictureFile {
        let path = "\(folder)/\(imagePath)"
        guard let recorded else { return PictureFile(try MappedFile(path: path)) }
        return try RecordingPool.shared.picture(recorded, of: channel, in: path)
    }
}
