import Glibc

/// Lines for people on standard output, at once: what was said before a crash must not be lost in a buffer.
nonisolated func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}
