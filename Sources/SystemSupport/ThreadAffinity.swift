internal import CAffinity
internal import Glibc

/// The CPU that a thread runs on.
public enum ThreadAffinity {
    /// Keeps the calling thread on one CPU.
    ///
    /// - Returns: whether the system did so; not for a CPU that the process may not use.
    public static func pin(cpu: Int) -> Bool {
        var set = cpu_set_t()
        let size = MemoryLayout<cpu_set_t>.size
        guard cpu >= 0, cpu < size * 8 else { return false }
        withUnsafeMutableBytes(of: &set) { $0[cpu / 8] |= 1 << UInt8(cpu % 8) }
        return sched_setaffinity(0, size, &set) == 0
    }

    /// The CPUs that the calling thread may run on.
    public static func cpus() -> [Int] {
        var set = cpu_set_t()
        let size = MemoryLayout<cpu_set_t>.size
        guard sched_getaffinity(0, size, &set) == 0 else { return [] }
        return withUnsafeBytes(of: &set) { bytes in
            (0..<(size * 8)).filter { bytes[$0 / 8] & 1 << UInt8($0 % 8) != 0 }
        }
    }
}
