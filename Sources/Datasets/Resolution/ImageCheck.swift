internal import Glibc

/// How far image files are looked at while a dataset is resolved.
public enum ImageCheck: String, Hashable, Sendable, CaseIterable {
    /// Not at all: the machine that submits does not have the images.
    case none
    /// Each must be a regular, readable file of at least one byte (one `stat` and one `access` an image).
    case present
    /// Each must also start as a JPEG or PNG file does (one `open` and one `read` an image more).
    case signature

    /// What is wrong with an image file, or nil.
    ///
    /// - Returns: the sort of problem and what was found.
    func inspect(_ path: String) -> (kind: DatasetProblem.Kind, found: String)? {
        if self == .none { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            let missing = code == ENOENT || code == ENOTDIR
            return (
                missing ? .missingImage : .badImage,
                missing
                    ? "the image file does not exist" : "cannot inspect the image: \(String(cString: strerror(code)))"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return (.badImage, "the image is not a regular file") }
        guard status.st_size > 0 else { return (.badImage, "the image file is empty (0 bytes)") }
        guard access(path, R_OK) == 0 else {
            return (.badImage, "cannot read the image: \(String(cString: strerror(errno)))")
        }
        return self == .signature ? inspectSignature(path) : nil
    }

    private func inspectSignature(_ path: String) -> (kind: DatasetProblem.Kind, found: String)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            return (.badImage, "cannot open the image: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: 8)
        let count = start.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { return (.badImage, "cannot read the image: \(String(cString: strerror(errno)))") }
        let isJPEG = count >= 3 && start[0..<3] == [0xFF, 0xD8, 0xFF]
        let isPNG = count == 8 && start == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        return isJPEG || isPNG ? nil : (.badImage, "the image starts neither as a JPEG nor as a PNG file does")
    }
}
