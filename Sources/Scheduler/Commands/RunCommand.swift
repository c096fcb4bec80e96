internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scoring
internal import SystemSupport

/// `occ-scheduler run`: everything on one machine.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Label a dataset on this machine: queue its scenes, start workers, watch them, score the result.",
        discussion: """
            Example: occ-scheduler run --dataset /data/nuscenes --version v1.0-mini --split mini_val \\
                         --model flashocc-r50_BDC-T.occmodel --output out

            Without --database a private PostgreSQL is started (unix socket only, data in DIR/.postgres) and stopped at the end. \
            Interrupted or killed, the same command goes on where it stopped; when everything is done it says so.
            """
    )

    @OptionGroup var submission: SubmissionOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var logs: LogOptions

    func run() async throws {
        let signals = SignalWatcher.takeOver()
        let output = Paths.absolute(submission.output)
        let database = try databaseOptions.choice(
            output: output,
            privateDatabase: DatabaseSession.privateDataDirectory(of: output),
            use: .makes
        )
        let plan = try RunPlan.make(submission, isQueueInOutput: database.connectionString == nil)
        if workers.workers != 0 { try plan.checkHost() }
        if case .privateServer = database { try plan.refuseLostDatabase(isNamed: submission.runName != nil) }
        let runner = LocalRun(signals: signals, workers: workers, database: database, schema: databaseOptions.schema)
        try await runner.perform { queue in
            submission.runName == nil ? try await plan.foundAgain(in: queue) : plan
        }
    }
}

/// `occ-scheduler resume`: go on with a run that was submitted before, without repeating its options.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a run: queue what is missing, failed or cancelled again, and work on it.",
        discussion: """
            Example: occ-scheduler resume --output out
            Example: occ-scheduler resume --database postgresql://db.local/occ --run NAME --workers 0
            """
    )

    @OptionGroup var selection: RunSelection
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Queue the scenes that are whole, and list those left out.")
    var skipMissing = false

    @OptionGroup var logs: LogOptions

    func run() async throws {
        let output = selection.output.map(Paths.absolute)
        let database = try databaseOptions.choice(
            output: output,
            privateDatabase: output.map(DatabaseSession.privateDataDirectory),
            use: .finds
        )
        let runner = LocalRun(
            signals: SignalWatcher.takeOver(),
            workers: workers,
            database: database,
            schema: databaseOptions.schema
        )
        try await runner.perform { queue in
            let plan = try RunPlan.remake(
                try await selection.select(from: queue),
                output: output,
                isQueueInOutput: database.connectionString == nil,
                skipMissing: skipMissing
            )
            if workers.workers != 0 { try plan.checkHost() }
            return plan
        }
    }
}

/// `occ-scheduler submit`: queue a run for workers elsewhere.
struct SubmitCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Queue a dataset's scenes for workers on a cluster.",
        discussion: """
            Example: occ-scheduler submit --database postgresql://db.local/occ --dataset /data/nuscenes --version v1.0-trainval \\
                         --split val --model /models/flashocc-r50_BDC-T.occmodel --output /results
            Then, on every host: occ-worker --database postgresql://db.local/occ --slots 16

            The same submission again is a resume: only what is missing, failed or cancelled is queued.
            """
    )

    @OptionGroup var submission: SubmissionOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { "the scenes are all queued or none, the same command goes on" }

    func run() async throws {
        let database = try databaseOptions.choice(use: .never)
        let plan = try RunPlan.make(submission, isQueueInOutput: false)
        let session = try await DatabaseSession.open(
            database,
            schema: databaseOptions.schema
        )
        do {
            try await session.checkSchema()
            let report = try await plan.submit(to: session.queue)
            plan.announce(report)
            Terminal.output(plan.name + "\n")
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }
}
