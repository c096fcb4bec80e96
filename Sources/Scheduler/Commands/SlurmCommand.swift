internal import ArgumentParser
internal import CommandSupport
internal import Foundation

/// `occ-scheduler slurm`: workers as a Slurm array.
struct SlurmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slurm",
        abstract: "Write, and submit, a Slurm array of workers.",
        discussion: """
            Example: occ-scheduler slurm --partition cpu --cpus 16 --array 200 --at-once 16 --output /results --database-file /home/me/occ.url
            Example: occ-scheduler slurm --partition cpu --cpus 16 --array 4 --output /results --database-file /home/me/occ.url --submit
            Prints the script; --submit gives it to sbatch and prints the job's number. Each task is one worker with a slot a core. It \
            leaves when nothing is queued or leased any more, or 60 s before its time is over; the next task of the array goes on, so \
            --array N --at-once M makes waves of M workers. Requeued tasks (preemption, a lost node) begin again. docs/slurm.md has the whole way.
            """
    )

    @Option(help: ArgumentHelp("Partition, or several: a,b (default: the cluster's).", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("Account to charge (default: yours).", valueName: "name"))
    var account: String?

    @Option(help: ArgumentHelp("Quality of service (default: yours).", valueName: "name"))
    var qos: String?

    @Option(help: ArgumentHelp("Name of the job.", valueName: "name"))
    var jobName: String = "occ"

    @Option(help: ArgumentHelp("Cores of each worker; each has a slot.", valueName: "n"))
    var cpus: Int

    @Option(help: ArgumentHelp("Memory a core; 1024 is enough for every network.", valueName: "MiB"))
    var memoryPerCore: Int = 1024

    @Option(help: ArgumentHelp("Longest time of a worker, as Slurm writes it.", valueName: "time"))
    var time: String = "1:00:00"

    @Option(
        help: ArgumentHelp("Workers in all, one after another where --at-once or the cluster says so.", valueName: "n")
    )
    var array: Int = 1

    @Option(help: ArgumentHelp("Workers at the same time (default: as many as there is room for).", valueName: "n"))
    var atOnce: Int?

    @Option(
        help: ArgumentHelp(
            "Folder of the workers' logs, which --submit makes (default: OUTPUT/slurm).",
            valueName: "dir"
        )
    )
    var logs: String?

    @Option(
        help: ArgumentHelp(
            """
            File that holds the database's address for workers; nobody but you should be able to read it (default: \
            $OCC_DATABASE_URL_FILE, else workers get the submitting shell's OCC_DATABASE_URL).
            """,
            valueName: "file"
        )
    )
    var databaseFile: String?

    @Option(help: ArgumentHelp("Schema that holds the queue's tables.", valueName: "name"))
    var schema: String = "occ"

    @Option(help: ArgumentHelp("Output folder, which each node tries before it works.", valueName: "dir"))
    var output: String

    @Option(name: .customLong("run"), help: ArgumentHelp("Work on this run only.", valueName: "name"))
    var runName: String?

    @Option(help: ArgumentHelp("Model package (default: where the run says it is).", valueName: "file"))
    var model: String?

    @Option(
        help: ArgumentHelp("Where the nodes find the dataset (default: where the run says it is).", valueName: "dir")
    )
    var datasetRoot: String?

    @Flag(help: "Submit it with sbatch, and print the job's number.")
    var submit = false

    @OptionGroup var logging: LogOptions

    func validate() throws {
        try NumberRange.require(cpus, in: 1...1024, "--cpus")
        try NumberRange.require(memoryPerCore, in: 64...1_048_576, "--memory-per-core")
        try NumberRange.require(array, in: 1...4_000_000, "--array")
        try NumberRange.require(atOnce ?? 1, in: 1...4_000_000, "--at-once")
    }

    func run() throws {
        let script = try plan(
            environment: ProcessInfo.processInfo.environment,
            program: ProgramPath.sibling
        )
        guard submit else {
            Terminal.output(script.text)
            return
        }
        let programs = try SlurmPrograms()
        // Slurm makes no folders: a task whose log cannot be written fails without a word.
        try FileManager.default.createDirectory(atPath: script.logFolder, withIntermediateDirectories: true)
        let job = try programs.submit(script)
        Terminal.output(job + "\n")
        Terminal.say("submitted: `squeue -j \(job)` shows its tasks, `\(script.logFolder)/\(job)_*.log` what they say")
    }

    /// What was asked for.
    ///
    /// - Parameters:
    ///   - environment: this process's.
    ///   - program: the path of a program of this project by its name.
    /// - Throws: `CommandFailure` (configuration) for what Slurm or a shell could not take, and where workers would have no database.
    func plan(environment: [String: String], program: (String) -> String) throws -> SlurmScript {
        let file = databaseFile ?? environment[DatabaseEnvironment.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        guard file != nil || !(environment[DatabaseEnvironment.variable] ?? "").isEmpty else {
            throw CommandFailure(
                .configuration,
                "workers would not know the database: give --database-file FILE with its address in it, or set OCC_DATABASE_URL"
            )
        }
        let output = Paths.absolute(output)
        let script = SlurmScript(
            partition: partition,
            account: account,
            qos: qos,
            jobName: jobName,
            cpus: cpus,
            memoryPerCore_MiB: memoryPerCore,
            time: time,
            tasks: array,
            tasksAtOnce: atOnce,
            logFolder: logs.map(Paths.absolute) ?? output + "/slurm",
            worker: program("occ-worker"),
            scheduler: program("occ-scheduler"),
            databaseFile: file.map(Paths.absolute),
            output: output,
            run: runName,
            model: model.map(Paths.absolute),
            datasetRoot: datasetRoot.map(Paths.absolute),
            schema: schema
        )
        if let flaw = script.flaw { throw CommandFailure(.configuration, flaw) }
        return script
    }
}
