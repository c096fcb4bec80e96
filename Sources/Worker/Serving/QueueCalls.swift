internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Logging
internal import RunContract
internal import Scoring
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
    let tally: WorkerTally
    /// Whether an empty claim is to say what lies ahead.
    let looksAhead: Bool
    /// Instead of a run's output folder, where it is mounted elsewhere on this host.
    let outputDirectory: String?
    let logger: Logger
    let troubles = TroubleLog()

    func register(_ description: WorkerDescription) {
        let former = leases.worker
        leases.worker = nil
        let sentAt = MonotonicClock.nowSeconds
        Task {
            do {
                // What the former registration still holds goes back without counting as a crash: this process lives.
                if let former { try await queue.retire(former, reason: DepartureReason.registeredAnew) }
                KillPoint.reached(.beforeRegister)
                let id = try await queue.registerWorker(description)
                KillPoint.reached(.afterRegister)
                leases.worker = id
                sayHealed("registering")
                logger.info("registered", metadata: ["worker": "\(id)"])
                post.yield(.registered(sentAt: sentAt))
            } catch {
                if leases.worker == nil { leases.worker = former }
                say("registering", "cannot register", error)
                post.yield(Self.contactLost(error))
            }
        }
    }

    private static func contactLost(_ error: any Error) -> WorkerEvent {
        error.isRefusal ? .databaseRefused(message: "\(error)") : .databaseUnreachable
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
                var report = tally.report
                report.note = leases.note
                let reply = try await heartbeats.heartbeat(worker, holding: leases.held, report: report)
                KillPoint.reached(.afterHeartbeat)
                sayHealed("beating")
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
                say("beating", "heartbeat failed", error)
                post.yield(Self.contactLost(error))
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
                let ahead = scenes.isEmpty && looksAhead ? try await workAhead() : .unknown
                sayHealed("claiming")
                post.yield(
                    .claimed(
                        scenes.map { LeaseKey($0.sceneLease) },
                        suspects: suspects.map { LeaseKey($0) },
                        ahead: ahead
                    )
                )
            } catch JobQueueError.workerExpired {
                post.yield(.claimRefused)
            } catch {
                say("claiming", "claim failed", error)
                post.yield(error.isRefusal ? .claimDenied(message: "\(error)") : .claimFailed)
            }
        }
    }

    private func workAhead() async throws -> WorkAhead {
        var filter = try await claimable.prospects()
        for kind in leases.kindsLeftAlone { filter.formatVersions[kind] = nil }
        if try await queue.hasOpenScenes(filter) { return .some }
        return try await queue.hasOpenScenes(run: filter.run) ? .forOthersOnly : .nothing
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

    /// Forgets a lease that was lost: nothing is to be said to the queue.
    func forget(_ key: LeaseKey) {
        leases.forget(key)
    }

    /// Says goodbye and why; a database that cannot be reached will notice by itself.
    func retire(_ reason: WorkerExit) async {
        guard let worker = leases.worker else { return }
        do {
            KillPoint.reached(.beforeRetire)
            try await queue.retire(worker, reason: reason.text)
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

    // MARK: - Telling trouble

    /// Tells trouble that may repeat itself for hours, at growing intervals.
    func say(_ what: String, _ text: String, _ error: any Error, _ metadata: Logger.Metadata = [:]) {
        guard let repeated = troubles.note(error.isRefusal ? what + ", refused" : what) else { return }
        var metadata = metadata
        metadata["error"] = "\(error)"
        if !repeated.isEmpty { metadata["repeated"] = "\(repeated)" }
        logger.log(level: error.isRefusal ? .error : .warning, "\(text)", metadata: metadata)
    }

    func sayHealed(_ what: String) {
        for name in [what, what + ", refused"] {
            guard let summary = troubles.end(name) else { continue }
            logger.notice("\(what) works again", metadata: ["after": "\(summary)"])
        }
    }

    func name(_ key: LeaseKey) -> String { leases.scene(key)?.sceneName ?? "\(key.scene)" }
}
