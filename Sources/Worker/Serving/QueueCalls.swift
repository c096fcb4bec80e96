internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Logging
internal import Runs
internal import SystemSupport

/// The database side of a worker: each call runs in a task of its own and reports back as an event.
struct QueueCalls: Sendable {
    let queue: JobQueue
    /// The same queue over a connection that nothing else uses, so that heartbeats wait for no other call.
    let heartbeats: JobQueue
    let leases: LeaseBook
    let post: AsyncStream<WorkerEvent>.Continuation
    /// What this worker can claim at the moment.
    let claimable: any ClaimPolicy
    /// Instead of a run's output folder, where it is mounted elsewhere on this host.
    let outputDirectory: String?
    let logger: Logger

    /// Tries of a closing write whose call failed, and the longest pause between two; some ten minutes in all.
    private static let closingTries = 40
    private static let longestClosingPauseSeconds = 15.0

    func register(_ description: WorkerDescription) {
        let former = leases.worker
        leases.worker = nil
        let sentAt = MonotonicClock.nowSeconds
        Task {
            do {
                // What the former registration still holds goes back without counting as a crash: this process lives.
                if let former { try await queue.retire(former) }
                KillPoint.reached(.beforeRegister)
                let id = try await queue.registerWorker(description)
                KillPoint.reached(.afterRegister)
                leases.worker = id
                logger.info("registered", metadata: ["worker": "\(id)"])
                post.yield(.registered(sentAt: sentAt))
            } catch {
                if leases.worker == nil { leases.worker = former }
                logger.warning("cannot register", metadata: ["error": "\(error)"])
                post.yield(.databaseUnreachable)
            }
        }
    }

    func heartbeat() {
        let sentAt = MonotonicClock.nowSeconds
        Task {
            guard let worker = leases.worker else {
                post.yield(.heartbeatRejected)
                return
            }
            do {
                KillPoint.reached(.beforeHeartbeat)
                let reply = try await heartbeats.heartbeat(worker, holding: leases.held, note: leases.note)
                KillPoint.reached(.afterHeartbeat)
                guard reply.isAlive else {
                    logger.warning("the database gave this worker up; registering anew")
                    post.yield(.heartbeatRejected)
                    return
                }
                let askedBack = reply.revoked.filter { $0.reason == .runPaused }.map { LeaseKey($0.lease) }
                let lost = reply.revoked.filter { $0.reason != .runPaused }.map { LeaseKey($0.lease) }
                let strays = reply.strays.map { LeaseKey($0) }
                if !strays.isEmpty {
                    logger.warning("scenes that no claim brought", metadata: ["scenes": "\(strays.map(\.scene))"])
                }
                post.yield(
                    .heartbeatConfirmed(sentAt: sentAt, lost: lost, askedBack: askedBack, strays: strays)
                )
            } catch {
                logger.warning("heartbeat failed", metadata: ["error": "\(error)"])
                post.yield(.databaseUnreachable)
            }
        }
    }

    func claim(limit: Int) {
        Task {
            guard let worker = leases.worker else {
                post.yield(.claimFailed)
                return
            }
            do {
                var filter = try await claimable.filter()
                for kind in leases.kindsLeftAlone { filter.formatVersions[kind] = nil }
                KillPoint.reached(.beforeClaim)
                let scenes = try await queue.claim(worker, limit: limit, filter: filter)
                if !scenes.isEmpty { KillPoint.reached(.afterClaim, scene: scenes.first?.sceneName) }
                leases.note(scenes)
                let suspects = await suspects(among: scenes)
                post.yield(.claimed(scenes.map { LeaseKey($0.sceneLease) }, suspects: suspects.map { LeaseKey($0) }))
            } catch JobQueueError.workerExpired {
                post.yield(.claimRefused)
            } catch {
                logger.warning("claim failed", metadata: ["error": "\(error)"])
                post.yield(.claimFailed)
            }
        }
    }

    /// Those that killed workers before; where the database cannot say, those that could have.
    private func suspects(among scenes: [ClaimedScene]) async -> [SceneLease] {
        do {
            return try await queue.suspects(among: scenes)
        } catch {
            logger.debug("cannot look for suspects", metadata: ["error": "\(error)"])
            return scenes.filter { $0.attempt >= queue.timing.maximumCrashes }.map(\.sceneLease)
        }
    }

    /// Progress is for people: a report that cannot be delivered is dropped, unless it says that the lease is lost.
    func reportProgress(_ key: LeaseKey, samples: Int) {
        Task {
            do {
                KillPoint.reached(.beforeProgress, scene: name(key))
                let isHeld = try await queue.reportProgress(key.sceneLease, samplesDone: samples)
                KillPoint.reached(.afterProgress, scene: name(key))
                if !isHeld {
                    logger.warning("lease lost", metadata: ["scene": "\(name(key))", "lease": "\(key.lease)"])
                    post.yield(.leaseLost(key))
                }
            } catch {
                logger.debug("progress not reported", metadata: ["error": "\(error)"])
            }
        }
    }

