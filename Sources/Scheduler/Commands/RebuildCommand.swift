internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import PostgresClient
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler rebuild`: a queue from run folders.
struct RebuildCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a lost queue anew from the folders of its runs.",
        discussion: """
            Example: occ-scheduler rebuild --output out
            Example: occ-scheduler migrate; occ-scheduler rebuild --output /results --database postgresql://db.local/occ
            Every byte of every scene file is checked. A whole file counts as its scene's result; whole samples of unfinished files are \
            there to be taken over; only the rest is queued. Nothing is computed and no scene file is changed. The folders belong to the \
            new queue then, and workers of the old one leave them alone.

            The dataset's tables are read again, pictures are not. Interrupted, the same command goes on. Then `occ-scheduler resume`, \
            or workers on the cluster, do what is left.
            """
    )

    @Option(help: ArgumentHelp("Output folder whose runs are taken.", valueName: "dir"))
    var output: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Only this run (default: every one there is).", valueName: "name")
    )
    var runName: String?

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        help: ArgumentHelp("Where the dataset is now (default: where the run says it is).", valueName: "dir")
    )
    var dataset: String?

    @Option(
        help: ArgumentHelp(
            "Model package, for folders of version 0.1, which do not say where it is.",
            valueName: "file"
        )
    )
    var model: String?

    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { "the scenes that were looked at are kept, the same command goes on from here" }

    func run() async throws {
        let root = Paths.absolute(output)
        let folders = try self.folders(root)
        let database = try databaseOptions.choice(
            output: root,
            privateDatabase: DatabaseSession.privateDataDirectory(of: root),
            use: .makes
        )
        let lock = try await LocalRun.lock(database)
        defer { _ = lock }
        let session = try await open(database)
        do {
            if database.connectionString == nil { try await session.queue.migrate() }
            try await session.checkSchema()
            for folder in folders {
                try await rebuild(folder, root, session.queue, isPrivate: database.connectionString == nil)
            }
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }

    private func folders(_ root: String) throws -> [any RunStore] {
        if let flaw = try OutputFolder.flaw(root) { throw CommandFailure(.configuration, flaw) }
        if let runName { return [try ResultOptions.named(runName, inOutput: root)] }
        let folders = try RunStores.all(inOutput: root).filter { directory in
            // What a killed submission left has an identity and no result: it is a run that has not begun.
            try directory.hasResults() || Folders.isPresent(directory.place(of: .identity))
        }
        guard !folders.isEmpty else {
            throw CommandFailure(.configuration, "no run was begun in '\(root)'")
        }
        return folders
    }

    /// Opens the database; a private one that does not start is set aside, and a new one is made.
    private func open(_ database: DatabaseChoice) async throws -> DatabaseSession {
        do {
            return try await DatabaseSession.open(
                database,
                schema: databaseOptions.schema,
                ownsOutput: true,
                suggestsRebuild: false
            )
        } catch let error as PostgresError {
            // A database that lacks room is whole: it is not set aside.
            guard case .privateServer(let root) = database, error.kind != .diskFull else { throw error }
            let path = DatabaseSession.privateDataDirectory(of: root)
            // Without programs no other one would start either.
            _ = try PrivatePostgresServer.findPrograms()
            let place = try Self.setAside(path)
            Terminal.say("the private database does not start: \(error)")
            Terminal.say("it is set aside as '\(place)', and a new one is made; remove it when all is well")
            do {
                return try await DatabaseSession.open(
                    database,
                    schema: databaseOptions.schema,
                    ownsOutput: true,
                    suggestsRebuild: false
                )
            } catch {
                // What keeps a new one from starting most likely kept the old one too.
                try? FileManager.default.removeItem(atPath: path)
                try? FileManager.default.moveItem(atPath: place, toPath: path)
                throw error
            }
        }
    }

    private static func setAside(_ path: String) throws -> String {
        for number in 1...1000 {
            let place = "\(path).broken-\(number)"
            guard try !Folders.isPresent(place) else { continue }
            try FileManager.default.moveItem(atPath: path, toPath: place)
            return place
        }
        throw CommandFailure(.environment, "there are 1000 broken databases beside '\(path)'; remove some")
    }

    private func rebuild(_ directory: any RunStore, _ root: String, _ queue: JobQueue, isPrivate: Bool) async throws {
        guard var source = try await RebuildSource.find(directory, queue: queue, dataset: dataset, model: model) else {
            Terminal.say(
                "run \(directory.run) holds imported predictions: it needs no database, and nothing is done about it"
            )
            return
        }
        Terminal.say("run \(directory.run): reading the dataset's tables in '\(source.datasetRoot)'")
        let work = try source.rebuild(directory, queue: queue)
        let shown = ProgressPace()
        let report = try await work.perform { looked, total in
            shown.say("\(looked)/\(total) scenes of run \(directory.run) looked at", isLast: looked == total)
        }
        try await publish(directory.run, root, queue)
        let former = source.identity
        if !former.queue.isEmpty, try await queue.identity() != former.queue {
            Terminal.say(
                "the folder was queue \(former.queue.prefix(8))'s (\(former.queuePlace)) and is this one's now; workers of that queue leave"
                    + " it alone"
            )
        }
        say(report, directory, source)
        let goOn =
            isPrivate
            ? "`occ-scheduler resume --output \(root) --run \(directory.run)`" : "workers, or `occ-scheduler resume`,"
        if report.adoptable + report.empty > 0 { Terminal.say("\(goOn) go on with what is left") }
    }

    /// Writes `run.json` where the run is finished, or where there is one that may be older.
    private func publish(_ run: String, _ root: String, _ queue: JobQueue) async throws {
        await ManifestRefresh.perform(run: run, queue: queue, output: root)
    }

    private func say(_ report: RunRebuild.Report, _ directory: any RunStore, _ source: RebuildSource) {
        for remark in source.remarks { Terminal.say("warning: \(remark)") }
        for (path, why) in report.damaged.prefix(20) { Terminal.say("damaged: \(path): \(why)") }
        if report.damaged.count > 20 { Terminal.say("... and \(report.damaged.count - 20) damaged files more") }
        for note in report.notes.prefix(10) { Terminal.say("warning: \(note)") }
        for scene in report.unknown.prefix(10) {
            Terminal.say(
                "warning: scene \(scene) has files but is not in the dataset's split; they stay, and count for nothing"
            )
        }
        guard !report.isNothingNew else {
            Terminal.output("\(directory.run): nothing to rebuild, the queue knows all \(report.scenes) scenes\n")
            return
        }
        Terminal.output(
            "\(directory.run): \(report.scenes) scenes, \(report.done) done by their files (\(report.samples) samples),"
                + " \(report.adoptable) with files to take samples from, \(report.empty) with nothing stored,"
                + " \(report.known) known before\n"
        )
    }
}
