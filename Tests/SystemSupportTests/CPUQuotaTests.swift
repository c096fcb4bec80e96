import Testing

@testable import SystemSupport

/// Quotas of control groups as containers, systemd and Slurm set them; no file of this machine is read.
@Suite("CPU quotas") struct CPUQuotaTests {
    private static let version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let version1 = """
        31 23 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
        32 31 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        33 31 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        34 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset

        """

    private func cores(_ groups: String, _ mounts: String, _ files: [String: String]) -> Int? {
        CPUQuota.wholeCores(groups: groups, mounts: mounts) { files[$0] }
    }

    @Test(
        "One group of version 2",
        arguments: [("400000 100000\n", 4), ("50000 100000", 1), ("max 100000", nil), ("", nil)]
    )
    func oneGroup(text: String, expected: Int?) {
        #expect(cores("0::/\n", Self.version2, ["/sys/fs/cgroup/cpu.max": text]) == expected)
        #expect(PhysicalCores.count() >= 1)
    }

    @Test("The smallest quota on the way up counts: a systemd slice over a Slurm step")
    func nested() {
        let groups = "0::/system.slice/slurmstepd.scope/job_7/step_0\n"
        let job = "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7"
        #expect(cores(groups, Self.version2, [job + "/cpu.max": "800000 100000"]) == 8)
        #expect(
            cores(
                groups,
                Self.version2,
                [
                    job + "/step_0/cpu.max": "max 100000", job + "/cpu.max": "800000 100000",
                    "/sys/fs/cgroup/system.slice/cpu.max": "350000 100000",
                ]
            ) == 3
        )
        #expect(cores(groups, Self.version2, [job + "/step_0/cpu.max": "200000 100000", job + "/cpu.max": "8 1"]) == 2)
        // A neighbour's quota is not ours.
        #expect(cores(groups, Self.version2, ["/sys/fs/cgroup/user.slice/cpu.max": "100000 100000"]) == nil)
    }

    @Test("Version 1: quota over period; -1 is no limit; memory and cpuset hold none")
    func versionOne() {
        let groups = "5:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n3:cpuset:/docker/a\n0::/\n"
        let cpu = "/sys/fs/cgroup/cpu,cpuacct"
        func files(_ own: String, _ above: String) -> [String: String] {
            [
                cpu + "/docker/a/cpu.cfs_quota_us": own, cpu + "/docker/a/cpu.cfs_period_us": "100000\n",
                cpu + "/docker/cpu.cfs_quota_us": above, cpu + "/docker/cpu.cfs_period_us": "50000\n",
                cpu + "/cpu.cfs_quota_us": "-1\n", cpu + "/cpu.cfs_period_us": "100000\n",
            ]
        }
        #expect(cores(groups, Self.version1, files("600000\n", "-1\n")) == 6)
        #expect(cores(groups, Self.version1, files("600000\n", "150000\n")) == 3)
        #expect(cores(groups, Self.version1, files("-1\n", "-1\n")) == nil)
        #expect(cores(groups, Self.version1, [:]) == nil)
        #expect(cores("4:memory:/docker/a\n", Self.version1, files("100000", "100000")) == nil)
    }

    @Test("Both hierarchies are there: the smaller one counts")
    func hybrid() {
        let mounts = Self.version1 + "35 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "500000",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
            "/sys/fs/cgroup/unified/b/cpu.max": "200000 100000",
        ]
        #expect(cores("4:cpu,cpuacct:/a\n0::/b\n", mounts, files) == 2)
    }

    @Test("A container's mount shows its own group at the mount point; a path that leads out of it is no path in it")
    func containers() {
        let path = "/kubepods/burstable/pod1/abc"
        let mounts = "32 31 0:28 \(path) /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n"
        let files = ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"]
        #expect(cores("1:cpu:\(path)\n", mounts, files) == 2)
        #expect(cores("1:cpu:/\n", mounts, files) == 2)
        let above = ["/sys/fs/cgroup/cpu.max": "300000 100000", "/sys/cpu.max": "100000 100000"]
        #expect(cores("0::/../../elsewhere\n", Self.version2, above) == 3)
        let odd = #"32 31 0:28 / /mnt/a\040b rw - cgroup2 none rw"#
        #expect(cores("0::/\n", odd, ["/mnt/a b/cpu.max": "400000 100000"]) == 4)
    }

    @Test("Texts that are none of this set no limit")
    func nonsense() {
        for groups in ["", "\n", "::", "0::", "x", "0::/a/../../.."] {
            #expect(cores(groups, Self.version2, [:]) == nil)
            #expect(cores(groups, "x - y\n- -\n1 2 3 4 5 6 -\n", ["/cpu.max": "1 1"]) == nil)
        }
        for text in ["-5 100000", "100000 0", "100000", "nan 1", "1 nan", "inf 1", "1e300 1"] {
            #expect(cores("0::/\n", Self.version2, ["/sys/fs/cgroup/cpu.max": text]) == nil, "\(text)")
        }
    }
}
