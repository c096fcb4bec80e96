internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Logging
internal import OccInference
internal import PostgresClient
internal import RunContract
internal import Scoring

/// Performs a `ServePlan`: connects, works until there is a reason to leave, and says what that means.
struct WorkerProcess {
    let plan: ServePlan
    let models: ModelShelf
    let logFile: WorkerLog
    let lastResort: LastResort
    let outlets: MeterOutlets
    let logger: Logger

    /// Works.
    ///
    /// - Throws: as `ServeCommand.judge`, and what keeps the worker from beginning.
    func run() async throws {
        let meters = WorkerMeters()
        outlets.open(meters, logger: logger)
        var isInTrouble = true
        defer { outlets.close(meters, leavesFile: isInTrouble, logger: logger) }
        let pool = ConnectionPool(configuration: plan.connection, maximumConnections: 3)
        let queue = try JobQueue(pool: pool, schema: plan.schema, timing: plan.timing)
        logger.info("\(plan.database.explanation(place: queue.place))")
        // Heartbeats wait for no other call: they have a connection of their own.
        let heartbeatPool = ConnectionPool(configuration: plan.connection, maximumConnections: 1)
        let heartbeats = try JobQueue(pool: heartbeatPool, schema: plan.schema, timing: plan.timing)
        try await queue.checkSchema()
        await reportPredecessor(to: queue)
        try logFile.begin(identity: plan.identity)
        let service = try makeService(queue, heartbeats, meters)
        lastResort.stopInOrder(service.requestStop)
        let reason = await service.run()
        isInTrouble = reason != .done && reason != .stopped
        logFile.end()
        let unknownRun = reason == .done ? try await unknownRun(queue) : nil
        await TimeLimit.wait(seconds: 0.2) {
            await pool.close()
            await heartbeatPool.close()
        }
        try ServeCommand.judge(reason, writesRefused: service.writesRefused, unknownRun: unknownRun)
    }

    private func makeService(_ queue: JobQueue, _ heartbeats: JobQueue, _ meters: WorkerMeters) throws -> WorkerService
    {
        let work = PredictionWork(slotCount: plan.slotCount, mounts: plan.mounts, meters: meters, logger: logger) {
            [models] settings, cameras in
            try NetworkPredictor(
                model: try models.model(for: settings, cameras: cameras),
                rescalesIntrinsics: settings.identity.rescalesIntrinsics,
                virtualRig: settings.identity.virtualRig,
                reducesDecoding: settings.identity.reducesDecoding
            )
        }
        return WorkerService(
            settings: plan.settings(
                host: ProcessInfo.processInfo.hostName,
                processID: ProcessInfo.processInfo.processIdentifier,
                kernels: try InferenceBackend.kernelName()
            ),
            queue: queue,
            heartbeats: heartbeats,
            claimable: RunnableRuns(queue: queue, models: models, run: plan.runName, logger: logger),
            sceneWork: work,
            meters: meters,
            logger: logger
        )
    }

    /// The run that the worker was told to work on, where it waited for it in vain.
    private func unknownRun(_ queue: JobQueue) async throws -> String? {
        guard let run = plan.runName, try await queue.runStatus(run) == nil else { return nil }
        return run
    }

    /// Tells the queue that the worker before this one died, where its log says so; otherwise its heartbeat's expiry will.
    private func reportPredecessor(to queue: JobQueue) async {
        guard let predecessor = logFile.predecessor else { return }
        logger.warning("the worker before this one vanished", metadata: ["identity": "\(predecessor.identity)"])
        do {
            try await queue.reportDeath(
                identity: predecessor.identity,
                cause: "vanished",
                lastWords: predecessor.lastWords
            )
        } catch {
            logger.warning("cannot report it", metadata: ["error": "\(error)"])
        }
    }
}
