internal import Glibc

/// What can be said of a path: that something is there, that nothing is, or why neither can be told.
public enum Presence: Equatable, Sendable {
    /// Something is there, whatever it is.
    case present
    /// Nothing is there.
    case absent
    /// The system refused to say: a folder on the way may not be entered, or the disk does not answer.
    case unknown(FileError)
}

extension Folders {
    /// Looks for a path, following symbolic links.
    public static func presence(of path: String) -> Presence {
        var status = stat()
        if stat(path, &status) == 0 { return .present }
        // A part of the path that is a file holds nothing.
        return errno == ENOENT || errno == ENOTDIR ? .absent : .unknown(FileError.last("look for", path))
    }

    /// Whether something is at a path.
    ///
    /// - Throws: `FileError` where that cannot be told, so that what may not be looked at is never taken for what is not there.
    public static func isPresent(_ path: String) throws -> Bool {
        switch presence(of: path) {
        case .present: true
        case .absent: false
        case .unknown(let error): throw error
        }
    }
}
