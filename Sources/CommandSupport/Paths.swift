internal import Foundation

/// Paths as people type them.
public enum Paths {
    /// The absolute path, with `.` and `..` resolved and no slash at its end; symbolic links stay as they are.
    public static func absolute(_ path: String) -> String {
        let url = URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL
        return url.path
    }
}
