internal import Foundation
internal import Glibc
internal import Synchronization
internal import SystemSupport

/// Text for people, on standard error, so that standard output carries only what a program asked for.
///
/// A command that is done once it has said everything waits for a slow reader (`verify 2>&1 | less`). One that decides while it
/// speaks must not: after `neverWait` a `LineWriter` waits, on its own thread, and what finds no room is dropped and counted.
public enum Terminal {
    private static let waitsForReaders = Mutex(true)

    /// From here on nobody who says something waits for whoever reads standard error.
    public static func neverWait() { waitsForReaders.withLock { $0 = false } }

    /// The program that speaks, where it speaks JSON; nil for lines of text.
    private static let jsonSpeaker = Mutex<String?>(nil)

    /// How what is said is written.
    public static var logFormat: LogFormat { jsonSpeaker.withLock { $0 == nil ? .text : .json } }

    /// From here on what is said is one JSON object a line.
    static func speakJSON(as program: String) { jsonSpeaker.withLock { $0 = program } }

    /// A line as it is written, with its line break.
    static func formatted(_ line: String) -> String {
        guard let program = jsonSpeaker.withLock({ $0 }) else { return line + "\n" }
        return LogLine(said: line, seconds: Date().timeIntervalSince1970, logger: program).json
    }

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
            writeError((isShown ? "\r\u{1B}[K" : "") + formatted(line))
            isShown = false
        }
    }

    /// Shows a progress line: redrawn in place on a terminal, a line of its own elsewhere.
    public static func showProgress(_ line: String) {
        progressIsShown.withLock { isShown in
            if isInteractive, logFormat == .text {
                writeError("\r\u{1B}[K" + line)
                isShown = true
            } else {
                writeError(formatted(line))
            }
        }
    }

    private static func writeError(_ text: String) {
        if waitsForReaders.withLock({ $0 }) {
            write(text, to: STDERR_FILENO)
        } else {
            LineWriter.standardError.write(text)
        }
    }

    /// Waits a moment for what was said after `neverWait` to be read; for the end of a program, and before anything that must come after it.
    ///
    /// - Returns: whether it was.
    @discardableResult
    public static func flush(seconds: Double = 1) -> Bool { LineWriter.standardError.flush(seconds: seconds) }

    /// What the operating system said when it refused standard output, other than that nobody reads it.
    static var outputError: FileError? { lostOutput.withLock { $0 } }
    private static let lostOutput = Mutex<FileError?>(nil)

    /// Writes to standard output, whole; a command whose output is lost ends with an error (`CommandEntry`).
    ///
    /// - Returns: whether somebody still reads it; false for `| head` that has had enough.
    @discardableResult
    public static func output(_ text: String) -> Bool {
        // Where both go to one terminal or file, they stand in the order in which they were said.
        flush()
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
