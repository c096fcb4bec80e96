import ArrayFiles
import Datasets
import Foundation
import JobQueue
import PostgresClient
import RunContract
import Scenes
import Scoring
import Storage
import TestSupport
import Testing

@testable import Scheduler
@testable import Worker

/// A queue that is made anew from a run's folder.
@Suite("Rebuilding a queue", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct RebuildTests {
    /// A run in the middle: scenes 0 and 1 whole, 2 with one sample stored, 3 damaged, 4 set aside, 5 untouched.
    private func middle(_ place: QueuesAndFolder) async throws -> RunDirectory {
        try await place.submit(to: place.first)
        try await place.work(place.first)
        let directory = try place.directory
        let path = { (scene: Int, lease: Int64) in try directory.finalPath(scene: "scene-\(scene)", lease: lease) }
        let files = FileManager.default
        // Lease 4 of scene 2 was killed after its first sample.
        let whole = try SceneFileReader(path: path(2, 1))
        var header = whole.header
        header.lease = 4
        let writer = try SceneFileWriter(in: directory, header: header)
        try writer.append(
            token: whole.entries[0].token,
            occupancy: try whole.sample(whole.entries[0]).occupancy().bytes,
            shape: [2, 2, 2]
        )
        writer.abandon()
        try files.removeItem(atPath: path(2, 1))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(3, 1))))
        bytes[bytes.count / 2] ^= 8
        try Data(bytes).write(to: URL(fileURLWithPath: path(3, 1)))
        try files.moveItem(atPath: path(4, 1), toPath: path(4, 7))
        _ = try directory.setAside(SceneFileKey(scene: "scene-4", lease: 7))
        try files.removeItem(atPath: path(5, 1))
        try files.removeItem(atPath: directory.manifestPath)
        return directory
    }

    @Test("Whole files count, stored samples are taken over, only the rest is computed, above every lease on disk")
    func lostDatabase() async throws {
        try await QueuesAndFolder.with { place in
            let directory = try await middle(place)
            let kept = try ["scene-0", "scene-1"].map {
                try Data(contentsOf: URL(fileURLWithPath: directory.finalPath(scene: $0, lease: 1)))
            }
            try await place.drop(place.first)
            let report = try await place.rebuild(for: place.second).perform()
            #expect(report.done == 2 && report.samples == 6 && report.adoptable == 1 && report.empty == 3)
            #expect(report.damaged.map(\.path) == [try directory.finalPath(scene: "scene-3", lease: 1)])
            let status = try await place.status(place.second)
            #expect(status.counts.done == 2 && status.counts.queued == 4 && status.state == .active)
            #expect(status.counts.samplesDone == 6 && status.counts.samplesTotal == 18)
            #expect(try directory.readIdentity()?.queue == (try await place.second.identity()))
            let results = try await place.second.results(run: "run")
            for (result, data) in zip(results, kept) {
                let path = "\(directory.path)/\(result.result.fileName)"
                #expect(Int64(data.count) == result.result.byteCount && result.lease == 1)
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == data)
            }
            let computed = try await place.work(place.second).tokens
            let expected =
                (3...5).flatMap { scene in (0..<3).map { "token-\(scene)-\($0)" } } + ["token-2-1", "token-2-2"]
            #expect(computed.sorted() == expected.sorted())
            let manifest = try directory.readManifest()
            #expect(manifest.scenes.sorted { $0.name < $1.name }.map(\.lease) == [1, 1, 5, 2, 8, 1])
            #expect(try directory.verify().isClean)
            let damaged = try await DamagedScenes.requeue(
                of: place.status(place.second),
                in: directory,
                queue: place.second
            )
            #expect(damaged.requeued.isEmpty && damaged.files == 6)
        }
    }

    @Test("It can be interrupted after any piece and given again; given once more it finds nothing to do")
    func repeatable() async throws {
        try await QueuesAndFolder.with { place in
            let directory = try await middle(place)
            // Only a part came through: the run is paused, the folder still the first queue's.
            let identity = try #require(try directory.readIdentity())
            var submission = try place.submission
            submission.identity = identity.run
            let begun = try await place.second.beginRebuild(submission)
            #expect(begun.state == .paused && begun.isRebuilding)
            let scene = QueuesAndFolder.frames[5]
            let payload = try ScenePayload.encode(scene)
            try await place.second.rebuild(
                run: "run",
                scenes: [
                    RebuiltScene(
                        scene: SceneSubmission(name: scene.name, sampleCount: 3, payload: payload),
                        lease: 0,
                        adoptable: [],
                        accepted: nil
                    )
                ]
            )
            await #expect(throws: ForeignFolderError.self) { try await place.submit(to: place.second) }
            let report = try await place.rebuild(for: place.second).perform()
            #expect(report.known == 1 && report.done == 2 && report.empty == 2 && report.isTakenOver)
            #expect(try await place.status(place.second).state == .active)
            let again = try await place.rebuild(for: place.second).perform()
            #expect(again.isNothingNew && again.known == QueuesAndFolder.sceneCount)
            // A person's pause is not lifted.
            try await place.second.pause(run: "run")
            #expect(try await place.rebuild(for: place.second).perform().isNothingNew)
            #expect(try await place.status(place.second).state == .paused)
        }
    }

    @Test("A queue restored from an older backup learns what the folder has, and raises its leases")
    func restoredBackup() async throws {
        try await QueuesAndFolder.with { place in
            try await place.submit(to: place.first)
            try await place.work(place.first)
            let s = "\"\(place.first.schema)\""
            // Before the backup one scene was claimed, the others were not even that.
            let worker = try await place.first.registerWorker(
                WorkerDescription(host: "h", pid: 1, slots: 1, version: "0")
            )
            for sql in [
                "DELETE FROM \(s).results", "DELETE FROM \(s).attempts",
                "UPDATE \(s).scenes SET state = 'queued', lease = 0, samples_done = 0",
                """
                UPDATE \(s).scenes SET state = 'leased', worker_id = \(worker.rawValue)
                WHERE id = (SELECT min(id) FROM \(s).scenes)
                """,
            ] {
                try await place.pool.query(sql, doing: "testing")
            }
            let report = try await place.rebuild(for: place.first).perform()
            #expect(report.done == QueuesAndFolder.sceneCount && report.known == 0)
            let status = try await place.status(place.first)
            #expect(status.isComplete && status.counts.samplesDone == 18)
            #expect(try await place.work(place.first).tokens.isEmpty)
            let known = try await place.first.knownScenes(run: "run")
            #expect(known.values.allSatisfy { $0.state == .done && $0.lease == 1 })
        }
    }

    @Test("A name that another run of the queue has is refused; files of no scene of the split stay and are named")
    func others() async throws {
        try await QueuesAndFolder.with { place in
            let directory = try await middle(place)
            _ = try await place.second.submit(place.submission, scenes: [SceneSubmission]())
            let before = try place.content()
            await #expect(throws: RunContractError.self) { try await place.rebuild(for: place.second).perform() }
            #expect(try place.content() == before)
            for table in ["run_counters", "runs"] {
                try await place.pool.query("DELETE FROM \"\(place.second.schema)\".\(table)", doing: "removing the run")
            }
            let report = try await place.rebuild(for: place.second, scenes: Array(QueuesAndFolder.frames[1...]))
                .perform()
            #expect(report.unknown == ["scene-0"] && report.done == 1)
            #expect(FileManager.default.fileExists(atPath: try directory.finalPath(scene: "scene-0", lease: 1)))
        }
    }
}