    func complete(_ key: LeaseKey) {
        close(key, "complete") {
            guard let result = leases.result(of: key) else { return }
            KillPoint.reached(.beforeComplete, scene: name(key))
            let isAccepted = try await queue.complete(key.sceneLease, result: result)
            KillPoint.reached(.afterComplete, scene: name(key))
            guard isAccepted else {
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
        logger.error("scene failed", metadata: ["scene": "\(name(key))", "error": "\(message)"])
        close(key, "fail") {
            KillPoint.reached(.beforeFail, scene: name(key))
            let outcome = try await queue.fail(key.sceneLease, message: message, retryable: isRetryable)
            KillPoint.reached(.afterFail, scene: name(key))
            if outcome == .failed { await publishManifestIfFinished(key) }
        }
    }

    /// Forgets a lease that was lost: nothing is to be said to the queue.
    func forget(_ key: LeaseKey) {
        leases.forget(key)
    }

    func release(_ key: LeaseKey, samples: Int) {
        logger.info("scene given back", metadata: ["scene": "\(name(key))", "samples": "\(samples)"])
        close(key, "release") {
            KillPoint.reached(.beforeRelease, scene: name(key))
            _ = try await queue.release(key.sceneLease, samplesDone: samples)
            KillPoint.reached(.afterRelease, scene: name(key))
        }
    }

    /// Says goodbye; a database that cannot be reached will notice by itself.
    func retire() async {
        guard let worker = leases.worker else { return }
        do {
            KillPoint.reached(.beforeRetire)
            try await queue.retire(worker)
            KillPoint.reached(.afterRetire)
        } catch {
            logger.warning("cannot say goodbye to the database", metadata: ["error": "\(error)"])
        }
    }

    /// Every worker takes part in noticing those that vanished; the queue bounds how often it is really done.
    func reap() {
        Task {
            do {
                let report = try await queue.reap()
                if report.expiredWorkers > 0 {
                    logger.warning(
                        "workers vanished",
                        metadata: [
                            "workers": "\(report.expiredWorkers)", "requeued": "\(report.requeuedScenes)",
                            "quarantined": "\(report.quarantinedScenes)",
                        ]
                    )
                }
                post.yield(.reaped(didRun: report.didRun, requeued: report.requeuedScenes))
            } catch {
                logger.debug("cannot look for vanished workers", metadata: ["error": "\(error)"])
                post.yield(.reaped(didRun: false, requeued: 0))
            }
        }
    }

    // MARK: - What people should know

    func leaveKindAlone(_ key: LeaseKey, message: String) {
        guard let kind = leases.scene(key)?.kind else { return }
        leases.leaveAlone(kind: kind, why: message)
        logger.warning("a kind of run is left alone", metadata: ["kind": "\(kind)", "why": "\(message)"])
    }

    func notePause(seconds: Double, message: String) {
        leases.notePause(
            "claims nothing for \(Int(seconds)) s, then one scene, because scene after scene failed here; the last: \(message)"
        )
        logger.error(
            "scene after scene fails here; nothing is claimed for some seconds, then one scene",
            metadata: ["seconds": "\(Int(seconds))", "error": "\(message)"]
        )
    }

    func noteResumed() {
        leases.notePause("")
        logger.notice("scenes succeed again")
    }

    // MARK: - Closing writes

    /// Repeats a closing write until it is through.
    ///
    /// While it is not, the slot stays taken and the lease is beaten. If it never goes through, the registration is given up, so
    /// that the scene goes back to the queue instead of staying with a worker that has forgotten it.
    private func close(_ key: LeaseKey, _ operation: String, _ write: @escaping @Sendable () async throws -> Void) {
        Task {
            var isClosed = false
            for attempt in 1...Self.closingTries {
                do {
                    try await write()
                    isClosed = true
                    break
                } catch {
                    logger.warning(
                        "closing write failed",
                        metadata: [
                            "operation": "\(operation)", "scene": "\(name(key))", "try": "\(attempt)",
                            "error": "\(error)",
                        ]
                    )
                }
                let pause = min(0.5 * Double(attempt), Self.longestClosingPauseSeconds)
                try? await Task.sleep(nanoseconds: UInt64(pause * 1e9))
            }
            leases.forget(key)
            if !isClosed { post.yield(.closingGivenUp) }
            post.yield(.leaseClosed(key))
        }
    }

    /// Whoever closes the last scene of a run writes its manifest; more than one may, with the same content.
    private func publishManifestIfFinished(_ key: LeaseKey) async {
        guard let scene = leases.scene(key) else { return }
        do {
            guard let status = try await queue.runStatus(scene.runName), status.isFinished else { return }
            let settings = try RunSettings(json: status.settings, run: status.name)
            try await ManifestPublisher(queue: queue, software: BuildInformation.software)
                .publish(status, outputDirectory: outputDirectory ?? settings.outputDirectory)
        } catch {
            logger.warning(
                "the run's manifest is not written",
                metadata: ["run": "\(scene.runName)", "error": "\(error)"]
            )
        }
    }

    private func name(_ key: LeaseKey) -> String { leases.scene(key)?.sceneName ?? "\(key.scene)" }
}
