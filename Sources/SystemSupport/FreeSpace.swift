internal import Glibc

/// Room on a file system.
public enum FreeSpace {
    /// Bytes that this user may still write where a path lies; nil where the system does not say.
    ///
    /// Blocks for as long as the file system does: a file server that is gone may hold it up for minutes.
    public static func bytes(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
        )
    }
}
