internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import OccInference
internal import PostgresClient
internal import Scenes
internal import SystemSupport

/// `occ-scheduler doctor`: tells whether everything is here that a run needs.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what a run needs: processor, programs, database, folders.",
        discussion: """
            Example: occ-scheduler doctor --database postgresql://db.local/occ --output /results
            Exits with 3 if something is missing. Nothing is made or changed: a file that is written to try the output folder is removed \
            again. Run it as the user, and with the umask, of the workers: whether they may write is what it tells.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(help: ArgumentHelp("Output folder to check.", valueName: "dir"))
    var output: String?

    @Option(help: ArgumentHelp("Model package to check.", valueName: "file"))
    var model: String?

    @OptionGroup var logs: LogOptions

    func run() async throws {
        var isHealthy = true
        func report(_ name: String, _ check: () async throws -> String) async {
            do {
                Terminal.output("ok      \(name): \(try await check())\n")
            } catch {
                isHealthy = false
                Terminal.output("FAILED  \(name): \(error)\n")
            }
        }
        await report("processor") {
            let precisions = InferenceBackend.precisions.map(\.rawValue).joined(separator: ", ")
            return "\(PhysicalCores.count()) physical cores, kernels: \(try InferenceBackend.kernelName()), "
                + "precisions: \(precisions)"
        }
        await report("worker program") {
            let path = ProgramPath.sibling("occ-worker")
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw CommandFailure(
                    .environment,
                    "there is no program '\(path)'; build or install occ-worker beside occ-scheduler"
                )
            }
            return path
        }
        if databaseOptions.isAddressGiven {
            await report("database") {
                let session = try await DatabaseSession.open(
                    try databaseOptions.choice(use: .never),
                    schema: databaseOptions.schema
                )
                do {
                    try await session.queue.checkEncoding()
                    try await session.queue.checkSchema()
                    let workers = try await session.queue.workers().count { $0.state == .live }
                    await session.close()
                    return "reached, schema \"\(session.schema)\" is up to date, \(workers) live workers"
                } catch {
                    await session.close()
                    throw error
                }
            }
        } else {
            await report("private PostgreSQL") { try PrivatePostgresServer.findPrograms() }
        }
        if let output {
            for finding in OutputFolderProbe.findings(Paths.absolute(output)) {
                if finding.level == .failed { isHealthy = false }
                Terminal.output("\(finding.level.rawValue) output folder: \(finding.text)\n")
            }
        }
        if let model {
            await report("model package") {
                let package = try ModelFile.open(Paths.absolute(model))
                try package.verify()
                return "\(package.configuration.name), digest \(package.digest.prefix(16)), every byte right"
            }
        }
        if !isHealthy { throw ExitStatus.environment }
    }
}
