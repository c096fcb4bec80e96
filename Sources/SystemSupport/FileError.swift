internal import Glibc

/// A file operation that the operating system refused.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, as a verb phrase: "open", "map", "write", "rename to /x/y".
    public let operation: String
    /// The path on which it was done.
    public let path: String
    /// The `errno` value of the failed call; 0 where no call failed but what was found is wrong.
    public let code: Int32
    /// What was found and what to do next, where the error number alone does not tell.
    public let detail: String?

    /// Makes an error from its parts.
    public init(operation: String, path: String, code: Int32, detail: String? = nil) {
        self.operation = operation
        self.path = path
        self.code = code
        self.detail = detail
    }

    /// Makes an error from the current `errno`; call it straight after the failed call.
    public static func last(_ operation: String, _ path: String) -> FileError {
        FileError(operation: operation, path: path, code: errno)
    }

    /// Whether the file or one of its folders does not exist.
    public var isNotFound: Bool { code == ENOENT }

    /// Whether a folder stands in the file's place.
    public var isFolder: Bool { code == EISDIR }

    /// Whether this process may not do it, so that rights are to be mended and nothing is missing.
    public var isNotAllowed: Bool { [EACCES, EPERM, EROFS].contains(code) }

    /// One line for people: operation, path, reason, advice; of a path that may not be used, whose it is.
    public var description: String {
        var text = "cannot \(operation) '\(path)'"
        if code != 0 { text += ": \(String(cString: strerror(code)))" }
        if let detail { text += (code == 0 ? ": " : "; ") + detail }
        if code == EACCES || code == EPERM, let advice = AccessAdvice.text(for: path) { text += "; " + advice }
        if code == ENOSPC || code == EDQUOT { text += "; free some space there and run the same command again" }
        return text
    }
}
