import Glibc

/// Files in memory for what opens files by their paths.
enum TemporaryPath {
    /// Calls a closure with the path of a new file of some bytes, which goes when the closure returns.
    static func with(_ bytes: [UInt8], suffix: String, _ body: (String) throws -> Void) rethrows {
        let path = "/dev/shm/occ-fuzz-\(getpid())\(suffix)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let written = write(descriptor, bytes, bytes.count)
        close(descriptor)
        defer { unlink(path) }
        demand(written == bytes.count, "'\(path)' cannot be written")
        try body(path)
    }
}
