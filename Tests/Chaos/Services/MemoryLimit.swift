import Foundation

/// A control group with a bound on memory.
final class MemoryLimit {
    private let folder: String

    /// Why there can be none; nil where there can.
    static func obstacle(_ arena: Arena) -> String? {
        guard let limit = try? MemoryLimit(bytes: 1 << 30) else { return "the kernel gives no memory control group" }
        limit.remove()
        return nil
    }

    init(bytes: Int) throws {
        let name = "occ-chaos-\(getpid())"
        for (root, file) in [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")] {
            let folder = "\(root)/\(name)"
            guard mkdir(folder, 0o755) == 0 else { continue }
            if (try? "\(bytes)".write(toFile: "\(folder)/\(file)", atomically: false, encoding: .utf8)) != nil {
                self.folder = folder
                return
            }
            rmdir(folder)
        }
        throw ChaosFailure("no memory control group can be made")
    }

    /// Makes a folder of programs whose workers, and nothing else, live under the bound.
    ///
    /// A scheduler starts the worker that stands beside it.
    func programs(from programs: String, in folder: String) throws -> String {
        let files = FileManager.default
        try? files.removeItem(atPath: folder)
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try files.copyItem(atPath: programs + "/occ-scheduler", toPath: folder + "/occ-scheduler")
        let script = """
            #!/bin/sh
            echo $$ > '\(self.folder)/cgroup.procs'
            exec '\(programs)/occ-worker' "$@"

            """
        try script.write(toFile: folder + "/occ-worker", atomically: true, encoding: .utf8)
        chmod(folder + "/occ-worker", 0o755)
        return folder
    }

    func remove() {
        // Empty as soon as its last process is gone.
        for _ in 0..<50 where rmdir(folder) != 0 && errno == EBUSY { usleep(100_000) }
    }
}
