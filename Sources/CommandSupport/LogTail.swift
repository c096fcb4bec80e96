internal import Foundation
internal import Glibc

/// The end of a log file.
public enum LogTail {
    /// Longest part of a line that is given, in characters.
    private static let longestLine = 240

    /// The last non-empty lines of a file after an offset, oldest first; empty when it cannot be read.
    ///
    /// Reads at most the file's last 16 KiB, and cuts long lines.
    public static func lines(ofFile path: String, from start: UInt64, count: Int) -> [String] {
        // A pipe in a file's place is refused, not waited for.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        defer { try? handle.close() }
        guard let size = try? handle.seekToEnd() else { return [] }
        try? handle.seek(toOffset: max(start, size > 16384 ? size - 16384 : 0))
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(count).map { line in
            line.count > longestLine ? line.prefix(longestLine) + " ..." : String(line)
        }
    }
}
