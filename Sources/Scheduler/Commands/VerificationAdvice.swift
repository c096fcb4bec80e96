internal import Storage

/// What to do about what `verify` found.
enum VerificationAdvice {
    /// A line for each sort of finding.
    ///
    /// - Parameter requeues: whether the same command queues the scenes concerned again.
    static func lines(_ report: VerificationReport, requeues: Bool) -> [String] {
        let problems = report.findings.map(\.problem)
        var lines: [String] = []
        let isLost: Set<VerificationReport.Problem> = [.missing, .truncated, .damaged, .mismatch]
        if !requeues, problems.contains(where: isLost.contains) {
            lines.append("`occ-scheduler retry --damaged` queues the scenes of missing and damaged files again")
        }
        let unreadable = problems.count { $0 == .unreadable }
        if unreadable > 0 {
            lines.append(
                "\(unreadable) files could not be read, so nothing is known of them: mend the permissions or the disk, and verify again"
            )
        }
        let isUnknown = report.findings.contains { finding in
            finding.problem == .unlisted || finding.problem == .extra && finding.scene != nil
        }
        if isUnknown {
            lines.append(
                "`occ-scheduler rebuild` takes scene files that run.json does not name into the queue and run.json"
            )
        }
        let extra = report.findings.count { $0.problem == .extra && $0.scene == nil }
        if extra > 0 {
            lines.append(
                "\(extra) files should not be there; no command removes them (`occ-scheduler gc` removes files of superseded leases"
                    + " only): look at them, and move them away by hand"
            )
        }
        return lines
    }
}
