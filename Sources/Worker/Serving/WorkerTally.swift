internal import JobQueue
internal import RunContract
internal import Scoring
internal import Synchronization
internal import SystemSupport

/// What this process has done so far and how fast it is, for people; slots and calls write it, heartbeats tell it.
final class WorkerTally: Sendable {
    private struct Content {
        var meter = RateMeter()
        var report = WorkerReport()
    }

    private let content = Mutex(Content())
    /// Instead of a run's output folder, where it is mounted elsewhere on this host.
    private let outputDirectory: String?

    private let meters: WorkerMeters

    init(outputDirectory: String?, meters: WorkerMeters) {
        self.outputDirectory = outputDirectory
        self.meters = meters
    }

    /// How this worker fares now, but for its note.
    var report: WorkerReport {
        content.withLock { content in
            content.report.samplesPerSecond = content.meter.rates(now: MonotonicClock.nowSeconds)
            return content.report
        }
    }

    /// How many writes the database refused for good.
    var writesRefused: Int { content.withLock { $0.report.writesRefused } }

    func noteFailure() { content.withLock { $0.report.scenesFailed += 1 } }

    /// Notes a result that came too late.
    func noteLateResult() { meters.noteLostLease() }

    /// Notes whether a run's manifest could be written.
    func noteManifest(isWritten: Bool) {
        if isWritten { meters.noteSuccess(of: .manifest) } else { meters.noteFailure(of: .manifest) }
    }

    func noteRefusedWrite() { content.withLock { $0.report.writesRefused += 1 } }

    /// Does a scene's work, counting its samples; on a slot's thread, which may wait for the output's file system.
    func counting(
        _ scene: ClaimedScene,
        _ work: (_ sampleStored: @escaping @Sendable (Int) -> Void) -> SceneWorkReport,
        sampleStored: @escaping @Sendable (Int) -> Void
    ) -> SceneWorkReport {
        let folder =
            outputDirectory
            ?? (try? RunSettings(json: scene.runSettings, run: scene.runName))?.outputDirectory
        let stored = Mutex(0)
        content.withLock { $0.meter.begin(run: scene.runID, now: MonotonicClock.nowSeconds) }
        noteFreeSpace(folder)
        let report = work { [self] count in
            // Samples that an earlier lease stored come as one leap.
            let before = stored.withLock { stored in
                defer { stored = count }
                return stored
            }
            if count == before + 1 {
                content.withLock { content in
                    content.report.samplesComputed += 1
                    content.meter.noteSample(run: scene.runID, now: MonotonicClock.nowSeconds)
                }
            }
            sampleStored(count)
            noteFreeSpace(folder)
        }
        content.withLock { $0.meter.end(run: scene.runID) }
        return report
    }

    private func noteFreeSpace(_ folder: String?) {
        guard let folder, let bytes = FreeSpace.bytes(at: folder) else { return }
        content.withLock { $0.report.freeBytes = bytes }
        meters.noteFreeSpace(bytes: bytes)
    }
}
