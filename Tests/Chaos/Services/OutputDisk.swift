import Foundation

/// The file system of the output folders: a small one of its own where that is possible, so that it can be filled and locked.
final class OutputDisk {
    static let sizeMebibytes = 640

    let path: String
    /// Whether it is a file system of its own.
    let isSmall: Bool

    init(path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        isSmall =
            geteuid() == 0
            && Shell.succeeds(["mount", "-t", "tmpfs", "-o", "size=\(Self.sizeMebibytes)m,mode=755", "chaos", path])
    }

    private var filler: String { path + "/filler" }

    /// Leaves no byte free.
    func fill() {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        for size in [1 << 20, 4096] {
            let block = [UInt8](repeating: 1, count: size)
            while write(descriptor, block, size) == size {}
        }
    }

    func empty() {
        unlink(filler)
    }

    /// False while somebody has a file open for writing.
    func setReadOnly(_ isReadOnly: Bool) -> Bool {
        Shell.succeeds(["mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", path])
    }

    func remove() {
        if isSmall { _ = Shell.succeeds(["umount", "-l", path]) }
    }
}
