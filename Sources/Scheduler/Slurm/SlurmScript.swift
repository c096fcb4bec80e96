internal import CommandSupport

/// A batch script that starts workers as a Slurm array: what was asked for, and the text of it ([docs/slurm.md]).
///
/// Pure: it looks at no file and starts no program, so that what is submitted can be tested as text.
struct SlurmScript: Equatable {
    /// Slurm's names; nil leaves the cluster's default.
    var partition: String?
    var account: String?
    var qos: String?
    var jobName = "occ"
    /// Cores of each task, one slot each.
    var cpus = 1
    var memoryPerCore_MiB = 1024
    /// Slurm's notation of the longest time of a task.
    var time = "1:00:00"
    /// Tasks in all.
    var tasks = 1
    /// How many of them run at once; nil for as many as the cluster has room for.
    var tasksAtOnce: Int?
    /// Folder of the tasks' logs, absolute; it must be there when a task starts.
    var logFolder: String
    /// Programs, absolute or to be found in `PATH`.
    var worker = "occ-worker"
    var scheduler = "occ-scheduler"
    /// A file that holds the database's address, absolute; nil where the submitting shell's environment brings it.
    var databaseFile: String?
    /// The folder that `doctor` tries; workers write where their runs say.
    var output: String
    /// What workers are told; paths are absolute.
    var run: String?
    var model: String?
    var datasetRoot: String?
    var schema = "occ"

    /// Seconds before the end of a task's time at which its worker is told to stop; it needs ten.
    static let warning_s = 60
    /// How long a task of a host that `doctor` refuses keeps the host, so that it does not run through the array's tasks.
    static let badHostPause_s = 120

    /// What is wrong with what was asked for, in words; nil if nothing is.
    var flaw: String? {
        let names = [
            ("--partition", partition), ("--account", account), ("--qos", qos), ("--job-name", jobName),
        ]
        for case (let option, let name?) in names where !Self.isPlainName(name) {
            return
                "\(option) '\(name)' is no name of Slurm's: letters, digits and . _ - @ + : , make one, of 200 characters at most"
        }
        if !Self.isDuration(time) {
            return
                "--time '\(time)' is no time of Slurm's: minutes, hours:minutes:seconds or days-hours:minutes:seconds, more than none"
        }
        if Self.minutes(time) < 2 {
            return
                "--time \(time) is too short: workers are told to stop \(Self.warning_s) s before the end, so give two minutes or more"
        }
        if let tasksAtOnce, tasksAtOnce > tasks {
            return "--at-once \(tasksAtOnce) is more than --array \(tasks), the number of tasks in all"
        }
        // Slurm puts numbers in place of % and takes \ and quotes for its own in the name of a log.
        if logFolder.contains(where: { "%\\\"'".contains($0) }) || !Self.isOneLine(logFolder) {
            return
                "--logs '\(logFolder)': Slurm cannot write logs into a folder whose name has %, \\, quotes or a line break"
        }
        for case (let option, let text?) in [
            ("--database-file", databaseFile), ("--output", output), ("--run", run), ("--model", model),
            ("--dataset-root", datasetRoot), ("--worker", worker), ("--schema", schema),
        ] where !Self.isOneLine(text) {
            return "\(option) has a control character in it"
        }
        return nil
    }

    /// The script; ask for `flaw` first.
    var text: String {
        var directives = [("job-name", jobName)]
        for case (let name, let value?) in [("partition", partition), ("account", account), ("qos", qos)] {
            directives.append((name, value))
        }
        directives += [
            ("array", "0-\(tasks - 1)" + (tasksAtOnce.map { "%\($0)" } ?? "")), ("ntasks", "1"),
            ("cpus-per-task", "\(cpus)"), ("threads-per-core", "1"), ("mem-per-cpu", "\(memoryPerCore_MiB)M"),
            ("time", time), ("signal", "B:TERM@\(Self.warning_s)"),
        ]
        let lines =
            directives.map { "#SBATCH --\($0)=\($1)" } + [
                "#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --output=\"\(logFolder)/%A_%a.log\"",
            ]
        let doctor = command(
            scheduler,
            ["doctor"],
            [("--schema", ownSchema), ("--output", output), ("--model", model)]
        )
        let serve = command(
            worker,
            ["--exit-when-done"],
            [
                ("--schema", ownSchema), ("--run", run), ("--model", model), ("--dataset-root", datasetRoot),
            ]
        )
        return """
            #!/bin/bash
            # Workers of occ as a Slurm array, written by `occ-scheduler slurm`; docs/slurm.md explains it.
            \(lines.joined(separator: "\n"))
            set -u

            \(addressLines)
            # A host that cannot do the work says why, and holds its task for a while: else it would run through the array's tasks.
            \(doctor) || { sleep \(Self.badHostPause_s); exit 3; }

            # exec: Slurm's signals reach the worker itself, and its exit code is the task's.
            exec \(serve)

            """
    }

    private var addressLines: String {
        guard let databaseFile else {
            return """
                # The database's address comes with the environment of the shell that submits.
                : "${OCC_DATABASE_URL:?is not set: submit from a shell where it is, with --export=ALL}"

                """
        }
        return """
            # The database's address stands in a file that others may not read: no list of processes and no record of a job shows it.
            unset OCC_DATABASE_URL
            export OCC_DATABASE_URL_FILE=\(Self.quoted(databaseFile))

            """
    }

    private var ownSchema: String? { schema == "occ" ? nil : schema }

    private func command(_ program: String, _ words: [String], _ options: [(String, String?)]) -> String {
        var parts = [Self.quoted(program)] + words
        for case (let option, let value?) in options { parts += [option, Self.quoted(value)] }
        return parts.joined(separator: " ")
    }

    // MARK: - Words

    /// A word as bash takes it, whatever stands in it.
    static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "/") }
        return isPlain
            ? word
            : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    /// Whether a name needs no quotes in a `#SBATCH` line; `a,b` are two partitions.
    private static func isPlainName(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count) && !name.hasPrefix("-") && name.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._-@+:,".utf8.contains(byte)
        }
    }

    private static func isOneLine(_ text: String) -> Bool { !text.utf8.contains { $0 < 0x20 || $0 == 0x7f } }

    // MARK: - Times

    private static func isDuration(_ text: String) -> Bool { seconds(text) != nil }

    private static func minutes(_ text: String) -> Int { (seconds(text) ?? 0) / 60 }

    /// Seconds of `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` and
    /// `days-hours:minutes:seconds` (sbatch(1), `--time`); nil for anything else, nought and more than a year.
    static func seconds(_ text: String) -> Int? {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return nil }
        let fields = halves.last!.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = (halves.dropLast() + fields).compactMap { field in
            (1...6).contains(field.utf8.count) && field.utf8.allSatisfy { (48...57).contains($0) } ? Int(field) : nil
        }
        guard numbers.count == halves.count - 1 + fields.count else { return nil }
        let seconds: Int
        switch (halves.count, numbers.count) {
        case (1, 1): seconds = numbers[0] * 60
        case (1, 2): seconds = numbers[0] * 60 + numbers[1]
        case (1, 3): seconds = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
        case (2, 2): seconds = numbers[0] * 86400 + numbers[1] * 3600
        case (2, 3): seconds = numbers[0] * 86400 + numbers[1] * 3600 + numbers[2] * 60
        case (2, 4): seconds = numbers[0] * 86400 + numbers[1] * 3600 + numbers[2] * 60 + numbers[3]
        default: return nil
        }
        return (1...366 * 86400).contains(seconds) ? seconds : nil
    }
}
