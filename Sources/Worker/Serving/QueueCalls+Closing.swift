internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Logging
internal import PostgresClient
internal import RunContract
internal import Scoring
internal import SystemSupport

/// The last write of each lease.
extension QueueCalls {
    /// Tries of a closing write whose call failed, and the longest pause between two; some ten minutes in all.
    private static let closingTries = 40
    private static let longestClosingPauseSeconds = 15.0

    func complete(_ key: LeaseKey, _ result: SceneResult) {
        close(key, "complete") {
            KillPoint.reached(.beforeComplete, scene: name(key))
            let isAccepted = try await queue.complete(key.sceneLease, result: result)
            KillPoint.reached(.afterComplete, scene: name(key))
            guard isAccepted else {
                tally.noteLateResult()
                logger.warning("result refused: the lease is another worker's", metadata: ["scene": "\(name(key))"])
                return
            }
            logger.info(
                "scene done",
                metadata: [
                    "scene": "\(name(key))", "samples": "\(result.sampleCount)",
                    "seconds": "\(String(format: "%.1f", result.elapsedSeconds))",
                ]
            )
            await publishManifestIfFinished(key)
        }
    }

    func fail(_ key: LeaseKey, message: String, isRetryable: Bool) {
        tally.noteFailure()
        logger.error("scene failed", metadata: ["scene": "\(name(key))", "error": "\(message)"])
        close(key, "fail") {
            KillPoint.reached(.beforeFail, scene: name(key))
            let outcome = try await queue.fail(key.sceneLease, message: message, retryable: isRetryable)
            KillPoint.reached(.afterFail, scene: name(key))
            if outcome == .failed { await publishManifestIfFinished(key) }
        }
    }

    func release(_ key: LeaseKey, samples: Int, why: ReleaseReason) {
        logger.info(
            "scene given back",
            metadata: ["scene": "\(name(key))", "samples": "\(samples)", "why": "\(why.text)"]
        )
        close(key, "release") {
            KillPoint.reached(.beforeRelease, scene: name(key))
            _ = try await queue.release(key.sceneLease, samplesDone: samples, reason: why.text)
            KillPoint.reached(.afterRelease, scene: name(key))
        }
    }

    /// Repeats a closing write until it is through, or refused for good.
    ///
    /// While it is not, the slot stays taken and the lease is beaten. If it never goes through, the registration is given up, so
    /// that the scene goes back to the queue instead of staying with a worker that has forgotten it. What is refused is the state
    /// machine's to decide.
    private func close(_ key: LeaseKey, _ operation: String, _ write: @escaping @Sendable () async throws -> Void) {
        Task {
            var isClosed = false
            for attempt in 1...Self.closingTries {
                do {
                    try await write()
                    isClosed = true
                    break
                } catch  where error.isRefusal {
                    tally.noteRefusedWrite()
                    leases.noteRefusal(
                        "the database refused \(tally.writesRefused) of its results or reports for good; the last: \(error)"
                    )
                    logger.error(
                        "closing write refused",
                        metadata: ["operation": "\(operation)", "scene": "\(name(key))", "error": "\(error)"]
                    )
                    post.yield(.closingRefused(key, message: "\(operation) of scene \(name(key)): \(error)"))
                    return
                } catch {
                    say(
                        "closing scenes",
                        "closing write failed",
                        error,
                        ["operation": "\(operation)", "scene": "\(name(key))", "try": "\(attempt)"]
                    )
                }
                let pause = min(0.5 * Double(attempt), Self.longestClosingPauseSeconds)
                try? await Task.sleep(nanoseconds: UInt64(pause * 1e9))
            }
            leases.forget(key)
            if isClosed { sayHealed("closing scenes") } else { post.yield(.closingGivenUp) }
            post.yield(.leaseClosed(key))
        }
    }

    /// Whoever closes the last scene of a run writes its manifest; more than one may, with the same content.
    private func publishManifestIfFinished(_ key: LeaseKey) async {
        guard let scene = leases.scene(key) else { return }
        do {
            guard try await queue.isFinished(runID: scene.runID),
                let status = try await queue.runStatus(scene.runName), status.isFinished
            else { return }
            let settings = try RunSettings(json: status.settings, run: status.name)
            try await ManifestPublisher(queue: queue, software: BuildInformation.software)
                .publish(status, outputDirectory: outputDirectory ?? settings.outputDirectory)
            tally.noteManifest(isWritten: true)
        } catch {
            // What the database said is no trouble of the output.
            if !(error is PostgresError || error is JobQueueError) { tally.noteManifest(isWritten: false) }
            logger.warning(
                "the run's manifest is not written",
                metadata: ["run": "\(scene.runName)", "error": "\(error)"]
            )
        }
    }
}

extension Error {
    /// Whether time does not heal it: the database, or the queue in it, said no.
    var isRefusal: Bool {
        switch self {
        case let error as PostgresError: error.remedy == .refused
        case is CancellationError: false
        default: true
        }
    }
}
