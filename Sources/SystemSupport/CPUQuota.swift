internal import Foundation

/// The CPU time that control groups allow this process, as whole cores.
///
/// A group's quota binds all groups below it, so the smallest on the way from the process's own group up to the root of the mounted
/// hierarchy counts. Both hierarchies may be there: version 2 (`cpu.max`) and version 1 (`cpu.cfs_quota_us` over
/// `cpu.cfs_period_us`).
enum CPUQuota {
    /// Cores that this process may use up, rounded down, at least 1; nil where no group sets a limit.
    static func wholeCores() -> Int? {
        func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
        guard let groups = read("/proc/self/cgroup") else { return nil }
        return wholeCores(groups: groups, mounts: read("/proc/self/mountinfo") ?? "", read: read)
    }

    /// The same from the texts of files.
    ///
    /// - Parameters:
    ///   - groups: `/proc/self/cgroup`: lines `number:controllers:path`, version 2 with no controllers.
    ///   - mounts: `/proc/self/mountinfo`.
    ///   - read: the text of a file, nil where it cannot be read.
    static func wholeCores(groups: String, mounts: String, read: (String) -> String?) -> Int? {
        let hierarchies = mounts.split(separator: "\n").compactMap { Hierarchy(mountLine: $0) }
        var least: Double?
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isVersion2 = parts[1].isEmpty
            guard isVersion2 || parts[1].split(separator: ",").contains("cpu") else { continue }
            for hierarchy in hierarchies where hierarchy.isVersion2 == isVersion2 {
                for folder in hierarchy.folders(ofGroup: String(parts[2])) {
                    guard let cores = isVersion2 ? version2(folder, read) : version1(folder, read) else { continue }
                    least = min(least ?? cores, cores)
                }
            }
        }
        return least.map { max(1, Int($0)) }
    }

    /// `cpu.max`: "400000 100000" is four cores, "max 100000" no limit.
    private static func version2(_ folder: String, _ read: (String) -> String?) -> Double? {
        guard let parts = read(folder + "/cpu.max")?.split(whereSeparator: \.isWhitespace), parts.count == 2 else {
            return nil
        }
        return cores(parts[0], parts[1])
    }

    /// Two files of microseconds; a quota of -1 is no limit.
    private static func version1(_ folder: String, _ read: (String) -> String?) -> Double? {
        guard let quota = read(folder + "/cpu.cfs_quota_us"), let period = read(folder + "/cpu.cfs_period_us") else {
            return nil
        }
        return cores(quota[...], period[...])
    }

    private static func cores(_ quota: Substring, _ period: Substring) -> Double? {
        guard let quota = Double(quota.filter { !$0.isWhitespace }), quota > 0, quota.isFinite,
            let period = Double(period.filter { !$0.isWhitespace }), period > 0, period.isFinite, quota / period < 1e6
        else { return nil }
        return quota / period
    }

    /// A mounted hierarchy that can hold quotas.
    private struct Hierarchy {
        let isVersion2: Bool
        /// The group that is seen at the mount point: `/`, or a container's own.
        let root: String
        let mountPoint: String

        /// Reads one line of `mountinfo`, nil for other file systems and for version 1 hierarchies without `cpu`.
        ///
        /// Its fields: id, parent, device, root, mount point, options, any number of others, "-", type, source, options of the file
        /// system.
        init?(mountLine: Substring) {
            let fields = mountLine.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { return nil }
            switch fields[dash + 1] {
            case "cgroup2": isVersion2 = true
            case "cgroup" where fields[dash + 3].split(separator: ",").contains("cpu"): isVersion2 = false
            default: return nil
            }
            root = Self.unescaped(fields[3])
            mountPoint = Self.unescaped(fields[4])
        }

        /// The group's folder and those above it, up to the mount point.
        func folders(ofGroup group: String) -> [String] {
            var names: [Substring] = []
            let prefix = root == "/" ? "" : root
            // In a container, the group's path may be the host's while the mount shows the container's group only; a path with
            // ".." leads out of what is mounted.
            if group == prefix || group.hasPrefix(prefix + "/"), !group.split(separator: "/").contains("..") {
                names = group.dropFirst(prefix.count).split(separator: "/")
            }
            let base = mountPoint == "/" ? "" : mountPoint
            return (0...names.count).reversed().map { count in
                ([base] + names.prefix(count).map(String.init)).joined(separator: "/")
            }
        }

        /// Blanks, tabs, line breaks and backslashes stand as `\` and three octal digits.
        private static func unescaped(_ text: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while let byte = rest.popFirst() {
                let digits = rest.prefix(3)
                if byte == UInt8(ascii: "\\"), digits.count == 3,
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
                {
                    bytes.append(value)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
