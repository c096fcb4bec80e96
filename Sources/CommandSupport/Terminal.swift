internal import Glibc
internal import Synchronization
internal import SystemSupport

/// Text for people, on standard error, so that standard output carries only what a program asked for.
public enum Terminal {
    /// Whether a progress line stands on the terminal, and the lock that keeps lines of several threads whole.
    private static let progressIsShown = Mutex(false)

    /// Whether people look at standard error.
    public static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// The width of the terminal in columns; 100 where there is none.
    public static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }

    /// Writes one line to standard error, above the progress line if there is one.
    public static func say(_ line: String) {
        progressIsShown.withLock { isShown in
            write((isShown ? "\r\u{1B}[K" : "") + line + "\n", to: STDERR_FILENO)
            isShown = false
        }
    }

    /// Shows a progress line: redrawn in place on a terminal, a line of its own elsewhere.
    public static func showProgress(_ line: String) {
        progressIsShown.withLock { isShown in
            if isInteractive {
                write("\r\u{1B}[K" + line, to: STDERR_FILENO)
                isShown = true
            } else {
                write(line + "\n", to: STDERR_FILENO)
            }
        }
    }

    /// What the operating system said when it refused standard output, other than that nobody reads it.
    static var outputError: FileError? { lostOutput.withLock { $0 } }
    private static let lostOutput = Mutex<FileError?>(nil)

    /// Writes to standard output, whole; a command whose output is lost ends with an error (`CommandEntry`).
    ///
    /// - Returns: whether somebody still reads it; false for `| head` that has had enough.
    @discardableResult
    public static func output(_ text: String) -> Bool {
        guard !write(text, to: STDOUT_FILENO) else { return true }
        let error = FileError.last("write", "standard output")
        if error.code != EPIPE { lostOutput.withLock { $0 = $0 ?? error } }
        return false
    }

    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR { return false }
            if count > 0 { bytes = bytes.dropFirst(count) }
        }
        return true
    }
}
