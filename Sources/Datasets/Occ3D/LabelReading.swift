internal import Glibc
public import Scenes

/// What is there as a sample's voxel labels.
public enum LabelReading: Sendable {
    /// A whole one.
    case labels(VoxelLabels)
    /// None at all.
    case absent
    /// One that must not or cannot be read, and why.
    case unreadable(String)
    /// Something else, and what.
    case damaged(String)

    /// The labels where they are whole; nil otherwise.
    public var whole: VoxelLabels? {
        if case .labels(let labels) = self { labels } else { nil }
    }

    /// Looks at Occ3D's file of a sample.
    init(occ3DFile path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            self =
                [ENOENT, ENOTDIR].contains(code) ? .absent : .unreadable("\(path): \(String(cString: strerror(code)))")
            return
        }
        guard access(path, R_OK) == 0 else {
            self = .unreadable("\(path): \(String(cString: strerror(errno)))")
            return
        }
        do {
            self = .labels(try Occ3DFile.read(path))
        } catch {
            // The file's name and what to do stand in every problem; here they would stand there for every sample.
            self = .damaged(error.problems.first?.found ?? "\(error)")
        }
    }
}
