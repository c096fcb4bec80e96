internal import Foundation

/// Cores that inference can use.
public enum PhysicalCores {
    /// The number of physical cores that this process may use, at least 1: those of its affinity mask, no more than the CPU quotas of
    /// its control group and of those above it, and no more than Slurm gave its task.
    public static func count() -> Int {
        let granted = granted(in: ProcessInfo.processInfo.environment)
        return max(1, min(allowed(), CPUQuota.wholeCores() ?? Int.max, granted ?? Int.max))
    }

    /// How many CPUs Slurm gave this task (`--cpus-per-task`); nil outside of Slurm, and where the job did not say.
    ///
    /// A cluster that does not bind tasks (`TaskPlugin=task/none`) leaves them every CPU of the host.
    static func granted(in environment: [String: String]) -> Int? {
        environment["SLURM_CPUS_PER_TASK"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// The processor's name as Linux has it; nil where it has none.
    public static var processorName: String? {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("model name") }),
            let colon = line.firstIndex(of: ":")
        else { return nil }
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }

    /// Physical cores of the affinity mask.
    private static func allowed() -> Int {
        let cpus = firstCPUs()
        return cpus.isEmpty ? max(1, ProcessInfo.processInfo.activeProcessorCount) : cpus.count
    }

    /// The first CPU of every physical core of the affinity mask, those of a memory node together; empty where Linux's files cannot be
    /// read.
    ///
    /// Two hardware threads of one core share its vector units, so a second inference thread there gains nothing. From Linux's topology
    /// files for the CPUs of `Cpus_allowed_list`.
    public static func firstCPUs() -> [Int] {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") })
        else { return [] }
        var cores: Set<String> = []
        var cpus: [Int] = []
        for cpu in numbers(inList: line.dropFirst("Cpus_allowed_list:".count)) {
            let path = "/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"
            guard let siblings = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
            if cores.insert(siblings.trimmingCharacters(in: .whitespacesAndNewlines)).inserted { cpus.append(cpu) }
        }
        let nodes = memoryNodes()
        return cpus.sorted { (nodes[$0] ?? 0, $0) < (nodes[$1] ?? 0, $1) }
    }

    /// The memory node of each CPU; empty where there is one alone or none can be read.
    private static func memoryNodes() -> [Int: Int] {
        let folder = "/sys/devices/system/node"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var nodes: [Int: Int] = [:]
        for name in names where name.hasPrefix("node") {
            guard let node = Int(name.dropFirst(4)),
                let list = try? String(contentsOfFile: "\(folder)/\(name)/cpulist", encoding: .utf8)
            else { continue }
            for cpu in numbers(inList: list.trimmingCharacters(in: .whitespacesAndNewlines)) { nodes[cpu] = node }
        }
        return nodes
    }

    /// The numbers of a kernel list such as "0-3,8"; parts that are none are left out, and at most 8,192 are made.
    static func numbers(inList text: some StringProtocol) -> [Int] {
        let parts = text.split(separator: ",").map { part in String(part.filter { !$0.isWhitespace }) }
        return Array(
            parts.flatMap { part -> [Int] in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                guard let first = ends.first, let last = ends.last, first >= 0, first <= last, last < 8192 else {
                    return []
                }
                return Array(first...last)
            }.prefix(8192)
        )
    }
}
